"""An explorer in JupyterLab, in a browser: the arrow key moves the slider, the picture changes.

Needs Chromium and the package playwright; without them it is skipped.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import nbformat.v4 as v4
import pytest

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the package playwright is not installed"
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]

CELL = """\
import numpy as np
from course_utils import widgets
points = np.random.default_rng(0).normal(size=(100, 2))
_ = widgets.mixture_explorer(points, [1, 2, 3])
"""
KERNEL_IS_READY = "Python 3 (ipykernel) | Idle"
RUN = "[data-jp-item-name=run] jp-button"
PICTURE = ".jp-OutputArea img.widget-image"
BYTES = """async picture => {
    const answer = await fetch(picture.src);
    return Array.from(new Uint8Array(await answer.arrayBuffer())).join();
}"""


@pytest.fixture
def lab(tmp_path):
    """The address of a JupyterLab of its own that serves one notebook with an explorer."""
    home, served = tmp_path / "home", tmp_path / "served"
    home.mkdir()
    served.mkdir()
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nb = v4.new_notebook(cells=[v4.new_code_cell(CELL)], metadata={"kernelspec": kernel})
    nbformat.write(nb, served / "explorer.ipynb")
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
        yield f"{address}/lab/tree/explorer.ipynb?token={token}&reset"
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


def test_the_arrow_key_on_the_slider_changes_the_picture(lab):
    with playwright.sync_playwright() as browsers:
        chromium = browsers.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1200, "height": 1000})
        page.set_default_timeout(90_000)
        page.goto(lab)
        # Asked to run a cell before it knows its kernel, JupyterLab opens a dialog.
        page.get_by_text(KERNEL_IS_READY).wait_for()
        page.locator(RUN).click()
        picture = page.locator(PICTURE)
        picture.wait_for()
        drawn, seen = picture.evaluate("picture => [picture.naturalWidth, picture.width]")
        assert drawn == seen > 300, "the picture is stretched"
        before, source = picture.evaluate(BYTES), picture.get_attribute("src")

        page.locator(".widget-slider .noUi-handle").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "([where, old]) => document.querySelector(where).src !== old", arg=[PICTURE, source]
        )
        assert picture.evaluate(BYTES) != before
        chromium.close()
