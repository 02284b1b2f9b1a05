"""A module of `course_utils` imports only from what lies below it, so that none needs the whole."""

import ast

import pytest

from course_utils.storage import CHECKOUT

PACKAGE = CHECKOUT / "course_utils"
# From the ground up.
LAYERS = (
    "checks", "notes", "tables", "profiles", "hardware", "kernels", "storage", "environment",
    "drive", "data", "gradients", "code_paths", "layers", "architectures", "adversaries", "models",
    "training", "measures", "evaluation", "plotting", "widgets", "exercises",
)  # fmt: skip
MODULES = sorted(
    path.relative_to(PACKAGE).as_posix()
    for path in PACKAGE.rglob("*.py")
    if path != PACKAGE / "__init__.py"
)


def parts_imported(source):
    """Return the parts of `course_utils` that a module imports as it is imported itself."""
    names = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "write imports in full"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return {name.split(".")[1] for name in names if name.startswith("course_utils.")}


def test_imports_are_seen_in_every_form():
    source = (
        "import course_utils.data\nfrom course_utils import training\n"
        "from course_utils.models.autoencoder import A\nimport keras\n"
        "def f():\n    from course_utils import plotting"
    )
    assert parts_imported(source) == {"data", "training", "models"}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_below(module):
    own = module.split("/")[0].removesuffix(".py")
    assert own in LAYERS, "give it its place in LAYERS"
    below = {own, *LAYERS[: LAYERS.index(own)]}
    assert parts_imported((PACKAGE / module).read_text("utf-8")) - below == set()
