"""The address and the release that badges and the first cells name, set in `pyproject.toml`."""

import re
import tomllib
from dataclasses import dataclass

from course_tools import pairing
from course_tools.series import CourseError
from course_utils import storage

_GITHUB = "https://github.com/"
_COLAB_GITHUB = "https://colab.research.google.com/github/"
_COLAB = re.compile(rf"{re.escape(_COLAB_GITHUB)}[^\s)\"'>]+")
_PIP = re.compile(r"git\+https://[^\s\"']+")
_BRANCHES = ("main", "master", "develop", "HEAD")
_ASKED = re.compile(r"([\w.-]+/[\w.-]+)@([\w.-]+)")


@dataclass(frozen=True)
class Source:
    """Where readers get the course: a repository on GitHub (`owner/name`) and a release's tag."""

    repository: str
    tag: str

    def __post_init__(self):
        """Refuse a branch.

        Raises:
            CourseError: the tag is the usual name of a branch.
        """
        if self.tag in _BRANCHES:
            raise CourseError(
                f"{self.tag} is a branch, which changes under its readers: name a release's tag"
            )

    @property
    def address(self):
        """The repository's address, without a slash at its end."""
        return f"{_GITHUB}{self.repository}"

    @property
    def colab(self):
        """The address under which Colab opens the notebooks of this release."""
        return f"{_COLAB_GITHUB}{self.repository}/blob/{self.tag}/notebooks"

    @property
    def pip(self):
        """What pip installs the package from: a release, never a branch that moves."""
        return f"git+{self.address}@{self.tag}"


def source(project):
    """Return the `Source` that `pyproject.toml` names."""
    with (project.root / "pyproject.toml").open("rb") as file:
        settings = tomllib.load(file)
    address = settings["project"]["urls"]["Repository"].rstrip("/")
    return Source(address.removeprefix(_GITHUB), settings["tool"]["course"]["release"])


def check(subject):
    """The badge and every Colab or pip address are those of this project's release."""
    expected = source(subject.project)
    own = f"{expected.colab}/{subject.notebook.ipynb.name}"
    problems = []
    if own not in subject.notebook.opening:
        problems.append(f"cell 1: no badge with the address {own}")
    for number, cell in enumerate(subject.script.cells, start=1):
        problems += [
            f"cell {number}: {found} does not begin with {expected.colab}/"
            for found in _COLAB.findall(cell.source)
            if not found.startswith(f"{expected.colab}/")
        ]
        problems += [
            f"cell {number}: {found} is not {expected.pip}"
            for found in _PIP.findall(cell.source)
            if found != expected.pip
        ]
    return [f"{problem}; `course links` writes them all" for problem in problems]


def write(project, asked=None):
    """Write the addresses of today's source, or of the one asked for, wherever one stands.

    Args:
        project: the `Project`.
        asked: `owner/name@tag`, which becomes the setting; None keeps what there is.

    Returns:
        The files that changed.

    Raises:
        CourseError: `asked` has another form, or a notebook is not in step with its script.
    """
    old = new = source(project)
    if asked:
        if not (found := _ASKED.fullmatch(asked)):
            raise CourseError(f"{asked!r} is no source: write OWNER/REPOSITORY@TAG")
        new = Source(*found.groups())
    notebooks = project.notebooks()
    pairs = [notebook for notebook in notebooks if notebook.ipynb.exists()]
    if problems := [problem for pair in pairs for problem in pairing.check_pair(pair)]:
        raise CourseError("\n".join(problems))

    files = [notebook.script for notebook in notebooks] + [pair.ipynb for pair in pairs]
    files += [project.root / name for name in ("README.md", "CITATION.cff", "pyproject.toml")]
    changed = [path for path in files if path.exists() and _rewrite(path, old, new)]
    for pair in pairs:
        pairing.mark_in_step(pair)
    return changed


def _rewrite(path, old, new):
    """Bring the addresses in a file up to date; return whether it changed."""
    before = path.read_text(encoding="utf-8")
    text = re.sub(rf"{re.escape(old.address)}(?![\w-]|\.(?!git\b)\w)", new.address, before)
    known = "|".join(map(re.escape, (old.repository, new.repository)))
    text = re.sub(rf"{re.escape(_COLAB_GITHUB)}({known})/blob/[^/\s]+/notebooks", new.colab, text)
    text = re.sub(rf"git\+{re.escape(new.address)}(\.git)?(@[\w.-]+)?", new.pip, text)
    if path.name == "pyproject.toml":
        text = re.sub(r'(?m)^release = ".*"$', f'release = "{new.tag}"', text)
    if text == before:
        return False
    with storage.atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return True
