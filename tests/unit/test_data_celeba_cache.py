import json
import re
import shutil
from io import BytesIO

import celeba_miniature as miniature
import numpy as np
import pytest
from celeba_miniature import (
    NUMBERS,
    TEST,
    TRAIN,
    check_whole,
    load,
    near,
    unpacked,
    write_tables,
    zipped,
)
from PIL import Image

from course_utils import data, storage
from course_utils.data import assembly, celeba, celeba_cache, celeba_pixels, celeba_tables


@pytest.fixture
def folder(folder_of_real_data, own_cache):
    """The folder of the user; the cache is empty too."""
    return folder_of_real_data


def test_images_stay_on_disk_as_bytes(folder):
    zipped(folder)
    images = load(train_size=3)
    raw = images.x_train.raw
    assert isinstance(raw, np.memmap)
    assert raw.dtype == np.uint8
    assert images.x_train.fingerprint != load(train_size=4).x_train.fingerprint
    assert images.x_train.fingerprint != images.x_test.fingerprint
    assert images.x_train.fingerprint == load(train_size=3).x_train.fingerprint


def test_the_cache_serves_without_the_files(folder, monkeypatch):
    zipped(folder)
    write_tables(folder)
    load()
    shutil.rmtree(folder)
    monkeypatch.delenv("COURSE_DATA_DIR")
    images = load()
    check_whole(images)
    assert images.origin == "cache"
    assert celeba.where() is None, "at the usual size there is nothing"


def test_a_cache_in_the_folder_of_the_user_serves_too_and_stays_as_it_is(
    folder, own_cache, monkeypatch
):
    zipped(folder)
    write_tables(folder)
    load()
    (folder / "img_align_celeba.zip").unlink()
    shutil.move(own_cache / "celeba" / "8", folder / "celeba" / "8")
    before = sorted((path, path.stat().st_mtime_ns) for path in folder.rglob("*"))
    images = load()
    check_whole(images)
    assert images.origin == "COURSE_DATA_DIR"
    assert sorted((path, path.stat().st_mtime_ns) for path in folder.rglob("*")) == before


def test_files_may_lie_in_the_cache(own_cache, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "real")
    (own_cache / "celeba").mkdir(parents=True)
    zipped(own_cache / "celeba")
    write_tables(own_cache / "celeba")
    images = load()
    check_whole(images)
    assert images.origin == "cache"
    assert celeba.where() == "the cache"


def test_the_cache_is_made_once(folder, monkeypatch, capsys):
    zipped(folder)
    write_tables(folder)
    load()
    monkeypatch.setattr(celeba_pixels, "small_images", lambda *_: pytest.fail("made again"))
    check_whole(load())
    assert capsys.readouterr().out == ""


def test_an_unpacked_zip_is_the_same_set(folder, monkeypatch):
    zipped(folder)
    write_tables(folder)
    load()
    (folder / "img_align_celeba.zip").unlink()
    unpacked(folder)
    monkeypatch.setattr(celeba_pixels, "small_images", lambda *_: pytest.fail("made again"))
    check_whole(load())


def test_the_manifest_says_what_it_was_made_from_and_how(folder, own_cache):
    zipped(folder)
    write_tables(folder)
    images = load()
    manifest = json.loads((own_cache / "celeba" / "8" / "manifest.json").read_text("utf-8"))
    assert manifest["made_from"]["images"] == 40
    assert manifest["made_from"]["bytes"] == sum(map(len, miniature.images(NUMBERS).values()))
    assert list(manifest["made_from"]["tables"]) == [
        "list_attr_celeba.txt", "list_eval_partition.txt",
    ]  # fmt: skip
    assert (manifest["size"], manifest["version"]) == (8, celeba_cache.VERSION)
    assert "square in the middle" in manifest["crop"]
    assert (manifest["images"], manifest["train"]) == (len(TRAIN) + len(TEST), len(TRAIN))
    assert manifest["left_out"] == {}
    assert manifest["sha256"] in images.x_train.fingerprint


def an_image_more(folder):
    miniature.pack(folder / "img_align_celeba.zip", miniature.images(range(1, 42)))


def other_attributes(folder):
    content = miniature.attributes_txt(NUMBERS).replace(b"-1  1", b"-1 -1")
    (folder / "list_attr_celeba.txt").write_bytes(content)


