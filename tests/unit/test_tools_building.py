import io
import json
import re

import pytest
from miniature import FIGURE, half_written, make_course, read_log, write_script
from rich.console import Console

from course_tools import building, execution, pairing, progress
from course_tools.series import CourseError

COUNT = "import pathlib\nwith pathlib.Path('count').open('a') as f:\n    _ = f.write('x')"

STAND_IN = """\
from course_utils import environment
environment._session.environment = environment.Environment(*[None] * 8)
environment.remember_data("mnist", "stand-in")"""


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "c", _01_one=[COUNT, FIGURE], _02_two=["print('<b>')"])


@pytest.fixture
def run(course):
    """Return a function that runs the course; it returns (whether all is well, what it said)."""

    def run(names=(), profile="smoke", data="builtin", **options):
        console = Console(record=True, width=200, file=io.StringIO())
        settings = execution.Settings(profile, data, 60)
        well = building.build(course, course.select(names), settings, console, **options)
        return well, console.export_text()

    return run


def times_executed(course):
    return len((course.notebooks_dir / "count").read_text())


def test_a_run_writes_notebooks_pages_log_and_gallery(course, run):
    well, said = run()
    assert well
    assert "[1/2] 01 Title of one" in said
    assert str(course.build_dir / "index.html") in said
    build = course.build_dir
    assert sorted(p.name for p in (build / "html").iterdir()) == ["01_one.html", "02_two.html"]
    page = (build / "html" / "01_one.html").read_text()
    assert 'alt="One grey pixel, which stands for a figure"' in page
    assert {entry["status"] for entry in read_log(course).values()} == {"done"}
    assert half_written(course.root) == []
    assert not list(course.notebooks_dir.glob("*.ipynb")), "a run stores nothing in the series"


def test_a_page_fetches_nothing_but_mathjax(course, run):
    write_script(course.notebooks()[0].script, ["1"])
    text = course.notebooks()[0].script.read_text()
    course.notebooks()[0].script.write_text(text.replace("(badge.svg)", "(https://b.org/b.svg)"))
    run(["1"])
    page = (course.build_dir / "html" / "01_one.html").read_text()
    fetched = re.findall(r"""(?:src|import)\s*=?\s*["'](https?://[^"']+)""", page)
    assert all("mathjax" in address for address in fetched)


def test_the_gallery_shows_every_notebook_and_needs_nothing_else(course, run):
    run(["1"])
    page = (course.build_dir / "index.html").read_text()
    assert "Title of one" in page
    assert "What 01_one is about." in page
    assert 'alt="One grey pixel, which stands for a figure"' in page
    assert 'src="data:image/webp;base64,' in page
    assert 'href="html/01_one.html"' in page
    assert "not run yet" in page
    assert "html/02_two.html" not in page
    assert "http" not in page


def test_a_formula_in_a_description_is_drawn(course, run):
    script = course.notebooks()[0].script
    about = script.read_text().replace("is about.", "is about: $x < y$.")
    script.write_text(about)
    run(["1"])
    page = (course.build_dir / "index.html").read_text()
    assert "<mo>&lt;</mo>" in page.replace("&#x0003C;", "&lt;")
    assert "$" not in page


def test_what_is_done_and_unchanged_is_kept(course, run):
    run()
    well, said = run()
    assert well
    assert "kept: made at" in said
    assert times_executed(course) == 1


def test_fresh_runs_it_again(course, run):
    run()
    run(fresh=True)
    assert times_executed(course) == 2


