"""Every explorer in JupyterLab, in a browser: an arrow key moves a slider, the picture changes.

Needs the package playwright and a Chromium; see `nothing_is_skipped` in tests/conftest.py.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
import typing
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import nbformat.v4 as v4
import pytest

pytestmark = pytest.mark.slow

SETUP = """\
import numpy as np
from course_utils import widgets
random = np.random.default_rng(0)
points, images = random.normal(size=(100, 2)), random.random((12, 8, 8, 1))
def encode(images):
    return images.reshape(-1, 64) - 0.5
def decode(codes):
    return np.clip(np.tile(codes, 64)[:, :64].reshape(-1, 8, 8, 1) + 0.5, 0, 1)
class Model:
    def reconstruct(self, images):
        return decode(encode(images))
    def sample(self, count, seed):
        return images[np.arange(count) % 12]
frame = {"samples": points, "field": random.random((60, 60)), "mesh": random.random((21, 21, 2))}
film = widgets.gan_film({1: frame, 2: {**frame, "samples": 2 * points}, 3: frame, 4: frame})
"""
EXPLORERS = {
    "mixture": "widgets.mixture_explorer(points, [1, 2, 3], decode=decode)",
    "latent": "widgets.latent_explorer(decode, 3)",
    "plane": "widgets.latent_explorer(decode, 2, points=points, labels=np.arange(100) % 4)",
    "interpolation": "widgets.interpolation_explorer(images, {'pixels': (encode, decode)})",
    "beta": "widgets.beta_explorer({0.5: Model(), 1.0: Model(), 4.0: Model()}, images)",
    "gan": "widgets.gan_explorer(film, (-3, 3))",
}
KERNEL_IS_GONE = re.compile("Kernel status: (Disconnected|Dead|Unknown|No Kernel)")
KERNEL_IS_READY = "Python 3 (ipykernel) | Idle"
RUN = "[data-jp-item-name=run] jp-button"
PICTURE = ".jp-OutputArea img.widget-image"
BYTES = """async picture => {
    const answer = await fetch(picture.src);
    return Array.from(new Uint8Array(await answer.arrayBuffer())).join();
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A function from an explorer's name to its address in a JupyterLab of the tests' own."""
    tmp_path = tmp_path_factory.mktemp("lab")
    home, served = tmp_path / "home", tmp_path / "served"
    home.mkdir()
    served.mkdir()
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for name, make in EXPLORERS.items():
        cells = [v4.new_code_cell(f"{SETUP}_ = {make}")]
        nb = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(nb, served / f"{name}.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, token = f"http://127.0.0.1:{port}", os.urandom(16).hex()
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "IPYTHON"))}
    environment = {
        **inherited,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home),
        "JUPYTER_TOKEN": token,
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
        f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={served}",
        "--LabApp.news_url=None", "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    log = tmp_path / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, env=environment, cwd=served, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_for(f"{address}/api/status?token={token}", server, log)
        yield Lab(address, token, log)
    finally:
        server.terminate()  # asked so, it ends its kernels first
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


class Lab(typing.NamedTuple):
    """A JupyterLab: its address, its token, and the file of what it says."""

    address: str
    token: str
    log: Path

    def notebook(self, name):
        return f"{self.address}/lab/tree/{name}.ipynb?token={self.token}&reset"

    def end_kernels(self):
        kernels = f"{self.address}/api/kernels"
        headers = {"Authorization": f"token {self.token}"}
        with urllib.request.urlopen(urllib.request.Request(kernels, headers=headers)) as answer:
            for kernel in json.load(answer):
                end = f"{kernels}/{kernel['id']}"
                request = urllib.request.Request(end, headers=headers, method="DELETE")
                urllib.request.urlopen(request).close()


def wait_for(url, server, log):
    """Wait until the server answers; fail with its log if it ends or takes a minute."""
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


@pytest.mark.parametrize("name", EXPLORERS)
def test_an_arrow_key_on_the_slider_changes_the_picture_at_once(browser, lab, name):
    page, errors = browser.new_page(viewport={"width": 1500, "height": 1000}), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(90_000)
    page.goto(lab.notebook(name))
    # Asked to run a cell before it knows its kernel, JupyterLab opens a dialog.
    page.get_by_text(KERNEL_IS_READY).wait_for()
    page.locator(RUN).click()
    picture = page.locator(PICTURE)
    picture.wait_for()
    drawn, seen = picture.evaluate("picture => [picture.naturalWidth, picture.width]")
    assert drawn == seen > 300, "the picture is stretched"

    handle = page.locator(".widget-slider .noUi-handle").first
    handle.focus()
    at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    there_and_back = ("ArrowLeft", "ArrowRight") if at_end else ("ArrowRight", "ArrowLeft")
    milliseconds = []
    for key in there_and_back * 3:
        before, source = picture.evaluate(BYTES), picture.get_attribute("src")
        start = time.perf_counter()
        page.keyboard.press(key)
        page.wait_for_function(
            "([where, old]) => document.querySelector(where).src !== old", arg=[PICTURE, source]
        )
        milliseconds.append(1000 * (time.perf_counter() - start))
        assert picture.evaluate(BYTES) != before
    # The best of several: another process may hold the machine for a moment.
    assert min(milliseconds) < 300, milliseconds
    if folder := os.environ.get("COURSE_TEST_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")

    lab.end_kernels()
    page.get_by_text(KERNEL_IS_GONE).first.wait_for(state="attached")
    assert picture.evaluate("picture => picture.complete && picture.naturalWidth") == drawn
    page.close()
    assert errors == []
    assert "Traceback" not in lab.log.read_text()
