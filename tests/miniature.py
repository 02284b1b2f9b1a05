"""A course of a few tiny notebooks, for tests of the tools."""

import json
import os
import subprocess
import sys
from pathlib import Path

from course_tools.series import Project

PYPROJECT = """\
[project.urls]
Repository = "https://github.com/someone/somewhere"

[tool.course]
release = "v1"

[tool.jupytext]
formats = "notebooks///ipynb,notebooks/py///py:percent"
notebook_metadata_filter = "kernelspec,-all"
cell_metadata_filter = "tags,slideshow,-all"
"""
HEADER = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---
"""
COLAB = "https://colab.research.google.com/github/someone/somewhere/blob/v1/notebooks"
# Shows a picture of one grey pixel with alt text, without the second that matplotlib takes.
FIGURE = """\
import base64
from IPython.display import display
pixel = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNo"
    "AAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
alt = {"image/png": {"alt": "One grey pixel, which stands for a figure"}}
display({"image/png": pixel}, metadata=alt, raw=True)
"""


def make_course(root, **notebooks):
    """Write a course to `root`; `notebooks` are names and their code cells."""
    scripts = Path(root) / "notebooks" / "py"
    scripts.mkdir(parents=True)
    (root / "pyproject.toml").write_text(PYPROJECT)
    for name, cells in notebooks.items():
        write_script(scripts / f"{name.lstrip('_')}.py", cells)
    return Project(Path(root))


def write_script(path, cells):
    """Write a percent script: a title cell with badge and time, then code cells."""
    name = path.stem
    parts = [
        HEADER,
        '# %% [markdown] slideshow={"slide_type": "slide"}',
        f"# # {name[:2]} · Title of {name[3:]}",
        "#",
        f"# [![Open in Colab](badge.svg)]({COLAB}/{name}.ipynb)",
        "#",
        "# **Time** · smoke 3 s · cpu 4 s · gpu not measured",
        "#",
        f"# What **{name}** is about.",
    ]
    for cell in cells:
        tags = ' tags=["nbval-check-output"]'
        parts += ["", f'# %% slideshow={{"slide_type": "subslide"}}{tags}', cell.strip()]
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def course_command(project, *arguments):
    """Return the command line of `course` for a miniature course."""
    root = ["--project", str(project.root)]
    return [sys.executable, "-m", "course_tools.cli", *root, *map(str, arguments)]


def run_course(project, *arguments, **variables):
    """Run `course` as a person does; return the completed process with its output as text."""
    return subprocess.run(
        course_command(project, *arguments),
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def read_log(project):
    """Return the entries of `build/run.json` by name."""
    return json.loads((project.build_dir / "run.json").read_text("utf-8"))["notebooks"]


def half_written(folder):
    """Return temporary files that were left behind in `folder` or below it."""
    return [path for path in Path(folder).rglob(".*") if path.is_file()]
