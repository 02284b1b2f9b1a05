import numpy as np
import pytest

from course_utils import storage


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_cache_folder_is_the_one_that_is_asked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path / "elsewhere"))
    assert storage.cache_dir() == tmp_path / "elsewhere"


def test_home_is_understood_in_the_cache_folder(monkeypatch):
    monkeypatch.setenv("COURSE_CACHE_DIR", "~/course")
    assert "~" not in str(storage.cache_dir())


def test_checkout_keeps_its_cache_in_the_ignored_data_folder(monkeypatch):
    monkeypatch.delenv("COURSE_CACHE_DIR", raising=False)
    assert storage.cache_dir() == storage.CHECKOUT / "data" / "cache"


def test_installed_package_keeps_its_cache_in_the_users_folder(monkeypatch):
    monkeypatch.delenv("COURSE_CACHE_DIR", raising=False)
    monkeypatch.setattr(storage, "in_checkout", lambda: False)
    assert storage.cache_dir().name == "deep-generative-companion"


def test_atomic_write_replaces_the_file(tmp_path):
    path = tmp_path / "new" / "file.txt"
    for text in ("first", "second"):
        with storage.atomic_write(path) as temporary:
            temporary.write_text(text)
        assert path.read_text() == text
    assert names_in(path.parent) == ["file.txt"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def fail():
        with storage.atomic_write(path) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["file.txt"]


def test_leftovers_of_one_file_are_removed_and_no_others(tmp_path):
    names = [".train-00-abcdefgh.npz", ".train-01-abcdefgh.npz", "train-00.npz", ".train-00.npz"]
    for name in names:
        (tmp_path / name).touch()
    storage.remove_leftovers(tmp_path / "train-00.npz")
    assert names_in(tmp_path) == sorted(names[1:])


def test_remove_leftovers_knows_the_names_that_atomic_write_gives(tmp_path):
    path = tmp_path / "train-00.npz"
    with storage.atomic_write(path) as temporary:
        temporary.write_text("x")
        storage.remove_leftovers(path)
        assert not temporary.exists()
        temporary.write_text("x")


def test_lock_that_is_held_gives_an_error_that_says_what_to_do(tmp_path):
    path = tmp_path / "file"
    with (
        storage.locked(path),
        pytest.raises(TimeoutError, match=r"delete .*file\.lock and try again"),
        storage.locked(path, timeout=0.05),
    ):
        pass


ARRAYS = {
    "weights": np.arange(6, dtype=np.float32).reshape(2, 3),
    "one": np.array(True),
    "none": np.zeros((0, 3)),
    "names": np.array(["a", "beta"]),
}


@pytest.mark.parametrize("meta", [None, {"accuracy": 0.9, "names": ["a"]}, [], 0])
def test_stored_arrays_come_back_with_what_was_said_of_them(tmp_path, meta):
    storage.save_arrays(tmp_path / "any.ending", ARRAYS, meta)
    assert names_in(tmp_path) == ["any.ending"]
    arrays, found = storage.load_arrays(tmp_path / "any.ending")
    assert found == meta
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array, strict=True)


def damaged(content):
    """Every way in which a stored file may not be what was written."""
    yield from (content[:size] for size in (0, 10, len(content) // 2, len(content) - 1))
    yield b"text"
    for place in range(30, len(content), 97):
        yield content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :]


def test_damaged_files_are_read_as_written_or_refused_in_one_way(tmp_path):
    path = tmp_path / "arrays.npz"
    storage.save_arrays(path, ARRAYS, {"epochs": 3})
    refused = 0
    for content in damaged(path.read_bytes()):
        path.write_bytes(content)
        try:
            arrays, meta = storage.load_arrays(path)
        except storage.DamagedFileError as error:
            assert str(error).startswith("arrays.npz was damaged or is another file (")  # noqa: PT017
            refused += 1
        else:  # a bit that does not count, such as a date
            assert meta == {"epochs": 3}
            assert storage.content_hash(arrays) == storage.content_hash(ARRAYS)
    assert refused > 10


def test_arrays_that_were_changed_or_never_had_a_checksum_are_refused(tmp_path):
    path = tmp_path / "arrays.npz"
    np.savez(path, **ARRAYS)
    with pytest.raises(storage.DamagedFileError, match="no checksum: an earlier version"):
        storage.load_arrays(path)
    np.savez(path, sha256=storage.content_hash(ARRAYS), **ARRAYS | {"one": np.array(False)})
    with pytest.raises(storage.DamagedFileError, match="does not match its checksum"):
        storage.load_arrays(path)


@pytest.mark.parametrize("name", ["missing.npz", "file/missing.npz"])
def test_file_that_is_not_there_is_not_damaged(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises((FileNotFoundError, NotADirectoryError)):
        storage.load_arrays(tmp_path / name)
