"""The files around the code agree with each other: one list of dependencies, one set of targets."""

import importlib.util
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from course_tools import colab, links, series
from course_utils.storage import CHECKOUT

TARGETS = ["help", "run", "test", "lab", "execute", "slides", "site", "bench"]
PYTHONS = ["3.11", "3.12", "3.13"]

with (CHECKOUT / "pyproject.toml").open("rb") as file:
    PROJECT = tomllib.load(file)["project"]
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def requirements():
    extras = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"], *(line for extra in extras.values() for line in extra)]
    return [r for r in map(Requirement, lines) if r.name != PROJECT["name"]]


def constraints():
    lines = (CHECKOUT / "constraints.txt").read_text().splitlines()
    pairs = [line.split("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def make(*arguments, **variables):
    # `make test` runs these tests: what it hands down would make this a make within make, which
    # also prints the folders that it enters.
    outer = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "ARGS")
    inherited = {name: value for name, value in os.environ.items() if name not in outer}
    return subprocess.run(
        ["make", *arguments],
        cwd=CHECKOUT,
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def python_of_version(tmp_path):
    """Return a function that makes a command which says that it is Python of some version."""

    def python(major, minor):
        path = tmp_path / "python"
        supported = (3, 11) <= (major, minor) <= (3, 13)
        path.write_text(
            "#!/bin/sh\n"
            f'case "$*" in *--version*) echo Python {major}.{minor}.0;;\n'
            f"*version_info*) exit {0 if supported else 1};;\n"
            "*ensurepip*) exit 1;; esac\n"
        )
        path.chmod(0o755)
        return str(path)

    return python


def test_conda_installs_the_same_list():
    environment = yaml.safe_load((CHECKOUT / "environment.yml").read_text())
    *named, pip = environment["dependencies"]
    assert [re.match(r"\w+", entry)[0] for entry in named] == ["python", "pip"]
    assert SpecifierSet(named[0].removeprefix("python")) == SpecifierSet(PROJECT["requires-python"])
    assert pip == {"pip": ["-c constraints.txt", "-e .[test]"]}


def test_every_dependency_is_pinned_within_its_bound():
    pinned = constraints()
    for requirement in requirements():
        version = pinned.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in constraints.txt"
        assert Version(version) in requirement.specifier, requirement


def test_the_bounds_are_lower_bounds_only():
    """An upper bound would make pip replace what Colab brings."""
    operators = {s.operator for r in requirements() for s in r.specifier}
    assert operators == {">="}


def test_constraints_are_sorted_and_name_no_place():
    text = (CHECKOUT / "constraints.txt").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == sorted(lines, key=str.upper)
    assert "@" not in text
    assert canonicalize_name(PROJECT["name"]) not in constraints()


def test_the_supported_pythons_are_the_same_everywhere():
    supported = SpecifierSet(PROJECT["requires-python"])
    assert [f"3.{minor}" for minor in range(8, 20) if f"3.{minor}" in supported] == PYTHONS
    workflow = yaml.safe_load((CHECKOUT / ".github" / "workflows" / "ci.yml").read_text())
    tested = workflow["jobs"]["series"]["strategy"]["matrix"]["python"]
    assert set(tested) == {PYTHONS[0], PYTHONS[-1]}


def test_ci_calls_the_targets_that_a_person_calls():
    workflow = yaml.safe_load((CHECKOUT / ".github" / "workflows" / "ci.yml").read_text())
    commands = [step["run"] for step in workflow["jobs"]["series"]["steps"] if "run" in step]
    assert commands == ["make run", ".ci/run"]
    script = CHECKOUT / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    assert "make test" in script.read_text()


@pytest.mark.parametrize("variables", [{}, {"CI": "true"}, {"COURSE_TEST_ALL": "1"}])
def test_a_skipped_test_fails_where_nothing_may_be_left_out(tmp_path, variables):
    shutil.copy(CHECKOUT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "@pytest.mark.skip(reason='no browser')\n"
        "def test_marked(): pass\n"
        "def test_called(): pytest.skip('no browser')\n"
    )
    inherited = {k: v for k, v in os.environ.items() if k not in ("CI", "COURSE_TEST_ALL")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        env={**inherited, **variables}, cwd=tmp_path, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == (1 if variables else 0), done.stdout
    assert ("2 skipped" in done.stdout) == (not variables)
    assert ("where nothing may be" in done.stdout) == bool(variables)


@needs_make
def test_help_lists_every_target_and_is_the_default():
    listed = make("help").stdout
    assert [t for t in TARGETS if not re.search(rf"^  {t} +\S", listed, re.MULTILINE)] == []
    assert make().stdout == listed


@needs_make
@pytest.mark.parametrize("target", [t for t in TARGETS if t != "help"])
def test_a_target_is_a_thin_call_that_does_not_install_again(tmp_path, target):
    (tmp_path / ".installed").touch()
    planned = make("-n", target, f"VENV={tmp_path}", "ARGS=01").stdout.strip()
    assert planned == f"{tmp_path}/bin/course {target} 01"


@needs_make
def test_a_changed_list_installs_again(tmp_path):
    stamp = tmp_path / ".installed"
    stamp.touch()
    os.utime(stamp, (0, 0))
    planned = make("-n", "run", f"VENV={tmp_path}").stdout
    assert "pip install" in planned
    assert "-c constraints.txt -e '.[test]'" in planned


@needs_make
def test_a_missing_python_is_told(tmp_path):
    done = make("install", "PYTHON=no-such-python", f"VENV={tmp_path / 'v'}")
    assert done.returncode != 0
    assert "There is no 'no-such-python' here" in done.stderr


@needs_make
@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_an_unsupported_python_is_told(tmp_path, python_of_version, version):
    venv = tmp_path / "v"
    done = make("install", f"PYTHON={python_of_version(*version)}", f"VENV={venv}")
    assert done.returncode != 0
    assert "needs Python 3.11, 3.12 or 3.13" in done.stderr
    assert f"Python 3.{version[1]}" in done.stderr
    assert not venv.exists()


@needs_make
def test_a_missing_venv_module_is_told(tmp_path, python_of_version):
    venv = tmp_path / "v"
    done = make("install", f"PYTHON={python_of_version(3, 12)}", f"VENV={venv}")
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr
    assert not venv.exists()


def test_the_tools_say_nothing_of_how_the_course_is_made():
    files = [*(CHECKOUT / "course_tools").rglob("*.py"), CHECKOUT / "Makefile"]
    assert [path.name for path in files if re.search(r"\bissues?\b", path.read_text(), re.I)] == []


@pytest.mark.parametrize("page", ["README.md", "data/README.md"])
def test_every_link_of_a_page_leads_somewhere(page):
    path = CHECKOUT / page
    text = path.read_text("utf-8")
    found = re.findall(r"\]\(([^)\s]+)", text) + re.findall(r"^\[[^\]]+\]:\s*(\S+)", text, re.M)
    relative = [link.split("#")[0] for link in found if not re.match(r"\w+:|#", link)]
    assert [link for link in relative if not (path.parent / link).exists()] == []


def test_the_readme_opens_notebooks_of_this_project():
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    base = links.source(series.find_project()).colab
    for address in re.findall(r"https://colab\.research\.google\.com/github/[^\s)\"'>]+", readme):
        assert address.startswith(f"{base}/")
        name = address.rsplit("/", 1)[1].removesuffix(".ipynb")
        assert (CHECKOUT / "notebooks" / "py" / f"{name}.py").exists(), address


def test_every_notebook_has_its_badge_in_the_readme():
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    project = series.find_project()
    for notebook in project.notebooks():
        label, address = (
            f"c{notebook.number}",
            f"{links.source(project).colab}/{notebook.name}.ipynb",
        )
        assert f"[![Colab][badge]][{label}]" in readme, notebook.name
        assert f"\n[{label}]: {address}\n" in readme, notebook.name


@pytest.mark.parametrize("installed", [False, True])
def test_the_first_cells_install_this_release_alone_where_it_is_missing(monkeypatch, installed):
    project = series.find_project()
    cells = [next(filter(series.is_code, n.read_script().cells)) for n in project.notebooks()]
    assert len({cell.source for cell in cells}) == 1, "one first cell for all"
    commands = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: installed or None)
    monkeypatch.setattr(subprocess, "run", lambda command, check: commands.append(command))
    exec(cells[0].source, {})
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps"]
    assert commands == ([] if installed else [[*pip, links.source(project).pip]])


def test_what_the_course_needs_is_rehearsed_as_colab_brings_it():
    """The first cell installs no dependency: one that Colab lacks would be missing there."""
    needed = {canonicalize_name(Requirement(line).name) for line in PROJECT["dependencies"]}
    brought = {canonicalize_name(Requirement(line).name) for line in colab.BRINGS}
    assert brought == needed | {"ipython", "ipykernel"}


def test_the_citation_names_the_repository():
    citation = yaml.safe_load((CHECKOUT / "CITATION.cff").read_text("utf-8"))
    assert citation["repository-code"] == links.source(series.find_project()).address


def test_recorded_runs_are_of_this_series_and_stay_small():
    folder = CHECKOUT / "notebooks" / "recorded"
    names = {notebook.name for notebook in series.find_project().notebooks()}
    assert {path.name.removesuffix(".part") for path in folder.iterdir()} <= names
    sizes = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    assert {path.suffix for path in sizes} <= {".json", ".png", ".npz"}, "what a record is made of"
    assert max((size for path, size in sizes.items() if path.suffix == ".png"), default=0) <= 150e3
    assert sum(size for path, size in sizes.items() if path.suffix == ".npz") <= 25e6


def test_the_instructors_guide_names_every_notebook_and_the_minutes_of_its_talk():
    guide = (CHECKOUT / "INSTRUCTORS.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| (\d\d) \| (\d+) \|", guide, re.MULTILINE))
    assert set(rows) == {notebook.number for notebook in series.Project(CHECKOUT).notebooks()}
    for path in (CHECKOUT / "slides" / "notes").glob("*.md"):
        title = path.read_text("utf-8").partition("\n")[0]
        assert f"about {rows[path.name[:2]]} minutes" in title
    for week in ("6 weeks", "10 weeks", "14 weeks"):
        assert week in guide
