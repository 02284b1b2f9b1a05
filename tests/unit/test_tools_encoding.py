"""What prints `·`, `→` or `β` prints on a terminal and into a file that know no such characters."""

import os
import subprocess
import sys

import pytest
from miniature import course_command, make_course

from course_utils import notes

ENCODINGS = ("ascii", "cp1252")
pytestmark = pytest.mark.parametrize("encoding", ENCODINGS)


def printed(encoding, command, path):
    """Run a command with its output in a file, as `> report.txt` does; return what is there."""
    plain = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "LC_ALL": "C"}
    with path.open("wb") as file:
        done = subprocess.run(
            command, env={**os.environ, **plain}, stdout=file, stderr=subprocess.PIPE,
            timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert b"Traceback" not in done.stderr
    return path.read_bytes().decode(encoding)


def test_doctor_reports_into_a_file(encoding, tmp_path):
    command = [sys.executable, "-m", "course_tools.cli", "doctor"]
    assert "ok Python " in printed(encoding, command, tmp_path / "report.txt")


@pytest.mark.parametrize("command", ["--help", "run", "pair", "claims"])
def test_the_course_command_prints(encoding, tmp_path, command):
    project = make_course(tmp_path / "c", _01_one=["print('β → ∞')"])
    script = project.notebooks()[0].script
    script.write_text(script.read_text("utf-8").replace("Title of", "β → ∞"), "utf-8")
    text = printed(encoding, course_command(project, command), tmp_path / "out.txt")
    if command == "run":
        assert "[1/1] 01 beta -> ? one " in text
        assert "ok  01_one" in text


def test_a_notebook_run_as_a_script_prints_whatever_follows(encoding, tmp_path):
    code = "from course_utils import start\nstart()\nprint('0.5 \\xb1 0.1 \\u2192 \\u03b2')"
    text = printed(encoding, [sys.executable, "-c", code], tmp_path / "out.txt")
    assert "profile " in text
    assert "seed 0" in text
    assert text.endswith(f"0.5 {'±' if encoding == 'cp1252' else '+-'} 0.1 -> beta\n")


def test_what_is_spelt_out(encoding):
    assert "β²: “Шar”".encode("ascii", notes.SPELT) == b'beta^2: "?ar"'
