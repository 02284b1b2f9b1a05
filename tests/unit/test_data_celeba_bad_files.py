import json
import stat
import zipfile

import celeba_miniature as miniature
import numpy as np
import pytest
from celeba_miniature import NUMBERS, UNPACKED, load, near, zipped

from course_utils import data
from course_utils.data import celeba_pixels, celeba_source

# What is not CelebA, or not whole.


@pytest.fixture
def folder(folder_of_real_data, own_cache):
    """The folder of the user; the cache is empty too."""
    return folder_of_real_data


def nothing(folder):
    pass


def another_set(folder):
    (folder / "mnist.npz").touch()


def an_empty_folder_of_its_name(folder):
    (folder / "celeba" / UNPACKED).mkdir(parents=True)


@pytest.mark.parametrize(
    ("fault", "held"),
    [
        (nothing, "holds nothing"),
        (another_set, "holds mnist.npz"),
        (an_empty_folder_of_its_name, "celeba/img_align_celeba/ holds nothing"),
    ],
)
def test_folder_without_it_is_told_with_terms_and_the_place_to_put_it(
    folder, own_cache, fault, held
):
    fault(folder)
    with pytest.raises(data.DataUnavailableError) as caught:
        load()
    said = str(caught.value)
    assert held in said
    assert "expected img_align_celeba.zip, or the folder img_align_celeba/" in said
    assert "http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html" in said
    assert "non-commercial research only" in said
    assert f"into {own_cache / 'celeba'} or into a folder that COURSE_DATA_DIR names" in said


def test_folder_that_is_not_there_is_told(folder):
    folder.rmdir()
    with pytest.raises(data.DataUnavailableError, match=r"there is no folder .*mine; expected img"):
        load()


def a_zip_of_something_else(folder):
    miniature.pack(folder / "img_align_celeba.zip", {"readme.md": b"hello"}, "")


def a_web_page(folder):
    page = b"<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title>"
    (folder / "img_align_celeba.zip").write_bytes(page)


def half_a_zip(folder):
    zipped(folder)
    path = folder / "img_align_celeba.zip"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def an_empty_file(folder):
    (folder / "img_align_celeba.zip").touch()


def another_kind_of_archive(folder):
    (folder / "img_align_celeba.zip").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(500))


def a_web_page_instead_of_the_attributes(folder):
    zipped(folder)
    (folder / "list_attr_celeba.txt").write_bytes(b"<!DOCTYPE html>\n<html>Quota exceeded</html>")


def attributes_that_are_no_text(folder):
    zipped(folder)
    (folder / "list_attr_celeba.txt").write_bytes(b"PK\x03\x04\xff\xfe")


def attributes_that_do_not_match_their_head(folder):
    zipped(folder)
    content = miniature.attributes_txt(NUMBERS, promised=202_599)
    (folder / "list_attr_celeba.txt").write_bytes(content)


def attributes_one_row_short(folder):
    zipped(folder)
    (folder / "list_attr_celeba.csv").write_bytes(miniature.attributes_csv(range(1, 40)))


def attributes_off_by_one(folder):
    zipped(folder)
    (folder / "list_attr_celeba.txt").write_bytes(miniature.attributes_txt(range(40)))


def attributes_with_other_padding(folder):
    zipped(folder)
    content = miniature.attributes_txt(NUMBERS).replace(b"\n0000", b"\n")
    (folder / "list_attr_celeba.txt").write_bytes(content)


def an_attribute_missing_in_a_row(folder):
    zipped(folder)
    content = miniature.attributes_csv(NUMBERS).replace(b"000007.jpg,1,", b"000007.jpg,")
    (folder / "list_attr_celeba.csv").write_bytes(content)


def an_attribute_of_another_value(folder):
    zipped(folder)
    content = miniature.attributes_csv(NUMBERS).replace(b"000007.jpg,1,", b"000007.jpg,2,")
    (folder / "list_attr_celeba.csv").write_bytes(content)


def an_image_listed_twice(folder):
    zipped(folder)
    content = miniature.attributes_csv([*NUMBERS, 7])
    (folder / "list_attr_celeba.csv").write_bytes(content)


def attributes_without_the_label(folder):
    zipped(folder)
    content = miniature.attributes_csv(NUMBERS).replace(b"Smiling", b"Frowning")
    (folder / "list_attr_celeba.csv").write_bytes(content)


def an_empty_table(folder):
    zipped(folder)
    (folder / "list_attr_celeba.txt").touch()


def a_fourth_part(folder):
    zipped(folder)
    content = miniature.partition_txt(NUMBERS).replace(b"000003.jpg 1", b"000003.jpg 3")
    (folder / "list_eval_partition.txt").write_bytes(content)


