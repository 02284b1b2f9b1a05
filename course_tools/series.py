"""Which notebooks there are, where their files lie, and what their first cell announces."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course_utils import storage

PERCENT = "py:percent"
_NAME = re.compile(r"\d\d_\w+\.py")
_TIME_LINE = re.compile(r"^\*\*Time\*\*(?P<budgets>.*)$", re.MULTILINE)
_BUDGET = re.compile(r"\b(smoke|cpu|gpu)\s+(\d+(?:\.\d+)?)\s*(s|min|h)\b")
_SECONDS = {"s": 1, "min": 60, "h": 3600}


class CourseError(Exception):
    """Something that a person can put right; its text says what and how."""


@dataclass(frozen=True)
class Notebook:
    """One notebook of the series: the percent script, which is the source, and its pair."""

    script: Path

    @property
    def name(self):
        """File name without its ending, such as `01_autoencoders`."""
        return self.script.stem

    @property
    def number(self):
        """The two digits that the name begins with."""
        return self.name[:2]

    @property
    def ipynb(self):
        """Path of the paired notebook, which holds the outputs."""
        return self.script.parent.parent / f"{self.name}.ipynb"

    @cached_property
    def jupytext_config(self):
        """The settings in the project's `pyproject.toml`, the ones that JupyterLab uses too."""
        # jupytext takes a second to import, which `course --help` need not wait for.
        from jupytext.config import load_jupytext_config

        return load_jupytext_config(str(self.script))

    def read_script(self):
        """Return the script as a notebook without outputs."""
        import jupytext

        text = self.script.read_text(encoding="utf-8")
        return jupytext.reads(text, fmt=PERCENT, config=self.jupytext_config)

    @cached_property
    def opening(self):
        """Source of the first Markdown cell: title, badge, time."""
        cells = self.read_script().cells
        return next((cell.source for cell in cells if cell.cell_type == "markdown"), "")

    @property
    def title(self):
        """The first heading, without the number that the series gives it."""
        heading = re.search(r"^# +(.+)$", self.opening, re.MULTILINE)
        if not heading:
            return self.name
        return re.sub(rf"^{self.number}\s*[·.:—–-]*\s*", "", heading[1]).strip() or self.name

    @property
    def description(self):
        """The first sentence or two of the opening, without heading, badge and time line.

        Where they lead into a list ("After this notebook you can"), its first item ends them.
        """
        # A badge is a picture, mostly inside a link; an editor may have wrapped its text.
        without_badges = re.sub(r"\[?!\[[^\]]*\]\([^)]*\)(\]\([^)]*\))?", "", self.opening)
        lines = [
            line.strip()
            for line in without_badges.splitlines()
            if not re.match(r"\s*(#|\[|<|---|\*\*Time\*\*)", line)
        ]
        blocks = re.split(r"\n{2,}|\n(?=[-*] )", "\n".join(lines).strip())
        text = blocks[0]
        if len(blocks) > 1 and not text.endswith((".", "?", "!")):
            text = f"{text.rstrip(':')} {blocks[1].lstrip('-* ').rstrip(';,.')}."
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(text.split()))
        return re.sub(r"(?<!\w)(\*{1,3}|_{1,3}|`)(\S(?:.*?\S)?)\1(?!\w)", r"\2", text)

    @property
    def announced_seconds(self):
        """Seconds that the time line promises, by profile; one not measured is left out."""
        line = _TIME_LINE.search(self.opening)
        budgets = _BUDGET.findall(line["budgets"]) if line else []
        return {profile: float(n) * _SECONDS[unit] for profile, n, unit in budgets}


@dataclass(frozen=True)
class Project:
    """A checkout of the course and the folders in it; what a run makes is kept by backend."""

    root: Path
    backend: str = "tensorflow"

    @property
    def notebooks_dir(self):
        """Folder of the notebooks, in which their kernels run."""
        return self.root / "notebooks"

    @property
    def build_dir(self):
        """Folder for what is made and not committed."""
        build = self.root / "build"
        return build if self.backend == "tensorflow" else build / self.backend

    def notebooks(self):
        """Return every notebook of the series, in order."""
        scripts = sorted((self.notebooks_dir / "py").glob("*.py"))
        return [Notebook(script) for script in scripts if _NAME.fullmatch(script.name)]

    def select(self, names=()):
        """Return the notebooks that `names` ask for, in the order of the series.

        Args:
            names: numbers (`1`, `01`) or names (`01_autoencoders`, `autoencoders`), with or
                without a file ending; none means all.

        Raises:
            CourseError: there is no such notebook, or none at all.
        """
        series = self.notebooks()
        if not series:
            raise CourseError(f"no notebooks in {self.notebooks_dir / 'py'} (NN_name.py)")
        chosen = set()
        for name in names:
            asked = re.sub(r"\.(py|ipynb)$", "", Path(name).name)
            asked = asked.zfill(2) if asked.isdigit() else asked
            found = [n for n in series if asked in (n.number, n.name, n.name[3:])]
            if not found:
                there = "\n".join(f"  {n.number}  {n.name}" for n in series)
                raise CourseError(f"no notebook {name!r}. There are:\n{there}")
            chosen.update(found)
        return [notebook for notebook in series if not names or notebook in chosen]


def find_project(root=None):
    """Return the project at `root`, or the checkout that this package is installed from.

    Raises:
        CourseError: there is no checkout of the course there.
    """
    root = Path(root or storage.CHECKOUT).resolve()
    if not (root / "notebooks" / "py").is_dir():
        raise CourseError(
            f"{root} is not a checkout of the course (it has no notebooks/py). "
            "Clone the repository and run `course` from its environment, or give --project."
        )
    return Project(root)


def failure(nb):
    """Return what went wrong in an executed notebook, in words; "" if nothing did."""
    for place, cell in enumerate(nb.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                return f"cell {place} failed: {output.ename}: {output.evalue}"
    return ""


def key_figure(nb):
    """Return (PNG in base64, alt text) of the notebook's key figure; (None, "") if none.

    It is the first picture of the cell tagged `key-figure`, else the first in the notebook.
    """
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    tagged = [cell for cell in code if "key-figure" in cell.metadata.get("tags", [])]
    for cell in [*tagged, *code]:
        for output in cell.outputs:
            if png := output.get("data", {}).get("image/png"):
                return png, alt_text(output)
    return None, ""


def alt_text(output):
    """Return the alternative text that an output's metadata gives its PNG, or ""."""
    return str(output.get("metadata", {}).get("image/png", {}).get("alt", "")).strip()


def is_code(cell):
    """Whether `cell` is a code cell with something in it."""
    return cell.cell_type == "code" and bool(cell.source.strip())


def is_exercise(cell):
    """Whether `cell` is the student's: filled in by them, or a check of what they filled in."""
    return "exercise" in cell.metadata.get("tags", [])
