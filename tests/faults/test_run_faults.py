"""What goes wrong while notebooks are executed: a clear message, a code, nothing lost."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from miniature import (
    course_command,
    half_written,
    make_course,
    read_log,
    run_course,
    write_script,
)

from course_tools import execution, pairing

KILL = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
EXIT = "import os\nos._exit(3)"
SLEEP = "print('begun', flush=True)\nimport time\ntime.sleep(60)"


@pytest.fixture
def course(tmp_path):
    """Return a function that makes a course whose first notebook works; it takes the second's."""
    return lambda *cells: make_course(tmp_path / "c", _01_good=["1"], _02_bad=["1", *cells])


def execute_second(course, time_limit=60):
    settings = execution.Settings("smoke", "builtin", time_limit)
    return execution.execute(course.notebooks()[1], settings)


@pytest.mark.parametrize(
    ("cell", "how"),
    [
        pytest.param(
            KILL,
            "was killed by signal 9",
            marks=pytest.mark.skipif(os.name == "nt", reason="no SIGKILL on Windows"),
        ),
        (EXIT, "exited with code 3"),
    ],
)
def test_a_kernel_that_dies(course, cell, how):
    with pytest.raises(execution.ExecutionFailed) as failure:
        execute_second(course(cell))
    message = str(failure.value)
    assert "02_bad, code cell 2 of 2" in message
    assert cell.split("\n")[0] in message
    assert how in message
    assert "memory ran out" in message
    assert "--profile smoke" in message


def test_a_notebook_that_overruns_its_time(course):
    started = time.monotonic()
    with pytest.raises(execution.ExecutionFailed) as failure:
        execute_second(course(SLEEP), time_limit=2)
    assert time.monotonic() - started < 10
    message = str(failure.value)
    assert "02_bad, code cell 2 of 2" in message
    assert "still running when the 2 s" in message
    assert "--time-limit 4" in message
    assert failure.value.nb.cells[2].outputs[0].text == "begun\n", "what it showed is kept"


def test_the_limit_is_for_the_whole_notebook(course):
    pause = "import time\ntime.sleep(0.9)"
    with pytest.raises(execution.ExecutionFailed, match=r"code cell [345] of 5"):
        execute_second(course(*[pause] * 4), time_limit=2.5)


def test_no_kernel_is_left_behind(course):
    with pytest.raises(execution.ExecutionFailed):
        execute_second(course(SLEEP), time_limit=2)
    assert kernels_of(psutil.Process()) == []


def test_an_error_in_a_cell(course):
    with pytest.raises(execution.ExecutionFailed) as failure:
        execute_second(course("def f():\n    raise ValueError('first\\nlast')\n\n\nf()"))
    message = str(failure.value)
    assert "02_bad, code cell 2 of 2" in message
    assert "    def f():" in message
    assert "raised ValueError: first … last" in message


def test_an_error_that_is_the_lesson_is_none(course):
    project = course("1/0")
    script = project.notebooks()[1].script
    text = script.read_text()
    before, last = text.rsplit('tags=["nbval-check-output"]', 1)
    script.write_text(f'{before}tags=["raises-exception"]{last}')
    assert execute_second(project).nb.cells[2].outputs[0].ename == "ZeroDivisionError"


