"""Code that a notebook shows and the package also holds must not drift apart."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOWN = {
    "01_autoencoders": {
        "course_utils/architectures.py": [
            "dense_encoder",
            "dense_decoder",
            "conv_encoder",
            "conv_decoder",
        ]
    },
    "05_vae_dense_vs_conv": {
        "course_utils/architectures.py": [
            "gaussian_heads",
            "dense_vae_encoder",
            "conv_vae_encoder",
        ]
    },
}
CASES = [
    (notebook, module, name)
    for notebook, modules in SHOWN.items()
    for module, names in modules.items()
    for name in names
]


def definitions(path):
    """Top-level functions and classes by name, as syntax trees without docstrings."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            if ast.get_docstring(node):
                node.body = node.body[1:]
            found[node.name] = ast.dump(node)
    return found


@pytest.mark.parametrize(("notebook", "module", "name"), CASES)
def test_the_notebook_shows_what_the_package_holds(notebook, module, name):
    shown = definitions(ROOT / "notebooks" / "py" / f"{notebook}.py")
    held = definitions(ROOT / module)
    assert shown[name] == held[name], (
        f"{name} differs between {notebook}.py and {module}: change both."
    )


def test_a_difference_would_be_noticed(tmp_path):
    path = tmp_path / "a.py"
    path.write_text('def f(x):\n    """Say."""\n    return x\n')
    first = definitions(path)["f"]
    path.write_text("def f(x):\n    # a comment\n    return x\n")
    assert definitions(path)["f"] == first
    path.write_text("def f(x):\n    return -x\n")
    assert definitions(path)["f"] != first
