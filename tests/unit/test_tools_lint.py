"""Each check passes a good notebook and catches one that was spoilt."""

import json

import nbformat.v4 as v4
import pytest
from miniature import FIGURE, make_course, run_course, write_script

from course_tools import freshness, links, lint, pairing, recording, storing
from course_utils.evaluation import recorded

CELLS = ["a = 1\na", "print('two')", FIGURE]


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "c", _01_one=CELLS)


@pytest.fixture
def notebook(course):
    """A notebook as `course execute` leaves it."""
    notebook = course.notebooks()[0]
    pairing.write_pair(notebook)
    nb = pairing.read_ipynb(notebook)
    for count, cell in enumerate(nb.cells[1:], start=1):
        cell.execution_count = count
    nb.cells[1].outputs = [v4.new_output("execute_result", {"text/plain": "1"}, execution_count=1)]
    nb.cells[2].outputs = [v4.new_output("stream", text="two")]
    alt = {"image/png": {"alt": "A curve that falls from left to right"}}
    nb.cells[3].outputs = [v4.new_output("display_data", {"image/png": "cGl4"}, metadata=alt)]
    nb.metadata["course"]["code"] = storing.code_hash(notebook)
    nb.metadata["course"]["timed"] = storing.code_hash(notebook, "times")
    nb.metadata["course"]["profile"] = "cpu"
    nb.metadata["course"]["seconds"] = {"smoke": 3.2, "cpu": 4.4}
    pairing.write_ipynb(nb, notebook.ipynb)
    return notebook


@pytest.fixture
def spoil(notebook):
    """Return a function that changes the stored notebook."""

    def change(function):
        nb = pairing.read_ipynb(notebook)
        function(nb)
        pairing.write_ipynb(nb, notebook.ipynb)

    return change


@pytest.fixture
def problems(course, notebook):
    """Return a function that gives the problems that a check finds."""
    return lambda check: check(lint.Subject(course, notebook))


def test_an_exercise_is_asked_for_no_outputs(spoil, problems):
    def change(nb):
        cells = [v4.new_code_cell("...", metadata={"tags": ["exercise"]}) for _ in range(30)]
        nb.cells += cells

    spoil(change)
    assert problems(lint.stored_outputs) == []


def test_a_good_notebook_has_no_problems(course, notebook):
    assert lint.check(lint.Subject(course, notebook)) == []


def test_a_notebook_without_stored_outputs_is_told(course, notebook):
    notebook.ipynb.unlink()
    assert "there is none" in lint.check(lint.Subject(course, notebook))[0]


def test_pair_in_step(notebook, problems):
    write_script(notebook.script, ["a = 2\na", *CELLS[1:]])
    assert "is behind" in problems(lint.pair_in_step)[0]


def test_slide_types(notebook, problems):
    text = notebook.script.read_text()
    notebook.script.write_text(text.replace(' slideshow={"slide_type": "subslide"}', "", 1))
    assert problems(lint.slide_types)[0].startswith("cell 2: slide_type is None")


def test_cells_over_thirty_lines(notebook, problems):
    write_script(notebook.script, [*CELLS, "\n".join(["a"] * 31)])
    assert problems(lint.short_cells)[0].startswith("cell 5: 31 lines")


def test_many_cells_over_twenty_lines(notebook, problems):
    long = "\n".join(["a"] * 21)
    write_script(notebook.script, [long] * 3)
    assert problems(lint.short_cells) == []
    write_script(notebook.script, [long] * 4)
    assert problems(lint.short_cells)[0].startswith("cells 2, 3, 4, 5")


def test_compared_outputs(notebook, problems):
    text = notebook.script.read_text().replace(' tags=["nbval-check-output"]', "")
    notebook.script.write_text(text)
    assert problems(lint.compared_outputs)[0].startswith("0 of 3")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("01_one.ipynb)", "02_two.ipynb)", "no badge"),
        ("github/someone/", "github/somebody/", "does not begin with"),
        (
            "What **",
            "'git+https://github.com/x/y@v1' **",
            "is not git+https://github.com/someone/somewhere@v1",
        ),
        (
            "What **",
            "'git+https://github.com/someone/somewhere' **",
            "is not git+https://github.com/someone/somewhere@v1",
        ),
        ("blob/v1/", "blob/main/", "does not begin with"),
    ],
)
def test_links(notebook, problems, old, new, problem):
    text = notebook.script.read_text()
    assert old in text
    notebook.script.write_text(text.replace(old, new))
    assert any(problem in found for found in problems(links.check))


@pytest.mark.parametrize("count", [None, 7])
def test_execution_counts(spoil, problems, count):
    def change(nb):
        nb.cells[2].execution_count = count

    spoil(change)
    assert problems(lint.stored_outputs)[0].startswith(f"cell 3: execution count {count}")


