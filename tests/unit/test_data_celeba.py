import zipfile

import celeba_miniature as miniature
import pytest
from celeba_miniature import (
    FORMS,
    NUMBERS,
    TEST,
    TRAIN,
    UNPACKED,
    check_whole,
    load,
    near,
    write_tables,
    zipped,
)

from course_utils import data
from course_utils.data import assembly, celeba, celeba_tables


@pytest.fixture
def folder(folder_of_real_data, own_cache):
    """The folder of the user; the cache is empty too."""
    return folder_of_real_data


@pytest.mark.parametrize("place", ["", "celeba", "CelebA", UNPACKED])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_form_gives_the_same_set(folder, form, place):
    (folder / place).mkdir(exist_ok=True)
    form(folder / place)
    write_tables(folder / place)
    images = load()
    check_whole(images)
    assert images.origin == "COURSE_DATA_DIR"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("kind", ["txt", "csv"])
def test_every_form_of_the_tables_gives_the_same_set(folder, kind, end):
    zipped(folder)
    write_tables(folder, kind, end)
    check_whole(load())


def test_the_authors_own_folders_are_known(folder):
    (folder / "CelebA" / "Img").mkdir(parents=True)
    zipped(folder / "CelebA" / "Img")
    write_tables(folder / "CelebA" / "Anno")
    partition = folder / "CelebA" / "Anno" / "list_eval_partition.txt"
    (folder / "CelebA" / "Eval").mkdir()
    partition.rename(folder / "CelebA" / "Eval" / partition.name)
    check_whole(load())


def test_tables_in_the_zip_serve_too(folder):
    files = miniature.images(NUMBERS)
    miniature.pack(folder / "celeba-dataset.zip", files, f"{UNPACKED}/{UNPACKED}/")
    with zipfile.ZipFile(folder / "celeba-dataset.zip", "a") as archive:
        archive.writestr("list_attr_celeba.csv", miniature.attributes_csv(NUMBERS))
        archive.writestr("list_eval_partition.csv", miniature.partition_csv(NUMBERS))
    check_whole(load())


def test_rows_are_joined_by_name_whatever_their_order(folder):
    zipped(folder)
    (folder / "list_attr_celeba.csv").write_bytes(miniature.attributes_csv([*NUMBERS][::-1]))
    (folder / "list_eval_partition.txt").write_bytes(miniature.partition_txt(range(50, 0, -1)))
    check_whole(load())


def test_without_tables_there_are_no_attributes_and_a_note_says_so(folder, capsys):
    zipped(folder)
    images = load()
    assert images.factors_train == images.factors_test == {}
    assert images.class_names == ("face",)
    assert not images.y_train.any()
    assert "list_attr_celeba.txt (or .csv) is not beside the images" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("width", "height"), [(178, 218), (218, 178), (89, 109), (64, 64), (7, 9), (8, 30)]
)
def test_images_of_any_size_are_taken(folder, width, height):
    files = miniature.images(NUMBERS, width=width, height=height)
    miniature.pack(folder / "img_align_celeba.zip", files)
    images = load()
    assert images.x_train.shape == (36, 8, 8, 3)
    assert near(miniature.greys(images.x_train), range(1, 37))


def test_the_size_is_64_unless_another_is_asked_for(folder, own_cache):
    zipped(folder)
    assert data.load("celeba").x_train.shape[1:] == (64, 64, 3)
    assert load().x_test.shape[1:] == (8, 8, 3)
    assert sorted(path.name for path in (own_cache / "celeba").iterdir()) == ["64", "8"]


# The split.


def positions(images, *parts):
    train, test, remark = celeba_tables.split([f"{n:06d}.jpg" for n in images], *parts)
    return train.tolist(), test.tolist(), remark


def test_by_file_number_the_split_is_the_official_one():
    numbers = [1, 162_770, 162_771, 182_637, 182_638, 202_599]
    assert positions(numbers) == ([0, 1], [4, 5], "")


@pytest.mark.parametrize(
    ("numbers", "lacking"),
    [(range(1, 26), "test"), (range(162_760, 162_785), "test"), (range(182_638, 182_663), "train")],
)
def test_of_one_official_part_the_last_tenth_is_held_out_and_said(numbers, lacking):
    train, test, remark = positions(numbers)
    assert train == list(range(22))
    assert test == [22, 23, 24]
    assert "the last tenth by file number" in remark
    assert f"own {lacking}" in remark


def test_held_out_images_are_told_in_a_note_and_in_the_description(folder, capsys):
    zipped(folder)
    images = load()
    assert near(miniature.greys(images.x_test), range(37, 41))
    told = "the test images are the last tenth by file number"
    assert told in capsys.readouterr().out
    assert told in repr(images.scaled(-1, 1))


def test_fewer_images_are_the_first_ones(folder, capsys):
    zipped(folder)
    write_tables(folder)
    images = load(train_size=3, test_size=2)
    assert near(miniature.greys(images.x_train), TRAIN[:3])
    assert len(images.y_train) == len(images.factors_train["Young"]) == 3
    assert near(miniature.greys(images.x_test), TEST[:2])
    assert capsys.readouterr().out == ""


def test_more_images_than_there_are_is_told(folder, capsys):
    zipped(folder)
    write_tables(folder)
    assert len(load(train_size=202_599).x_train) == len(TRAIN)
    said = capsys.readouterr().out
    assert f"202,599 training images of CelebA were asked for; there are {len(TRAIN)}" in said
    with pytest.raises(ValueError, match="from 1 to 202599, found 202600"):
        load(train_size=202_600)


# Stand-ins.


def test_where_it_is_not_here_drawn_faces_stand_in_with_one_note(capsys):
    images = load(train_size=20, test_size=10)
    assert (images.name, images.source, images.x_train.shape) == ("faces", "builtin", (20, 8, 8, 3))
    said = capsys.readouterr().out
    assert said.count("\n") == said.count("Note: ") == 1
    assert "COURSE_DATA=real says where to get them and where to put them" in said


def test_no_more_drawn_faces_stand_in_than_there_are(monkeypatch):
    def of(maker, train_size, test_size, *_):
        assert (maker.NAME, train_size, test_size) == ("faces", 60_000, 10_000)
        return make(maker, 5, 5, 8, 0)

    make = assembly.from_builtin
    monkeypatch.setattr(assembly, "from_builtin", of)
    assert load(train_size=162_770, test_size=19_962).name == "faces"


def test_builtin_does_not_search(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", "builtin")
    monkeypatch.setattr(celeba, "load", lambda *_: pytest.fail("searched"))
    assert load(train_size=5, test_size=5).name == "faces"
    assert "COURSE_DATA is 'builtin'" in capsys.readouterr().out


def test_another_folder_is_passed_over_with_a_note(folder_of_real_data, monkeypatch, capsys):
    (folder_of_real_data / "mnist.npz").touch()
    monkeypatch.setenv("COURSE_DATA", "auto")
    assert load(train_size=5, test_size=5).name == "faces"
    looked, stand_in = capsys.readouterr().out.splitlines()
    assert "holds mnist.npz; expected img_align_celeba.zip" in looked
    assert "the built-in 'faces' are used" in stand_in
