"""CelebA's cache: killed or interrupted while it is made, two at once, a full disk."""

import errno
import os
import signal
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import celeba_miniature as miniature
import pytest
from celeba_miniature import check_whole, load, write_tables, zipped

from course_utils import data
from course_utils.data import celeba_cache, celeba_pixels, stored

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def folder(folder_of_real_data, own_cache):
    """The user's folder with the miniature in it; the cache is empty."""
    zipped(folder_of_real_data)
    write_tables(folder_of_real_data)
    return folder_of_real_data


def run(code):
    """Run `code` in a process of its own; returns the Popen."""
    paths = [str(Path(miniature.__file__).parent), *sys.path]
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def names_in(cache):
    """Names of the cache's files, without those of locks."""
    names = {path.name for path in (cache / "celeba" / "8").iterdir()}
    return {name for name in names if not name.endswith(".lock")}


WHOLE = {"images.npy", "attributes.npz", "manifest.json"}
DIE = """
import os, pathlib, signal
from celeba_miniature import load
from course_utils.data import celeba_pixels

def die():
    print("dying", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
AMONG_THE_IMAGES = """
def first_part_only(*args):
    yield next(parts(*args))
    die()

parts, celeba_pixels.small_images, celeba_pixels._PART = (
    celeba_pixels.small_images, first_part_only, 4)
load()
"""
BEFORE_A_FILE_APPEARS = """
def replace(path, target):
    if target.name == {name!r}:
        die()
    return real(path, target)

real, pathlib.Path.replace = pathlib.Path.replace, replace
load()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(
    ("code", "left"),
    [
        (AMONG_THE_IMAGES, set()),
        (BEFORE_A_FILE_APPEARS.format(name="images.npy"), set()),
        (BEFORE_A_FILE_APPEARS.format(name="attributes.npz"), {"images.npy"}),
        (BEFORE_A_FILE_APPEARS.format(name="manifest.json"), {"images.npy", "attributes.npz"}),
    ],
    ids=["among the images", "before the images", "before the attributes", "before the manifest"],
)
def test_process_killed_while_it_makes_the_cache_does_no_harm(
    folder, own_cache, capsys, code, left
):
    process = run(DIE + code)
    out, error = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, error
    assert out.strip().endswith("dying")
    parts = {name for name in names_in(own_cache) if name.startswith(".")}
    assert parts, "a part is named as such"
    assert names_in(own_cache) - parts == left
    check_whole(load())
    assert "Note" not in capsys.readouterr().out
    assert names_in(own_cache) == WHOLE, "what the dead process left is gone"


def test_interrupt_leaves_nothing_and_the_next_call_makes_it(folder, own_cache, monkeypatch):
    def interrupted(*args):
        yield next(parts(*args))
        raise KeyboardInterrupt

    parts = celeba_pixels.small_images
    with monkeypatch.context() as patch:
        patch.setattr(celeba_pixels, "small_images", interrupted)
        with pytest.raises(KeyboardInterrupt):
            load()
    assert names_in(own_cache) == set()
    check_whole(load())


def test_two_processes_make_it_once(folder, own_cache):
    code = (
        "from celeba_miniature import check_whole, load\n"
        "from course_utils.data import celeba_cache\n"
        "make = celeba_cache._make\n"
        "celeba_cache._make = lambda *a: (print('made'), make(*a))\n"
        "check_whole(load())"
    )
    processes = [run(code) for _ in range(2)]
    said = []
    for process in processes:
        out, error = process.communicate(timeout=60)
        assert process.returncode == 0, error
        said.append(out.strip())
    assert sorted(said) == ["", "made"]
    assert names_in(own_cache) == WHOLE


def test_cache_that_is_being_made_anew_is_not_used(folder, own_cache, monkeypatch):
    load()
    (folder / "list_eval_partition.txt").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(stored, "write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            load()
    assert "manifest.json" not in names_in(own_cache)
    assert "the last tenth" in load().remark


FULL = (
    r"cannot be written to .*8 \(.*\)\. It takes 0\.0 GB at 8 pixels: free as much there, or set "
)


def test_too_little_room_is_told_before_the_work(folder, own_cache, monkeypatch):
    monkeypatch.setattr(celeba_cache.shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 100))
    monkeypatch.setattr(stored, "write", lambda *_: pytest.fail("written"))
    with pytest.raises(data.DataUnavailableError, match=FULL):
        load()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes")
def test_disk_that_fills_up_is_told_and_nothing_is_left(folder, own_cache):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))\n"
    process = run(limit + "from celeba_miniature import load\nload()")
    _, error = process.communicate(timeout=60)
    assert "DataUnavailableError: CelebA cannot be used from COURSE_DATA_DIR: the cache" in error
    assert "set COURSE_CACHE_DIR to another folder" in error
    assert names_in(own_cache) == set()
    check_whole(load())


def test_full_disk_is_noted_where_drawn_faces_will_do(
    folder_of_real_data, shared_cache, monkeypatch, capsys
):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    zipped(folder_of_real_data)
    monkeypatch.setenv("COURSE_DATA", "auto")
    monkeypatch.setattr(stored, "write", full)
    assert load(train_size=5, test_size=5).name == "faces"
    said = capsys.readouterr().out
    assert "No space left on device" in said
    assert "set COURSE_CACHE_DIR to another folder" in said


def test_cache_that_is_read_only_serves_what_it_holds(folder, monkeypatch):
    def refuse(*args, **options):
        raise OSError(errno.EROFS, "Read-only file system")

    load()
    # Root may write where permissions forbid it, so the system's answer is given here.
    monkeypatch.setattr(celeba_cache.storage.filelock, "FileLock", refuse)
    check_whole(load())
