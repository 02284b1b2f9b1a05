"""Damaged files, broken networks, full disks, killed processes: nothing wrong is ever used."""

import contextlib
import dataclasses
import errno
import functools
import hashlib
import http.server
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from course_utils import data, storage
from course_utils.data import download, mnist
from course_utils.data.drawn import builtin, garments


def miniature_arrays():
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (200, 28, 28), dtype=np.uint8),
        "y_train": np.arange(200, dtype=np.uint8) % 10,
        "x_test": rng.integers(0, 256, (60, 28, 28), dtype=np.uint8),
        "y_test": np.arange(60, dtype=np.uint8) % 10,
    }


def miniature_set(*mirrors):
    """A MNIST of 260 images, served from `mirrors`."""
    sums = {
        name: hashlib.sha256(array.tobytes()).hexdigest()
        for name, array in miniature_arrays().items()
    }
    return dataclasses.replace(mnist.REAL_SET, sha256=sums, mirrors=mirrors)


@functools.cache
def npz_bytes():
    content = io.BytesIO()
    np.savez(content, **miniature_arrays())
    return content.getvalue()


PROXY_SETTINGS = [
    change(f"{kind}_proxy")
    for kind in ("http", "https", "all", "no")
    for change in (str.lower, str.upper)
]


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch, tmp_path):
    path = tmp_path / "cache"
    monkeypatch.setenv("COURSE_CACHE_DIR", str(path))
    for name in ("COURSE_DATA", "COURSE_DATA_DIR", *PROXY_SETTINGS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(mnist, "REAL_SET", miniature_set())
    monkeypatch.setattr(download, "PAUSES", (0.01, 0.01))
    return path


@pytest.fixture
def folder(monkeypatch, tmp_path):
    path = tmp_path / "mine"
    path.mkdir()
    monkeypatch.setenv("COURSE_DATA_DIR", str(path))
    return path


# What may happen to a file on its way.


def truncated(content):
    return content[: len(content) // 2]


def bit_flipped(content):
    middle = len(content) // 3
    return content[:middle] + bytes([content[middle] ^ 16]) + content[middle + 1 :]


def empty(content):
    return b""


def a_web_page(content):
    return b"<html>Please log in</html>"


def one_pixel_changed(content):
    with np.load(io.BytesIO(content)) as archive:
        arrays = dict(archive)
    arrays["x_train"][7, 3, 3] ^= 1
    changed = io.BytesIO()
    np.savez(changed, **arrays)
    return changed.getvalue()


def one_label_out_of_a_byte(content):
    with np.load(io.BytesIO(content)) as archive:
        arrays = dict(archive)
    # As uint8 this is the right label again.
    arrays["y_train"] = arrays["y_train"].astype(np.int64)
    arrays["y_train"][0] += 256
    changed = io.BytesIO()
    np.savez(changed, **arrays)
    return changed.getvalue()


def an_array_missing(content):
    with np.load(io.BytesIO(content)) as archive:
        arrays = dict(archive)
    del arrays["y_test"]
    changed = io.BytesIO()
    np.savez(changed, **arrays)
    return changed.getvalue()


DAMAGES = [
    truncated,
    bit_flipped,
    empty,
    a_web_page,
    one_pixel_changed,
    one_label_out_of_a_byte,
    an_array_missing,
]
damaged_by = pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)


# The user's folder.


@damaged_by
def test_damaged_file_of_the_user_is_neither_used_nor_touched(folder, damage, capsys):
    bad = damage(npz_bytes())
    (folder / "mnist.npz").write_bytes(bad)
    images = data.load("mnist", 20, test_size=10)
    assert images.source == "builtin"
    out = capsys.readouterr().out
    assert "COURSE_DATA_DIR is passed over: mnist.npz" in out
    assert "replace the file" in out
    assert (folder / "mnist.npz").read_bytes() == bad


@damaged_by
def test_damaged_file_of_the_user_is_an_error_where_only_real_data_will_do(
    folder, damage, monkeypatch
):
    (folder / "mnist.npz").write_bytes(damage(npz_bytes()))
    monkeypatch.setenv("COURSE_DATA", "real")
    with pytest.raises(data.DataUnavailableError, match=r"cannot be read .* mnist\.npz"):
        data.load("mnist")


def missing(path):
    path.rmdir()


def a_file_instead(path):
    path.rmdir()
    path.write_text("")


def unreadable(path):
    # A loop of links fails even for root, who may read what permissions forbid.
    path.rmdir()
    path.symlink_to(path)


def unreadable_file(path):
    # A folder by the name of the file, with nothing in it.
    (path / "mnist.npz").mkdir()


@pytest.mark.parametrize("fault", [missing, a_file_instead, unreadable, unreadable_file])
def test_folder_that_cannot_be_used_is_noted_and_the_search_goes_on(folder, fault, capsys):
    fault(folder)
    assert data.load("mnist", 20, test_size=10).name == "digits"
    out = capsys.readouterr().out
    assert "COURSE_DATA_DIR is passed over" in out
    assert "Expected a folder that holds mnist.npz" in out


@pytest.mark.parametrize("fault", [missing, a_file_instead, unreadable, unreadable_file])
def test_folder_that_cannot_be_used_is_an_error_where_only_real_data_will_do(
    folder, fault, monkeypatch
):
    fault(folder)
    monkeypatch.setenv("COURSE_DATA", "real")
    with pytest.raises(data.DataUnavailableError, match="Correct COURSE_DATA_DIR"):
        data.load("mnist")


def test_unreadable_file_is_noted(folder, monkeypatch, capsys):
    (folder / "mnist.npz").write_bytes(npz_bytes())

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", self.name)

    monkeypatch.setattr(type(folder), "open", refuse)
    assert data.load("mnist", 20, test_size=10).name == "digits"
    assert "Permission denied: 'mnist.npz'" in capsys.readouterr().out


# The network.


class Server:
    """A local web server that serves the miniature set after some faulty answers."""

    def __init__(self, faults=()):
        self.faults = list(faults)
        self.requests = 0
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                server.requests += 1
                fault = server.faults.pop(0) if server.faults else None
                content = npz_bytes()
                self.send_response(fault if isinstance(fault, int) else 200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) // 2] if fault == "cut" else content)

            def log_message(self, *args):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/mnist.npz"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()


@contextlib.contextmanager
def serving(*faults):
    server = Server(faults)
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()


@pytest.mark.parametrize("fault", ["cut", 503])
def test_passing_fault_of_the_server_is_tried_again(fault, monkeypatch):
    with serving(fault) as server:
        monkeypatch.setattr(mnist, "REAL_SET", miniature_set((server.url,)))
        assert data.load("mnist").origin == "download"
        assert server.requests == 2


def test_lasting_fault_leads_to_the_next_mirror_without_waiting(monkeypatch):
    with serving(404) as bad, serving() as good:
        monkeypatch.setattr(mnist, "REAL_SET", miniature_set((bad.url,), (good.url,)))
        assert data.load("mnist").origin == "download"
        assert bad.requests == good.requests == 1


def test_download_that_is_cut_leaves_nothing_and_the_next_call_starts_again(
    empty_cache, monkeypatch
):
    with serving("cut", "cut", "cut") as server:
        monkeypatch.setattr(mnist, "REAL_SET", miniature_set((server.url,)))
        monkeypatch.setenv("COURSE_DATA", "real")
        with pytest.raises(data.DataUnavailableError, match="download: http"):
            data.load("mnist")
        assert [path.name for path in empty_cache.iterdir()] == ["mnist.npz.lock"]
        assert data.load("mnist").origin == "download"
    assert data.load("mnist").origin == "cache"


def test_no_network_is_noticed_in_seconds(monkeypatch):
    # Nobody listens; nobody is there (an address reserved for documentation); no such name.
    mirrors = [("http://127.0.0.1:9/x",), ("http://192.0.2.1/x",), ("http://nowhere.invalid/x",)]
    monkeypatch.setattr(mnist, "REAL_SET", miniature_set(*mirrors))
    monkeypatch.setenv("COURSE_DATA", "real")
    start = time.perf_counter()
    with pytest.raises(data.DataUnavailableError) as caught:
        data.load("mnist")
    assert time.perf_counter() - start < 10
    for server in ("127.0.0.1:9", "192.0.2.1:80", "nowhere.invalid:80"):
        assert server in str(caught.value)


def test_server_that_never_answers_is_left_after_one_attempt(monkeypatch):
    monkeypatch.setattr(download, "READ_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, serving() as good:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/x"
        monkeypatch.setattr(mnist, "REAL_SET", miniature_set((url,), (good.url,)))
        assert data.load("mnist").origin == "download"
        silent.setblocking(False)
        connections = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                silent.accept()[0].close()
                connections += 1
    assert connections == 2  # the probe and the one attempt


# Proxies: the probe goes the way that the download goes.


@pytest.fixture
def settings(monkeypatch):
    """Set the variables of proxies, where `{proxy}` and `{server}` stand for `host:port`."""

    def apply(variables, **servers):
        monkeypatch.delenv("NO_PROXY", raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value.format(**servers))

    return apply


@pytest.mark.parametrize(
    ("variables", "proxied"),
    [
        ({"http_proxy": "http://{proxy}"}, True),
        ({"HTTP_PROXY": "http://{proxy}"}, True),
        ({"http_proxy": "{proxy}"}, True),
        ({"http_proxy": "http://user:secret@{proxy}"}, True),
        ({"all_proxy": "http://{proxy}"}, True),
        ({"ALL_PROXY": "http://{proxy}"}, True),
        ({"https_proxy": "http://{proxy}"}, False),
        ({"http_proxy": "http://{proxy}", "no_proxy": "localhost"}, False),
        ({"http_proxy": "http://{proxy}", "NO_PROXY": "*"}, False),
        ({"http_proxy": "http://{proxy}", "no_proxy": "{server}"}, False),
        ({"http_proxy": "http://{proxy}", "no_proxy": "localhost:1"}, True),
        ({"http_proxy": "http://{proxy}", "no_proxy": "elsewhere.org, .localhost"}, False),
        ({"http_proxy": "http://{proxy}", "no_proxy": "elsewhere.org"}, True),
        ({"http_proxy": "", "HTTP_PROXY": "http://{proxy}"}, False),
    ],
)
def test_probe_and_download_go_the_same_way(settings, variables, proxied):
    with serving() as server, serving() as proxy:
        address = f"localhost:{server.http.server_port}"
        settings(variables, proxy=f"127.0.0.1:{proxy.http.server_port}", server=address)
        url, problems = f"http://{address}/mnist.npz", []
        assert list(download.reachable([(url,)], problems)) == [(url,)]
        assert download.fetch(url, "MNIST").read() == npz_bytes()
        assert (server.requests, proxy.requests) == ((0, 1) if proxied else (1, 0))
        # With the server they go to closed, neither gets through.
        stopped = (proxy if proxied else server).http
        stopped.shutdown()
        stopped.server_close()
        assert list(download.reachable([(url,)], problems)) == []
        assert len(problems) == 1
        assert problems[0].startswith("proxy 127.0.0.1:" if proxied else f"{address}: ")
        assert "secret" not in problems[0]


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_secure_address_goes_through_a_plain_proxy(settings, name):
    asked = []
    with serving() as proxy:
        proxy.http.RequestHandlerClass.do_CONNECT = lambda self: (
            asked.append(self.path),
            self.send_error(403),
        )
        settings({name: "http://{proxy}"}, proxy=f"127.0.0.1:{proxy.http.server_port}")
        url = "https://nowhere.invalid/mnist.npz"
        # The name cannot be looked up here, and need not be: the proxy does that.
        assert list(download.reachable([(url,)], [])) == [(url,)]
        with pytest.raises(download.DownloadError, match="403"):
            download.fetch(url, "MNIST")
    assert set(asked) == {"nowhere.invalid:443"}


def test_data_come_through_a_proxy_where_there_is_no_other_way(settings, monkeypatch):
    monkeypatch.setattr(mnist, "REAL_SET", miniature_set(("http://nowhere.invalid/mnist.npz",)))
    with serving() as proxy:
        settings({"http_proxy": "http://{proxy}"}, proxy=f"127.0.0.1:{proxy.http.server_port}")
        assert data.load("mnist").origin == "download"


@pytest.mark.parametrize(
    ("proxy", "problem"),
    [
        ("http://127.0.0.1:port", "Port could not be cast"),
        ("socks5://127.0.0.1:9", "pip install pysocks|refused"),
    ],
)
def test_proxy_that_cannot_be_used_is_told(settings, monkeypatch, proxy, problem):
    settings({"http_proxy": proxy})
    monkeypatch.setattr(mnist, "REAL_SET", miniature_set(("http://nowhere.invalid/x",)))
    monkeypatch.setenv("COURSE_DATA", "real")
    with pytest.raises(data.DataUnavailableError, match=f"download: proxy 127.*({problem})"):
        data.load("mnist")


# The cache.


@damaged_by
def test_damaged_cache_of_a_real_set_is_replaced_with_a_note(
    empty_cache, damage, monkeypatch, capsys
):
    empty_cache.mkdir()
    (empty_cache / "mnist.npz").write_bytes(damage(npz_bytes()))
    with serving() as server:
        monkeypatch.setattr(mnist, "REAL_SET", miniature_set((server.url,)))
        assert data.load("mnist").origin == "download"
    assert "the cached MNIST was damaged and has been replaced" in capsys.readouterr().out
    assert data.load("mnist").origin == "cache"


def altered(content):
    """A valid block with one pixel changed, and the checksum of before."""
    with np.load(io.BytesIO(content)) as archive:
        arrays = dict(archive)
    arrays["images"][5, 14, 14] ^= 1
    changed = io.BytesIO()
    np.savez(changed, **arrays)
    return changed.getvalue()


@pytest.mark.parametrize("damage", [truncated, bit_flipped, empty, altered])
def test_damaged_block_is_made_again_with_a_note(empty_cache, damage, capsys):
    before = data.load("garments", 20, test_size=10)
    path = next(empty_cache.rglob("train-00.npz"))
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    after = data.load("garments", 20, test_size=10)
    np.testing.assert_array_equal(before.x_train, after.x_train)
    assert "train-00.npz was damaged" in capsys.readouterr().out
    data.load("garments", 20, test_size=10)
    assert capsys.readouterr().out == ""


def test_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch, capsys):
    # A path below a file: nobody can write there, not even root.
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert data.load("garments", 20, test_size=10).x_train.shape == (20, 28, 28, 1)
    said = capsys.readouterr().out
    assert said.count("Note: ") == said.count("nothing can be kept in ") == 1
    assert "Set COURSE_CACHE_DIR" in said
    with serving() as server:
        monkeypatch.setattr(mnist, "REAL_SET", miniature_set((server.url,)))
        assert data.load("mnist").origin == "download"
    assert data.load("faces", 5, test_size=5).x_test.shape == (5, 64, 64, 3)
    assert capsys.readouterr().out == "", "one note is enough"


def test_cache_that_is_read_only_serves_what_it_holds(empty_cache, monkeypatch, capsys):
    data.load("garments", 20, test_size=10)
    (empty_cache / "mnist.npz").write_bytes(npz_bytes())

    def refuse(*args, **kwargs):
        raise OSError(errno.EROFS, "Read-only file system")

    # Root may write where permissions forbid it, so the system's answer is given here.
    for name in ("mkstemp", "TemporaryFile"):
        monkeypatch.setattr(storage.tempfile, name, refuse)
    monkeypatch.setattr(storage.filelock, "FileLock", refuse)
    assert len(data.load("garments", 20, test_size=10).x_train) == 20
    assert data.load("mnist").origin == "cache"
    assert capsys.readouterr().out == ""
    assert len(data.load("garments", 2020, test_size=10).x_train) == 2020
    said = capsys.readouterr().out
    assert said.count("Note: ") == said.count("Read-only file system") == 1


def run(code, cache, **options):
    """Run `code` in a process of its own; returns the Popen."""
    environment = os.environ | {"COURSE_CACHE_DIR": str(cache)}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


LOAD_GARMENTS = """
import hashlib
from course_utils import data
images = data.load("garments", 20, test_size=10)
print(hashlib.sha256(images.x_train.tobytes()).hexdigest())
"""


def garments_hash():
    images = garments.make(0, "train", 0, 20)["images"]
    return hashlib.sha256((images.astype(np.float32) / 255).tobytes()).hexdigest()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes")
def test_full_disk_is_noted_and_the_data_still_come(empty_cache):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
    process = run(limit + LOAD_GARMENTS, empty_cache)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    assert "nothing can be kept in " in out
    assert out.splitlines()[-1] == garments_hash()
    assert not list(empty_cache.rglob("*.npz"))


def test_two_processes_fill_one_cache(empty_cache):
    processes = [run(LOAD_GARMENTS, empty_cache) for _ in range(2)]
    for process in processes:
        out, error = process.communicate(timeout=60)
        assert (process.returncode, error) == (0, "")
        assert out.split() == [garments_hash()]
    names = sorted(path.name for path in empty_cache.rglob("*.npz"))
    assert names == ["test-00.npz", "train-00.npz"]


def test_two_threads_download_once(monkeypatch):
    with serving() as server:
        monkeypatch.setattr(mnist, "REAL_SET", miniature_set((server.url,)))
        origins = []
        threads = [
            threading.Thread(target=lambda: origins.append(data.load("mnist").origin))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(origins) == ["cache", "download"]
        assert server.requests == 1


DIE_WHILE_WRITING = """
import os, signal
import numpy as np
from course_utils import data

def die(file, **arrays):
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

np.savez = die
data.load("garments", 20, test_size=10)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_process_killed_while_it_fills_the_cache_does_no_harm(empty_cache, capsys):
    process = run(DIE_WHILE_WRITING, empty_cache)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert out == "writing\n"
    assert not list(empty_cache.rglob("train-00.npz"))
    data.load("garments", 20, test_size=10)
    # Nothing to note, and what the dead process left is gone.
    assert capsys.readouterr().out == ""
    names = {path.name for path in empty_cache.rglob("*") if path.is_file()}
    assert {name.removesuffix(".lock") for name in names} == {"train-00.npz", "test-00.npz"}


def test_interrupt_while_a_block_is_made_leaves_nothing_behind(empty_cache, monkeypatch):
    def interrupted(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(garments, "make", interrupted)
        with pytest.raises(KeyboardInterrupt):
            data.load("garments", 20, test_size=10)
    assert not list(empty_cache.rglob("*.npz"))
    assert data.load("garments", 20, test_size=10).source == "builtin"


def test_lock_that_is_never_released_does_not_stop_a_lesson(monkeypatch, capsys):
    monkeypatch.setattr(storage.locked.__wrapped__, "__defaults__", (0.05,))
    path = builtin._block_path(garments, 0, "train", 0)
    with storage.locked(path):
        assert len(data.load("garments", 20, test_size=10).x_train) == 20
    assert "another process has been writing" in capsys.readouterr().out