def a_partition_one_row_short(folder):
    zipped(folder)
    (folder / "list_eval_partition.txt").write_bytes(miniature.partition_txt(range(1, 40)))


def a_number_that_celeba_does_not_have(folder):
    miniature.pack(folder / "img_align_celeba.zip", miniature.images([1, 2, 202_600]))


def one_image_alone(folder):
    miniature.pack(folder / "img_align_celeba.zip", miniature.images([1]))


def a_number_twice(folder):
    files = miniature.images(NUMBERS) | {"7.jpg": miniature.image(7)}
    miniature.unpack(folder / UNPACKED, files)


def a_name_in_two_folders(folder):
    zipped(folder)
    with zipfile.ZipFile(folder / "img_align_celeba.zip", "a") as archive:
        archive.writestr("other/000007.jpg", miniature.image(8))


FAULTS = {
    a_zip_of_something_else: r"holds readme\.md; expected 202,599 images such as img_align",
    a_web_page: r"img_align_celeba\.zip is a web page, not a zip: .* quota .* download again",
    half_a_zip: r"is cut off: it has 0\.0 MB \(the original 1,443 MB\).*Download it again",
    an_empty_file: r"is no zip file: it has 0\.0 MB",
    another_kind_of_archive: r"is no zip file: .* begins with b.7z",
    a_web_page_instead_of_the_attributes: r"txt, line 1: expected the names of the attributes, Sm.*"
    r"<!DOCTYPE html>",
    attributes_that_are_no_text: r"list_attr_celeba\.txt is no text",
    attributes_that_do_not_match_their_head: r"first line promises 202,599 images, found 40 rows",
    attributes_one_row_short: r"1 of 40 images have no row, the first is 000040\.jpg.*39 rows",
    attributes_off_by_one: r"images have no row, the first is 000040\.jpg.*the first is '000000'",
    attributes_with_other_padding: r"40 of 40 images have no row.*'01'; the numbers are there with "
    r"other zeros before them",
    an_attribute_missing_in_a_row: r"line 8: expected a file name and 4 times 1 or -1, found 3 v",
    an_attribute_of_another_value: r"line 8: .* found 4 values after '000007\.jpg': 2 1",
    an_image_listed_twice: r"line 42: expected the name of another image, found 000007\.jpg a sec",
    attributes_without_the_label: r"line 1: expected the names of the attributes, Smiling among",
    an_empty_table: r"line 0: expected the names of the attributes.*found 'nothing'",
    a_fourth_part: r"list_eval_partition\.txt, line 3: expected a file name and 0, 1 or 2, found",
    a_partition_one_row_short: r"partition\.txt: 1 of 40 images have no row",
    a_number_that_celeba_does_not_have: r"file numbers from 1 to 202599, found 202600\.jpg",
    one_image_alone: r"expected at least 2 images, found 000001\.jpg alone",
    a_number_twice: r"holds image number 7 twice",
    a_name_in_two_folders: r"holds 000007\.jpg in two folders",
}
faulty = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)


@faulty
def test_what_is_wrong_is_said_with_what_was_expected(folder, own_cache, fault):
    fault(folder)
    with pytest.raises(data.DataUnavailableError, match=f"from COURSE_DATA_DIR: .*{FAULTS[fault]}"):
        load()
    assert not list(own_cache.rglob("manifest.json"))


@faulty
def test_what_is_wrong_is_noted_where_drawn_faces_will_do(
    folder_of_real_data, fault, monkeypatch, capsys
):
    fault(folder_of_real_data)
    monkeypatch.setenv("COURSE_DATA", "auto")
    images = load(train_size=5, test_size=5)
    assert (images.name, images.source, images.x_train.shape) == ("faces", "builtin", (5, 8, 8, 3))
    problem, stand_in = capsys.readouterr().out.splitlines()
    assert problem.startswith("Note: CelebA cannot be used from COURSE_DATA_DIR: ")
    assert "the built-in 'faces' are used" in stand_in


# A zip that would do harm.


def leads_out(info):
    info.filename = "../../../tmp/000041.jpg"


def leads_out_on_windows(info):
    info.filename = "..\\..\\000041.jpg"


def is_absolute(info):
    info.filename = "/etc/000041.jpg"


def is_a_link(info):
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (leads_out, "leads out of the archive"),
        (leads_out_on_windows, "leads out of the archive"),
        (is_absolute, "leads out of the archive"),
        (is_a_link, "is a link"),
    ],
)
def test_a_member_that_leads_elsewhere_is_refused(folder, change, told):
    zipped(folder)
    info = zipfile.ZipInfo(f"{UNPACKED}/000041.jpg")
    change(info)
    with zipfile.ZipFile(folder / "img_align_celeba.zip", "a") as archive:
        archive.writestr(info, miniature.image(41))
    with pytest.raises(data.DataUnavailableError, match=told):
        load()


