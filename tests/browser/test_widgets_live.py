"""Every explorer in JupyterLab, in a browser: the arrow key moves a slider, the picture changes.

Needs the package playwright and a Chromium; see `nothing_is_skipped` in tests/conftest.py.
"""

import json
import os
import socket
import subprocess
import sys
import time
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
"""
EXPLORERS = {
    "mixture": "widgets.mixture_explorer(points, [1, 2, 3], decode=decode)",
    "latent": "widgets.latent_explorer(decode, 3)",
    "plane": "widgets.latent_explorer(decode, 2, points=points, labels=np.arange(100) % 4)",
    "interpolation": "widgets.interpolation_explorer(images, {'pixels': (encode, decode)})",
    "beta": "widgets.beta_explorer({0.5: Model(), 1.0: Model(), 4.0: Model()}, images)",
}
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
        yield lambda name: f"{address}/lab/tree/{name}.ipynb?token={token}&reset"
    finally:
        server.terminate()  # asked so, it ends its kernels first
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


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
def test_the_arrow_key_on_the_slider_changes_the_picture(browser, lab, name):
    page = browser.new_page(viewport={"width": 1500, "height": 1000})
    page.set_default_timeout(90_000)
    page.goto(lab(name))
    # Asked to run a cell before it knows its kernel, JupyterLab opens a dialog.
    page.get_by_text(KERNEL_IS_READY).wait_for()
    page.locator(RUN).click()
    picture = page.locator(PICTURE)
    picture.wait_for()
    drawn, seen = picture.evaluate("picture => [picture.naturalWidth, picture.width]")
    assert drawn == seen > 300, "the picture is stretched"
    before, source = picture.evaluate(BYTES), picture.get_attribute("src")

    page.locator(".widget-slider .noUi-handle").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([where, old]) => document.querySelector(where).src !== old", arg=[PICTURE, source]
    )
    assert picture.evaluate(BYTES) != before
    if folder := os.environ.get("COURSE_TEST_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")
    page.close()
