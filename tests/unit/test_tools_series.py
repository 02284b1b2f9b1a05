import nbformat.v4 as v4
import pytest
from miniature import make_course

from course_tools import series
from course_tools.series import CourseError, Notebook

DISPLAYED = {"image/png": "cGl4ZWw="}


def notebook_with_opening(tmp_path, opening):
    script = tmp_path / "notebooks" / "py" / "01_thing.py"
    script.parent.mkdir(parents=True)
    script.write_text("# %% [markdown]\n" + "\n".join(f"# {line}" for line in opening.split("\n")))
    return Notebook(script)


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "c", _00_start=["1"], _01_first=["1"], _02_second=["1"])


@pytest.mark.parametrize("name", ["1", "first", "01_first", "a/01_first.py", "01_first.ipynb"])
def test_a_notebook_is_found_by_number_or_name(course, name):
    assert [n.name for n in course.select([name])] == ["01_first"]


def test_the_selection_keeps_the_order_of_the_series(course):
    assert [n.number for n in course.select(["2", "0", "02"])] == ["00", "02"]
    assert [n.number for n in course.select()] == ["00", "01", "02"]


def test_an_unknown_notebook_is_answered_with_the_list(course):
    with pytest.raises(CourseError, match=r"no notebook '7'[\s\S]*01_first[\s\S]*02_second"):
        course.select(["7"])


def test_a_folder_without_a_course_is_refused(tmp_path):
    with pytest.raises(CourseError, match="not a checkout"):
        series.find_project(tmp_path)


def test_a_course_without_notebooks_says_so(tmp_path):
    with pytest.raises(CourseError, match="no notebooks"):
        make_course(tmp_path / "c").select()


def test_other_files_are_no_notebooks(course):
    (course.notebooks_dir / "py" / "helper.py").write_text("")
    assert len(course.notebooks()) == 3


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# 01 · A thing", "A thing"),
        ("# 01: A thing", "A thing"),
        ("# A thing: how? ", "A thing: how?"),
        ("# 2 things", "2 things"),
        ("no heading", "01_thing"),
    ],
)
def test_title(tmp_path, heading, title):
    assert notebook_with_opening(tmp_path, heading).title == title


@pytest.mark.parametrize(
    ("body", "description"),
    [
        ("What *it* is,\nand `why`.\n\nMore.", "What it is, and why."),
        ("You can\n\n- build [it](x.py);\n- break it.", "You can build it."),
        ("You can:\n- build it.", "You can build it."),
        ("", ""),
    ],
)
@pytest.mark.parametrize(
    "badge", ["[![Open in Colab](b)](c)", "[![Open in\nColab](b)](c)", "![x](b)"]
)
def test_description(tmp_path, badge, body, description):
    opening = f"# A thing\n\n{badge}\n\n**Time** · smoke 4 s\n\n{body}"
    assert notebook_with_opening(tmp_path, opening).description == description


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        (
            "**Time** · smoke 40 s · cpu 7.5 min · gpu 1 h",
            {"smoke": 40, "cpu": 450, "gpu": 3600},
        ),
        ("**Time** · smoke 40 s · cpu not measured", {"smoke": 40}),
        ("Takes smoke 40 s", {}),
    ],
)
def test_announced_time(tmp_path, line, seconds):
    assert notebook_with_opening(tmp_path, line).announced_seconds == seconds


def test_the_key_figure_is_the_tagged_one_else_the_first():
    def cell(data, alt, tags=()):
        output = v4.new_output("display_data", data, metadata={"image/png": {"alt": alt}})
        return v4.new_code_cell("x", outputs=[output], metadata={"tags": list(tags)})

    text, first = cell({"text/plain": "1"}, ""), cell(DISPLAYED, "first")
    tagged = cell(DISPLAYED, "tagged", ["key-figure"])
    assert series.key_figure(v4.new_notebook(cells=[text, first, tagged]))[1] == "tagged"
    assert series.key_figure(v4.new_notebook(cells=[text, first]))[1] == "first"
    assert series.key_figure(v4.new_notebook(cells=[text])) == (None, "")
