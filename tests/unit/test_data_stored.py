import numpy as np
import pytest

from course_utils.data import ImageData, stored

BYTES = np.random.default_rng(0).integers(0, 256, (50, 5, 4, 3), dtype=np.uint8)
# Every value a pixel can have, and not square.
BYTES.reshape(-1)[:256] = np.arange(256)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "images.npy"
    stored.write(path, [BYTES[:30], BYTES[30:]], BYTES.shape)
    return path


def image_data(x_train):
    labels = np.zeros(len(x_train), np.int64)
    return ImageData("photos", "real", "cache", x_train, labels, x_train, labels, ("face",))


def test_images_on_disk_are_those_that_were_written(path):
    images = stored.read(path)
    assert isinstance(images, np.memmap)
    np.testing.assert_array_equal(images, BYTES)


def test_fingerprint_tells_images_and_shapes_apart_however_they_were_split(path, tmp_path):
    def fingerprint(blocks, shape=BYTES.shape):
        stored.write(tmp_path / "other.npy", blocks, shape)
        return stored.read(tmp_path / "other.npy").fingerprint

    own = stored.read(path).fingerprint
    changed = BYTES.copy()
    changed[-1, -1, -1, -1] ^= 1
    assert fingerprint([BYTES]) == own
    assert fingerprint([changed]) != own
    turned = BYTES.reshape(50, 4, 5, 3)
    assert fingerprint([turned], turned.shape) != own


@pytest.mark.parametrize("count", [0, 1, 50])
def test_as_many_images_are_written_as_come(path, tmp_path, count):
    stored.write(tmp_path / "other.npy", [BYTES[:count]], (None, *BYTES.shape[1:]))
    images = stored.read(tmp_path / "other.npy")
    np.testing.assert_array_equal(images, BYTES[:count])
    assert (images.fingerprint == stored.read(path).fingerprint) == (count == 50)


def test_rows_stay_on_disk_with_a_fingerprint_of_their_own(path):
    images = stored.read(path)
    part = stored.rows(images, 10, 30)
    assert isinstance(part, np.memmap)
    np.testing.assert_array_equal(part, BYTES[10:30])
    marks = {stored.rows(images, *ends).fingerprint for ends in [(10, 30), (10, 31), (0, 20)]}
    assert len(marks) == 3
    assert image_data(part).x_train.fingerprint.startswith(images.fingerprint)


@pytest.mark.parametrize("rows", [7, slice(3, 40, 5), np.array([9, 2, 2]), np.arange(50) % 3 == 0])
@pytest.mark.parametrize("pixel_range", [(0, 1), (-1, 1)])
def test_images_on_disk_are_read_as_images_in_memory_are(path, rows, pixel_range):
    on_disk = image_data(stored.read(path)).scaled(*pixel_range)
    in_memory = image_data(BYTES / np.float32(255)).scaled(*pixel_range)
    assert on_disk.x_train[rows].dtype == np.float32
    np.testing.assert_array_equal(on_disk.x_train[rows], in_memory.x_train[rows])
    assert on_disk.x_train[:].min() == pixel_range[0]
    assert on_disk.x_train[:].max() == pixel_range[1]
    assert repr(on_disk) == repr(in_memory)
    assert "5×4×3" in repr(on_disk)
    assert (on_disk.x_train.shape, on_disk.x_train.ndim, len(on_disk.x_train)) == (
        BYTES.shape, 4, 50,
    )  # fmt: skip


class Forwards:
    """Images on disk that are read like those of h5py: by ascending numbers, each once."""

    dtype, shape = BYTES.dtype, BYTES.shape

    def __getitem__(self, rows):
        assert np.ndim(rows) == 0 or (np.diff(rows) > 0).all()
        return BYTES[rows]


@pytest.mark.parametrize("rows", [[4, 3, 40, 3], np.array([-1, 0]), np.arange(50) % 7 == 0, 5])
def test_files_that_are_read_forwards_give_rows_in_any_order(rows):
    images = stored.StoredImages(Forwards())
    np.testing.assert_array_equal(images[rows], BYTES[rows] / np.float32(255))
    with pytest.raises(IndexError):
        images[[50]]


def test_scaling_reads_nothing(path, monkeypatch):
    images = image_data(stored.read(path))
    monkeypatch.setattr(stored.StoredImages, "__getitem__", lambda *_: pytest.fail("read"))
    scaled = images.scaled(-1, 1)
    assert scaled.x_train.fingerprint != images.x_train.fingerprint
    assert scaled.scaled(0, 1).x_train.fingerprint == images.x_train.fingerprint


def test_images_that_fit_into_memory_may_be_copied_and_others_not(path, monkeypatch):
    images = stored.StoredImages(stored.read(path))
    np.testing.assert_array_equal(np.asarray(images), BYTES / np.float32(255))
    monkeypatch.setattr(stored, "LARGEST_COPY", 1000)
    with pytest.raises(ValueError, match=r"50 images are kept on disk.*x_train\[:10_000\]"):
        np.asarray(images)


def test_bytes_without_a_fingerprint_serve_too():
    images = image_data(BYTES).x_train
    assert images[:].max() == 1
    assert not hasattr(images, "fingerprint")


@pytest.mark.parametrize("images", [BYTES[0, 0], BYTES.astype(np.int16), BYTES / np.float32(255)])
def test_what_is_no_array_of_bytes_is_refused(images):
    with pytest.raises(ValueError, match=r"must be uint8 \(n, height, width, \.\.\.\), found"):
        stored.StoredImages(images)


@pytest.mark.parametrize(
    "blocks",
    [[BYTES[:49]], [BYTES, BYTES], [BYTES.reshape(50, 4, 5, 3)], [BYTES.astype(np.float32)]],
)
def test_blocks_that_do_not_fit_leave_no_file(tmp_path, blocks):
    with pytest.raises(ValueError, match="expected"):
        stored.write(tmp_path / "images.npy", blocks, BYTES.shape)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [0, 10, 100, 500, -1, None])
def test_truncated_file_or_one_of_another_kind_is_refused(path, size):
    if size is None:
        np.save(path, BYTES)
    else:
        path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ValueError, match=r"images\.npy is truncated or no file of images"):
        stored.read(path)


def test_file_that_is_not_there_is_just_that(tmp_path):
    with pytest.raises(FileNotFoundError):
        stored.read(tmp_path / "images.npy")