def no_partition(folder):
    (folder / "list_eval_partition.txt").unlink()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (an_image_more, r"made with \w+ \S+, now it is"),
        (other_attributes, "list_attr_celeba.txt"),
        (no_partition, r"list_eval_partition\.txt \w+, now it is None"),
    ],
)
def test_a_cache_of_other_files_is_made_anew_with_a_note(folder, capsys, change, told):
    zipped(folder)
    for name in ("attributes", "partition"):
        stem = getattr(celeba_tables, name.upper())
        content = getattr(miniature, f"{name}_txt")(range(1, 42))
        (folder / f"{stem}.txt").write_bytes(content)
    before = load().factors_train
    change(folder)
    capsys.readouterr()
    after = load().factors_train
    said = capsys.readouterr().out
    assert said.startswith("Note: the cached CelebA of 8 pixels is made anew: ")
    assert re.search(told, said)
    assert any(not np.array_equal(before[name], after[name]) for name in before)


def a_truncated_file(folder):
    path = folder / "images.npy"
    path.write_bytes(path.read_bytes()[:-100])


def a_lacking_file(folder):
    (folder / "attributes.npz").unlink()


def an_empty_manifest(folder):
    (folder / "manifest.json").write_text("{}", encoding="utf-8")


def a_cut_manifest(folder):
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes()[:50])


def attributes_of_another_cache(folder):
    path = folder / "attributes.npz"
    arrays, _ = storage.load_arrays(path)
    storage.save_arrays(path, arrays, "0" * 64)


DAMAGES = [
    a_truncated_file, a_lacking_file, an_empty_manifest, a_cut_manifest,
    attributes_of_another_cache,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_cache_is_made_anew_with_a_note(folder, own_cache, damage, capsys):
    zipped(folder)
    write_tables(folder)
    load()
    damage(own_cache / "celeba" / "8")
    check_whole(load())
    assert "the cached CelebA of 8 pixels is made anew: " in capsys.readouterr().out


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_cache_without_the_files_is_told(folder, own_cache, damage):
    zipped(folder)
    write_tables(folder)
    load()
    (folder / "img_align_celeba.zip").unlink()
    damage(own_cache / "celeba" / "8")
    with pytest.raises(data.DataUnavailableError, match=r"celeba/8/ is damaged .*original files"):
        load()


def test_a_cache_made_in_another_way_is_made_anew(folder, monkeypatch, capsys):
    zipped(folder)
    load()
    monkeypatch.setattr(celeba_cache, "VERSION", 99)
    load()
    assert "it was made with version 1, now it is 99" in capsys.readouterr().out


# Pixels.


def photograph(width, height, seed):
    """Noise that is smooth as a photograph is, as the file of a JPEG."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (height // 16, width // 16, 3), dtype=np.uint8))
    pixels = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)).astype(float)
    pixels += rng.normal(0, 5, pixels.shape)
    file = BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(178, 218, 64), (178, 218, 32), (178, 218, 128), (89, 109, 64), (89, 109, 32), (301, 200, 48)],
)
def test_decoding_at_half_size_gives_nearly_what_the_full_way_gives(width, height, size):
    for seed in range(3):
        file = photograph(width, height, seed)
        quick = np.asarray(celeba_pixels.small_image(file, size)).astype(int)
        full = assembly.resized(np.asarray(Image.open(BytesIO(file)))[None], size)[0]
        assert np.abs(quick - full).mean() < (1.5 if min(width, height) > 2 * size else 1e-9)


def test_the_crop_is_the_square_in_the_middle():
    pixels = np.zeros((218, 178, 3), np.uint8)
    pixels[20:198] = (200, 100, 50)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    small = np.asarray(celeba_pixels.small_image(file.getvalue(), 64))
    np.testing.assert_array_equal(small, np.broadcast_to((200, 100, 50), (64, 64, 3)))


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK"])
def test_pictures_of_other_colours_become_rgb(mode):
    file = BytesIO()
    picture = Image.new("RGB", (18, 22), (90, 90, 90))
    picture = picture.quantize(4) if mode == "P" else picture.convert(mode)
    picture.save(file, "JPEG" if mode == "CMYK" else "PNG")
    small = np.asarray(celeba_pixels.small_image(file.getvalue(), 8))
    assert np.abs(small.astype(int) - 90).max() <= 2


def test_images_come_in_order_and_few_at_once(monkeypatch):
    monkeypatch.setattr(celeba_pixels, "_PART", 2)
    monkeypatch.setattr(celeba_pixels.hardware, "usable_cores", lambda: 3)
    asked = []

    def read(name):
        asked.append(name)
        return files[name]

    files = miniature.images(range(1, 101))
    parts = celeba_pixels.small_images(read, list(files), 8)
    first, problems = next(parts)
    assert problems == {}
    assert len(asked) <= 2 * 6
    rest = np.concatenate([first, *(images for images, _ in parts)])
    assert near(miniature.greys(rest / 255), range(1, 101))