def test_a_kernel_that_cannot_start(course, monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONHOME", str(tmp_path / "no python here"))
    with pytest.raises(execution.ExecutionFailed, match="did not start"):
        execute_second(course())


def test_a_fault_after_the_first_cell_is_not_told_as_a_failed_start(course, monkeypatch):
    def broken(client, cell, *_, **__):
        raise RuntimeError("the channel is closed")

    monkeypatch.setattr(execution.NotebookClient, "execute_cell", broken)
    with pytest.raises(execution.ExecutionFailed) as failure:
        execute_second(course())
    assert "02_bad, code cell 1 of 1" in str(failure.value)
    assert "the channel is closed" in str(failure.value)
    assert "did not start" not in str(failure.value)


def test_a_finished_notebook_whose_kernel_does_not_answer_is_finished(course, monkeypatch):
    monkeypatch.setattr(execution, "_ASK_SUMMARY", SLEEP)
    monkeypatch.setattr(execution, "SUMMARY_LIMIT", 1)
    assert execute_second(course()).summary == {}


def test_what_would_change_outputs_is_not_inherited(course, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("COURSE_RECORD", "some/file")
    show = "import os\nprint([os.environ.get(n) for n in ('MPLBACKEND', 'COURSE_RECORD')])"
    text = execute_second(course(show)).nb.cells[2].outputs[0].text
    assert "agg" not in text
    assert "some/file" not in text


def test_a_kernel_of_the_same_name_in_the_home_is_not_used(course, tmp_path, monkeypatch):
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {"argv": ["false"], "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    done = execute_second(course("import sys\nprint(sys.executable)"))
    assert done.nb.cells[2].outputs[0].text.strip() == sys.executable


def test_one_failing_notebook_does_not_stop_the_others(tmp_path):
    project = make_course(tmp_path / "c", _01_bad=["1/0"], _02_good=["1"])
    done = run_course(project, "run")
    assert done.returncode == 1
    assert "raised ZeroDivisionError: division by zero" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert [entry["status"] for entry in read_log(project).values()] == ["failed", "done"]
    page = (project.build_dir / "html" / "01_bad.html").read_text()
    assert "ZeroDivisionError" in page, "the page shows where it stopped"

    write_script(project.notebooks()[0].script, ["1"])
    again = run_course(project, "run")
    assert again.returncode == 0
    assert again.stdout.count("kept: made at") == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_goes_on_where_it_was(course, sent):
    project = course("import time\ntime.sleep(60)")
    process = subprocess.Popen(
        course_command(project, "run"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for(lambda: (project.build_dir / "run.json").exists() and kernels_of(process))
        kernels = kernels_of(process)
        time.sleep(0.5)
        process.send_signal(sent)
        stdout, stderr = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "run again to go on" in stderr
    assert "Traceback" not in stdout + stderr
    wait_for(lambda: not any(kernel.is_running() for kernel in kernels))
    assert list(read_log(project)) == ["01_good"]
    assert half_written(project.root) == []
    assert "Title of good" in (project.build_dir / "index.html").read_text()

    write_script(project.notebooks()[1].script, ["1"])
    again = run_course(project, "run")
    assert again.returncode == 0
    assert again.stdout.count("kept: made at") == 1
    assert [entry["status"] for entry in read_log(project).values()] == ["done", "done"]


def test_a_stale_pair_is_told_by_the_check_and_not_lost(course):
    project = course()
    for notebook in project.notebooks():
        pairing.write_pair(notebook)
    assert run_course(project, "pair", "--check").returncode == 0

    write_script(project.notebooks()[1].script, ["2"])
    checked = run_course(project, "pair", "--check")
    assert checked.returncode == 1
    assert "02_bad.ipynb: it is behind py/02_bad.py" in checked.stdout
    assert "course pair 02" in checked.stdout

    assert run_course(project, "pair", "02").returncode == 0
    assert run_course(project, "pair", "--check").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "77"], "no notebook '77'. There are:\n  01  01_good\n  02  02_bad"),
        (["run", "--profile", "huge"], "unknown profile 'huge'. Choose one of: smoke, cpu, gpu."),
        (["run", "--data", "none"], "unknown data 'none'. Choose one of: auto, real, builtin."),
        (["run", "--time-limit", "0"], "--time-limit 0: give a number of seconds > 0"),
        (["bench", "none"], "no benchmark 'none'"),
        (["pair", "--from-notebook"], "say which"),
    ],
)
def test_bad_arguments(course, arguments, message):
    done = run_course(course(), *arguments)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_build_that_cannot_be_written(course):
    project = course()
    project.build_dir.write_text("a file where the folder should be")
    done = run_course(project, "run", "01")
    assert done.returncode == 1
    assert "build" in done.stderr
    assert "Traceback" not in done.stderr


def kernels_of(process):
    """Return the kernels that a process has started and that are alive."""
    kernels = []
    for child in psutil.Process(process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it has just ended
            if "ipykernel_launcher" in " ".join(child.cmdline()):
                kernels.append(child)
    return kernels


def wait_for(condition, seconds=20):
    """Wait until `condition` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)