def test_a_result_without_its_count(spoil, problems):
    def change(nb):
        nb.cells[1].outputs[0].execution_count = None

    spoil(change)
    assert problems(lint.stored_outputs)[0].startswith("cell 2")


def test_a_cell_that_is_not_executed_needs_no_count(notebook, spoil, problems):
    def change(nb):
        nb.cells[2].metadata["tags"] = ["skip-execution"]
        nb.cells[2].execution_count = None
        nb.cells[3].execution_count = 2

    spoil(change)
    assert problems(lint.stored_outputs) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [(lambda found: f"{found['a']} nats", []), (lambda found: found["b"], ["'b'"])],
)
def test_a_recorded_run_that_cannot_be_put_into_words(spoil, problems, monkeypatch, words, told):
    shown = []
    monkeypatch.setattr(recorded, "numbers", lambda _: {"a": 3})
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    recorded.answer("01_one", words)
    output = v4.new_output("display_data", shown[0])
    spoil(lambda nb: nb.cells[2].outputs.append(output))
    found = problems(lint.answers_given)
    assert [name in text for name, text in zip(told, found, strict=True)] == [True for _ in told]


def test_outputs_of_other_code(notebook, spoil, problems):
    write_script(notebook.script, ["a = 2\na", *CELLS[1:]])
    assert "has changed since" in problems(freshness.made_from_todays_code)[0]
    spoil(lambda nb: nb.metadata["course"].pop("code"))
    assert "not made by `course execute`" in problems(freshness.made_from_todays_code)[0]


def test_outputs_of_the_smoke_profile(spoil, problems):
    spoil(lambda nb: nb.metadata["course"].update(profile="smoke"))
    assert "of the smoke profile" in problems(freshness.made_from_todays_code)[0]


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ({"digits": "builtin"}, []),
        ({"mnist": "real", "digits": "builtin"}, []),
        ({"mnist": "stand-in", "digits": "builtin", "fashion_mnist": "real"}, ["mnist"]),
    ],
)
def test_outputs_of_a_stand_in(spoil, problems, sources, told):
    spoil(lambda nb: nb.metadata["course"].update(data=sources))
    found = problems(freshness.made_from_real_data)
    assert [f"a stand-in for {name}; " in text for name, text in zip(told, found, strict=True)] == [
        True for _ in told
    ]


@pytest.mark.parametrize(
    ("modules", "told"),
    [
        ({}, None),
        (None, "was not noted"),
        ({"models.vae": "0123", "gone": "4567"}, "other code of gone, models.vae; make them"),
        ({f"m{n}": "0" for n in range(7)}, "other code of m0, m1, m2, m3, m4 and 2 more;"),
    ],
)
def test_outputs_of_other_modules_are_a_note(course, notebook, spoil, problems, modules, told):
    if modules is not None:
        spoil(lambda nb: nb.metadata["course"].update(modules=modules))
    found = problems(freshness.made_with_todays_modules)
    assert (told is None and not found) or told in found[0]
    subject = lint.Subject(course, notebook)
    assert lint.check(subject) == []
    assert lint.notes(subject) == [f"01_one: {text}" for text in found]


def test_notes_fail_only_when_they_are_asked_to(course, notebook):
    done = run_course(course, "check")
    assert done.returncode == 0
    assert "Note: 01_one: what modules made the outputs was not noted" in done.stdout
    assert run_course(course, "check", "--strict").returncode == 1


@pytest.mark.parametrize(
    ("stamp", "told"),
    [
        ({"modules": {}}, None),
        ({}, "was not noted"),
        ({"modules": {"models.vae": "0"}}, "is stale: models.vae has changed since"),
        ({"modules": {"plotting.look": "0", "widgets": "0"}}, None),
        ({"code": "0", "modules": {}}, "is stale: the code has changed since"),
    ],
)
def test_a_recorded_run_of_other_code_is_a_note(notebook, problems, stamp, told):
    path = recording.recorded_folder(notebook) / "claims.json"
    path.parent.mkdir(parents=True)
    record = {"claims": [], "code": storing.code_hash(notebook, "recorded"), **stamp}
    path.write_text(json.dumps(record))
    found = problems(freshness.recorded_with_todays_code)
    assert (told is None and not found) or told in found[0]


def test_a_comment_does_not_make_outputs_stale(notebook, problems):
    write_script(notebook.script, ["a = 1  # one\na", *CELLS[1:]])
    assert problems(freshness.made_from_todays_code) == []