def test_an_encrypted_member_is_refused(folder):
    zipped(folder)
    path = folder / "img_align_celeba.zip"
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(data.DataUnavailableError, match=r"'.*/000040\.jpg' in it is encrypted"):
        load()


@pytest.mark.parametrize(
    ("name", "limit", "told"),
    [
        ("MOST_MEMBERS", 39, "holds 40 files, expected at most 39"),
        ("MOST_BYTES", 1000, "would unpack to"),
        ("LARGEST_MEMBER", 100, "MB, expected at most"),
    ],
)
def test_more_than_the_limit_is_refused(folder, monkeypatch, name, limit, told):
    zipped(folder)
    monkeypatch.setattr(celeba_source, name, limit)
    with pytest.raises(data.DataUnavailableError, match=told):
        load()


def test_a_bomb_is_refused(folder):
    files = miniature.images(NUMBERS) | {"000041.jpg": bytes(10_000_000)}
    miniature.pack(folder / "img_align_celeba.zip", files, how=zipfile.ZIP_DEFLATED)
    with pytest.raises(data.DataUnavailableError, match="packed to less than a 100th of its size"):
        load()


def test_members_that_share_their_bytes_are_refused(folder):
    path = folder / "img_align_celeba.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("000001.jpg", miniature.image(1) + bytes(5000))
        for number in range(2, 10):
            info = zipfile.ZipInfo(f"{number:06d}.jpg")
            first = archive.infolist()[0]
            for part in ("header_offset", "file_size", "compress_size", "CRC"):
                setattr(info, part, getattr(first, part))
            archive.filelist.append(info)
            archive.NameToInfo[info.filename] = info
    with pytest.raises(data.DataUnavailableError, match="they overlap"):
        load()


def test_an_image_that_declares_to_be_huge_is_left_out(folder, monkeypatch, capsys):
    monkeypatch.setattr(celeba_pixels, "MOST_PIXELS", 1000)
    files = miniature.images(range(1, 201)) | {"000007.jpg": miniature.image(7, 100, 100)}
    miniature.pack(folder / "img_align_celeba.zip", files)
    assert len(load().x_train) == 179
    assert "it declares 100 × 100 pixels" in capsys.readouterr().out


# Damaged images.


def damaged(folder, *numbers):
    """204 images of training and test part, of which these are damaged, with their tables."""
    every = range(1, 341)
    files = miniature.images(every)
    for number in numbers:
        files[f"{number:06d}.jpg"] = files[f"{number:06d}.jpg"][:300]
    miniature.pack(folder / "img_align_celeba.zip", files)
    (folder / "list_attr_celeba.txt").write_bytes(miniature.attributes_txt(every))
    (folder / "list_eval_partition.txt").write_bytes(miniature.partition_txt(every))


def test_damaged_images_are_left_out_counted_and_named(folder, own_cache, capsys):
    damaged(folder, 10, 14)
    images = load()
    said = capsys.readouterr().out
    assert "2 of 204 images cannot be read: 000010.jpg (OSError" in said
    assert "000014.jpg" in said
    for x, y, part in ((images.x_train, images.y_train, 0), (images.x_test, images.y_test, 2)):
        kept = [n for n in range(1, 341) if miniature.part_of(n) == part and n not in (10, 14)]
        assert near(miniature.greys(x), kept)
        np.testing.assert_array_equal(y * 2 - 1, [miniature.signs_of(n)[2] for n in kept])
    manifest = json.loads((own_cache / "celeba" / "8" / "manifest.json").read_text("utf-8"))
    assert list(manifest["left_out"]) == ["000010.jpg", "000014.jpg"]
    load()
    assert capsys.readouterr().out == "", "it was said when they were left out"


def test_more_than_one_in_a_hundred_stops_with_their_names(folder, own_cache):
    damaged(folder, 10, 14, 20)
    told = r"3 of 204 images cannot be read: 000010\.jpg.*More than 1 % is too many to leave out"
    with pytest.raises(data.DataUnavailableError, match=told):
        load()
    assert [path.name for path in own_cache.rglob("*.npy*")] == ["images.npy.lock"]


def test_a_changed_byte_in_a_zip_is_damage(folder, capsys):
    damaged(folder)
    path = folder / "img_align_celeba.zip"
    content = bytearray(path.read_bytes())
    content[content.index(b"000010.jpg") + 500] ^= 1
    path.write_bytes(content)
    load()
    assert "1 of 204 images cannot be read: 000010.jpg (BadZip" in capsys.readouterr().out