@pytest.mark.parametrize("what", ["script", "profile", "recorded", "page", "backend"])
def test_what_shapes_a_notebook_makes_it_run_again(course, run, what, monkeypatch):
    run(["1"])
    options = {}
    if what == "script":
        write_script(course.notebooks()[0].script, [COUNT, "2"])
    elif what == "profile":
        options["profile"] = "cpu"
    elif what == "recorded":
        folder = course.notebooks_dir / "recorded" / "01_one"
        folder.mkdir(parents=True)
        (folder / "claims.json").write_text("{}")
    elif what == "page":
        (course.build_dir / "html" / "01_one.html").unlink()
    else:
        monkeypatch.setenv("KERAS_BACKEND", "numpy")
    run(["1"], **options)
    assert times_executed(course) == 2


def test_the_key_holds_everything_that_computes(course, monkeypatch, tmp_path):
    notebook, settings = course.notebooks()[0], execution.Settings("smoke")
    keys = [building._key(notebook, settings)]

    def expect_another_key():
        keys.append(building._key(notebook, settings))
        assert len(set(keys)) == len(keys)

    for name, value in (("COURSE_PRECISION", "mixed_bfloat16"), ("COURSE_XLA", "1")):
        monkeypatch.setenv(name, value)
        expect_another_key()
    version = building.importlib.metadata.version
    for package in ("keras", "numpy", "scikit-learn", "tensorflow"):
        monkeypatch.setattr(
            building.importlib.metadata,
            "version",
            lambda name, other=package: "0" if name == other else version(name),
        )
        expect_another_key()
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "data"))
    expect_another_key()
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    (tmp_path / "data" / "mnist" / "labels.gz").write_text("1")
    expect_another_key()
    (tmp_path / "data" / "mnist" / "labels.gz").write_text("22")
    expect_another_key()


def test_what_a_stand_in_made_is_not_kept(course, run):
    write_script(course.notebooks()[0].script, [COUNT, STAND_IN])
    run(["1"], data="auto")
    run(["1"], data="auto")
    assert times_executed(course) == 2
    run(["1"])
    run(["1"])
    assert times_executed(course) == 3, "built-in data that were asked for are no stand-in"


def test_entries_that_mean_nothing_any_more_are_dropped(course, run):
    run()
    path = course.build_dir / "run.json"
    log = json.loads(path.read_text())
    log["notebooks"]["03_gone"] = dict(log["notebooks"]["01_one"])
    log["notebooks"]["02_two"] = {"status": "done", "seconds": 3}
    path.write_text(json.dumps(log))
    (course.build_dir / "notebooks" / "01_one.ipynb").unlink()
    assert run(["2"])[0]
    assert list(read_log(course)) == ["02_two"]
    page = (course.build_dir / "index.html").read_text()
    assert "1 of 2" in page
    assert "html/01_one.html" not in page


def test_a_full_disk_is_told_with_what_to_do(run, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pairing, "write_ipynb", full)
    with pytest.raises(CourseError, match=r"Free some space, or move .*build"):
        run(["1"])


@pytest.mark.parametrize("content", ["", "[]", '{"notebooks": 3}'])
def test_a_damaged_log_only_means_to_run_again(course, run, content):
    run(["1"])
    (course.build_dir / "run.json").write_text(content)
    assert run(["1"])[0]
    assert times_executed(course) == 2


def test_a_pair_that_differs_is_noted(course, run):
    notebook = course.notebooks()[0]
    pairing.write_pair(notebook)
    write_script(notebook.script, ["1"])
    assert "01_one.ipynb differs from py/01_one.py" in " ".join(run(["1"])[1].split())


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (7200, "2 h 0 min")],
)
def test_duration(seconds, text):
    assert progress.duration(seconds) == text


def test_the_live_display_shows_cells_and_results(course):
    console = Console(force_terminal=True, width=100, record=True, file=io.StringIO())
    with progress.display(console, 2) as display:
        for notebook, status in zip(course.notebooks(), ("done", "failed"), strict=True):
            display.begin(notebook)
            display.cell(1, 3)
            display.refresh()
            display.end(status, "it broke")
    said = console.export_text()
    assert "2/2 02 Title of two" in said
    assert "cell 1 of 3" in said
    assert "it broke" in said