@pytest.mark.parametrize("alt", ["", "a short one"])
def test_alt_texts(spoil, problems, alt):
    def change(nb):
        nb.cells[3].outputs[0].metadata["image/png"]["alt"] = alt

    spoil(change)
    assert problems(lint.alt_texts)[0].startswith(f"cell 4: a picture with the alt text {alt!r}")


def test_a_picture_without_any_alt_text(spoil, problems):
    spoil(lambda nb: nb.cells[3].outputs[0].update(metadata={}))
    assert len(problems(lint.alt_texts)) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("UserWarning: mind the gap", "a warning"),
        ("WARNING:tensorflow:5 out of the last 5 calls", "a warning"),
        ("2024-01-01 10:00:00.123: I tensorflow/core/util/port.cc:153] on", "TensorFlow"),
        ("I0000 00:00:1700000000.123 service.cc:145] XLA service", "absl"),
        ("oneDNN custom operations are on.", "oneDNN"),
        ("Unable to register cuDNN factory", "CUDA"),
        ("saved in /home/ada/runs", "path"),
        ("saved in '/tmp/x.png'", "path"),
        ("at /Users", "path"),
        ("in /srv/course/notebooks/x.py", "path"),
        (r"C:\Users\ada", "path"),
    ],
)
def test_noise_in_outputs(spoil, problems, text, problem):
    def change(nb):
        nb.cells[2].outputs = [v4.new_output("stream", text=f"two\n{text}\n")]

    spoil(change)
    assert problem in problems(lint.clean_outputs)[0]


@pytest.mark.parametrize(
    "text",
    [
        "profile cpu · TensorFlow 2.21 · CPU, 2 cores · float32 with XLA · data built in",
        "see https://example.org/a/b.html and/or 3/4/5, MNIST/test, 12.5 s/epoch",
        "<td>1</td><br/>",
        "GPU, CUDA 12",
    ],
)
def test_what_is_no_noise(spoil, problems, text):
    def change(nb):
        nb.cells[2].outputs = [v4.new_output("display_data", {"text/html": text})]

    spoil(change)
    assert problems(lint.clean_outputs) == []


def test_stderr_in_outputs(spoil, problems):
    def change(nb):
        nb.cells[2].outputs = [v4.new_output("stream", name="stderr", text="hm")]

    spoil(change)
    assert "stderr (hm)" in problems(lint.clean_outputs)[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [("a fall by -2.5e-15 nats", "-2.5e-15"), ("share 6e-12, loss 1.2e-05, 3e-134a", None)],
)
def test_rounding_errors_in_compared_outputs(spoil, problems, text, found):
    def change(nb):
        nb.cells[2].outputs = [v4.new_output("stream", text=text)]
        nb.cells[2].metadata["tags"] = tags

    tags = ["nbval-check-output"]
    spoil(change)
    expected = [f"cell 3: its compared output shows {found}, a rounding error"] if found else []
    assert [problem.split(", which")[0] for problem in problems(lint.rounding_errors)] == expected
    tags = []
    spoil(change)
    assert problems(lint.rounding_errors) == []


def test_errors_in_outputs_unless_they_are_the_lesson(spoil, problems):
    def change(nb):
        error = v4.new_output("error", ename="ValueError", evalue="no", traceback=["/tmp/x/y"])
        nb.cells[2].outputs = [error]

    spoil(change)
    assert problems(lint.clean_outputs) == ["cell 3: it raised ValueError; mend it"]
    spoil(lambda nb: nb.cells[2].metadata["tags"].append("raises-exception"))
    assert problems(lint.clean_outputs) == []


def test_size(spoil, problems):
    def change(nb):
        nb.cells[2].outputs = [v4.new_output("stream", text="x" * lint.MAX_BYTES)]

    spoil(change)
    assert "bytes, at most 1,000,000" in problems(lint.size)[0]


def test_a_smoke_time_that_was_measured_with_other_budgets(spoil, problems):
    assert problems(lint.announced_times) == []
    spoil(lambda nb: nb.metadata["course"].update(timed="0123456789abcdef"))
    assert "smoke: its time was measured with other budgets" in problems(lint.announced_times)[0]


@pytest.mark.parametrize(
    ("seconds", "problem"),
    [
        ({"smoke": 30}, "smoke: cell 1 announces 3 s, measured were 30 s"),
        ({"smoke": 61}, "smoke: measured 61 s, at most 60 s"),
        ({"cpu": 721}, "cpu: measured 12 min, at most 12 min"),
        ({"gpu": 100}, "gpu: measured 2 min, but cell 1 announces no time"),
    ],
)
def test_announced_times(spoil, problems, seconds, problem):
    spoil(lambda nb: nb.metadata["course"].update(seconds=seconds))
    assert any(found.startswith(problem) for found in problems(lint.announced_times))
