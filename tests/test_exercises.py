"""Exercises are what nbgrader makes of their solutions, and a solution that would leak or mislead is refused."""

import ast
import contextlib
import io
import re
import shutil

import exercise_rules
import nbformat
import needs
import pytest
import record
from answers import Exercise, attempt
from exercise_rules import PLACES, RULES, graded, kind, of_kind, problems, region
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebook_rules import EVERYWHERE, Book, readme_rows

import exercises

ROOT = exercises.ROOT
SOLUTIONS = exercises.solutions()
named = pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
AS_STORED = [  # the rules of all notebooks that hold of one without outputs, too
    "no_cell_is_empty",
    "no_path_of_a_machine_is_told",
    "no_line_of_code_is_longer_than_100",
    "every_cell_has_an_id_with_the_number_of_the_lesson",
    "links_lead_to_files",
    "dollars_are_balanced",
    "headings_go_down_by_one_level",
]


@pytest.fixture
def nbgrader():
    return needs.needed("nbgrader", "only `make exercises` and CI install it")


def read(path):
    return nbformat.read(path, as_version=4)


def exercise_of(path):
    return read(exercises.exercise_of(path))


# As they are stored


@named
def test_an_exercise_is_what_nbgrader_makes_of_its_solution(path, nbgrader):
    stored = exercises.exercise_of(path).read_bytes()
    assert exercises.generate(path).encode() == stored, "run make exercises"
    assert exercises.generate(path).encode() == stored


@named
def test_a_solution_keeps_every_rule(path):
    assert problems(exercises.read(path), path, ROOT) == []


@named
def test_the_file_is_as_it_was_generated(path):
    assert exercises.untouched(exercises.exercise_of(path).read_bytes())


@pytest.mark.parametrize("rule", AS_STORED)
@named
def test_an_exercise_keeps(path, rule):
    assert list(EVERYWHERE[rule](Book.read(exercises.exercise_of(path)))) == []


def test_every_solution_has_its_exercise_and_its_folder_holds_nothing_else():
    found = {p for p in ROOT.glob("exercises/*/*") if ".yours" not in p.name}
    found = {p for p in found if p.name != ".ipynb_checkpoints"}
    assert found == {exercises.exercise_of(path) for path in SOLUTIONS}


@named
def test_an_exercise_has_no_outputs_and_nothing_of_a_run(path):
    nb = exercise_of(path)
    assert set(nb.metadata) == {"kernelspec", "language_info", "rnn_core"}
    assert nb.metadata.language_info == {"name": "python"}
    for cell in nb.cells:
        folded = record.FOLDED if cell.source == record.FETCHES else {}
        assert {k: v for k, v in cell.metadata.items() if k not in exercises.KEPT} == folded
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


@named
def test_an_exercise_has_the_cells_of_its_solution(path):
    solution, exercise = read(path), exercise_of(path)
    assert [c.id for c in exercise.cells] == [c.id for c in solution.cells]
    for before, after in zip(solution.cells, exercise.cells, strict=True):
        if kind(before) in ("given", ""):
            assert after.source == before.source
        locked = kind(before) in ("check", "given")
        assert after.metadata.get("editable", True) is not locked
        assert after.metadata.get("deletable", True) is (kind(before) == "")


@named
def test_no_line_of_a_solution_and_of_a_hidden_test_is_in_the_exercise(path):
    solution = read(path)
    text = "\n".join(cell.source for cell in exercise_of(path).cells)
    hidden, shown = [], []
    for cell in solution.cells:
        taken = region(cell, "SOLUTION") + region(cell, "HIDDEN TESTS")
        hidden += [line.strip() for line in taken if len(line.strip()) > 3]
        shown += [line.strip() for line in cell.source.split("\n") if line not in taken]
    secret = [line for line in hidden if line not in shown]
    assert len(secret) >= 0.8 * len(hidden)
    assert [line for line in secret if line in text] == []
    assert told_of_what_is_taken_out(text) == []


def told_of_what_is_taken_out(text):
    """The words that speak of hidden tests, solutions or a rubric; a network's own hidden units do not."""
    other = r"hidden(?! (states?|units?|layers?)\b)"
    return re.findall(f"(?i){other}\\w*|begin solution|end solution|rubric", text)


@pytest.mark.parametrize(
    "text",
    ["the hidden state", "Hidden units", "a hidden layer", "one hidden unit, two"],
)
def test_a_network_may_have_hidden_units(text):
    assert told_of_what_is_taken_out(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "### BEGIN HIDDEN TESTS",
        "hidden",
        "A hidden test",
        "the hidden statement",
        "hidden_state = 0",
        "hiddenly",
        "what is hidden. States",
        "the hidden unitary",
        "unhidden",
        "a hidden  state of affairs",
        "### BEGIN SOLUTION",
        "the end solution",
        "a Rubric",
    ],
)
def test_of_what_is_taken_out_nothing_may_be_told(text):
    assert told_of_what_is_taken_out(f"the hidden state, {text}") != []


def test_the_readme_links_to_every_exercise():
    linked = {
        link
        for row in readme_rows((ROOT / "README.md").read_text(encoding="utf-8"))
        for link in re.findall(r"\]\((exercises/[^)]+)\)", row[2])
        if f"(notebooks/{link.split('/')[-1]})" in row[0]
    }
    wanted = [exercises.exercise_of(path).relative_to(ROOT).as_posix() for path in SOLUTIONS]
    assert linked == set(wanted)


@named
def test_the_lesson_links_to_its_exercise(path):
    link = f"](../exercises/{path.stem}/{path.name})"
    assert any(link in cell.source for cell in read(ROOT / "notebooks" / path.name).cells)


# As they run


@named
def test_an_untouched_exercise_runs_to_its_end_and_only_its_checks_fail(path):
    nb = exercise_of(path)
    client = NotebookClient(nb, kernel_name="python3", timeout=60)
    client.execute(cwd=str(path.parent))
    failed = {}
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            assert output.get("name") != "stderr", output
            if output.output_type == "error":
                failed[cell.id] = output.ename
    assert failed == {cell.id: "NotImplementedError" for cell in of_kind(nb, "check")}


@named
def test_a_stub_fails_its_own_check_and_no_other(path):
    nb, stubs = read(path), {cell.id: cell for cell in exercise_of(path).cells}
    for task in Exercise.read(path).tasks:
        names, failed = {"__name__": "__main__"}, []
        for cell in nb.cells:
            if cell.cell_type == "code":
                source = stubs[task].source if cell.id == task else cell.source
                if attempt(source, names).points == 0:
                    failed.append(cell.id)
        assert failed == [f"{task}-check"]


# Every rule can fail: a good solution, and for each rule ways to spoil it.

TITLE = """# Exercise 98: Good?

| task | what | points |
|---|---|---|
| 1 | Write: one half | 2 |
| 2 | Explain: one half | 1 |

**Points:** 3 · **Minutes:** 5 · **Needs:** [lesson 98](../../notebooks/98_z.ipynb)"""
ANSWER = """def half(x):
    ### BEGIN SOLUTION
    return x / 2
    ### END SOLUTION"""
CHECK = """assert half(2) == 1, "Half of 2 is 1."
### BEGIN HIDDEN TESTS
assert half(5) == 2.5, "Half of 5 is no whole number."
### END HIDDEN TESTS"""
WRITTEN = """<!-- BEGIN SOLUTION -->
It is in the middle.

**Rubric**

* 1 point for the middle.
<!-- END SOLUTION -->"""


def cell_of(wanted, name, source, **more):
    make = new_markdown_cell if wanted in ("prose", "written") else new_code_cell
    cell = make(source, id=name)
    if wanted in exercise_rules.KINDS:
        _, grade, solution, locked = exercise_rules.KINDS[wanted]
        flags = {"grade": grade, "solution": solution, "locked": locked, "task": False}
        cell.metadata.nbgrader = {**flags, "grade_id": name, "schema_version": 3, **more}
    if wanted in ("answer", "check"):
        cell.metadata.tags = ["raises-exception"]
    return cell


def good():
    return new_notebook(
        cells=[
            cell_of("prose", "98-title", TITLE),
            cell_of("given", "98-setup", "import numpy as np"),
            cell_of("prose", "98-half-text", "## Task 1 · One half (2 points)"),
            cell_of("answer", "98-half", ANSWER),
            cell_of("check", "98-half-check", CHECK, points=2),
            cell_of("prose", "98-why-text", "## Task 2 · Why (1 point)"),
            cell_of("written", "98-why", WRITTEN, points=1),
        ],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
    )


def find(nb, name):
    return next(cell for cell in nb.cells if cell.id == f"98-{name}")


def swap(name, old, new):
    def spoil(nb):
        cell = find(nb, name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return spoil


def meta(name, **changes):
    return lambda nb: find(nb, name).metadata.nbgrader.update(changes)


def drop(name):
    return lambda nb: nb.cells.remove(find(nb, name))


def twice(name):
    return lambda nb: nb.cells.append(find(nb, name).copy())


def insert(at, *cells):
    return lambda nb: nb.cells.__setitem__(slice(at, at), cells)


def output(place, **said):
    return lambda nb: find(nb, place).update(outputs=[new_output(**said)])


def offer(*alternatives):
    return lambda nb: nb.metadata.update(rnn_core={"variants": {"part": [*alternatives]}})


THIRD = {"98-half": [["x / 2", "x / 3"]], "98-half-text": [["One half", "One third"]]}
ANOTHER = ANSWER.replace("half", "third")
BAD = [
    ("every_cell_has_an_id_of_its_own", lambda nb: nb.cells[1].pop("id")),
    ("every_cell_has_an_id_of_its_own", twice("half")),
    ("every_grade_id_is_the_id_of_its_cell", meta("half", grade_id="98-third")),
    (
        "every_grade_id_is_the_id_of_its_cell",
        lambda nb: nb.cells[3].metadata.nbgrader.pop("grade_id"),
    ),
    ("nbgrader_metadata_are_of_a_known_kind", meta("half", locked=True)),
    ("nbgrader_metadata_are_of_a_known_kind", meta("half", points=2)),
    ("nbgrader_metadata_are_of_a_known_kind", meta("half-check", points=0.5)),
    ("nbgrader_metadata_are_of_a_known_kind", meta("half-check", points=0)),
    ("nbgrader_metadata_are_of_a_known_kind", meta("half-check", schema_version=1)),
    ("nbgrader_metadata_are_of_a_known_kind", meta("why", task=True)),
    ("nbgrader_metadata_are_of_a_known_kind", meta("half-check", checksum="0" * 32)),
    ("stubs_and_checks_let_run_all_go_on", lambda nb: find(nb, "half").metadata.pop("tags")),
    ("stubs_and_checks_let_run_all_go_on", lambda nb: find(nb, "half-check").metadata.pop("tags")),
    (
        "stubs_and_checks_let_run_all_go_on",
        lambda nb: find(nb, "setup").metadata.update(tags=["raises-exception"]),
    ),
    ("nothing_is_attached", lambda nb: nb.cells[6].update(attachments={"a.png": {}})),
    (
        "no_cell_failed_when_it_was_recorded",
        output("half-check", output_type="error", ename="AssertionError", evalue="", traceback=[]),
    ),
    (
        "no_cell_failed_when_it_was_recorded",
        output("setup", output_type="stream", name="stderr", text="Warning"),
    ),
    ("code_can_be_read", swap("half", "    return x / 2\n", "")),
    ("code_can_be_read", swap("half-check", "assert half", "assert half half")),
    ("markers_are_spelt_exactly", swap("half-check", "BEGIN HIDDEN TESTS", "BEGIN HIDDEN TEST")),
    ("markers_are_spelt_exactly", swap("half-check", "END HIDDEN TESTS", "END HIDEN TESTS")),
    ("markers_are_spelt_exactly", swap("half-check", "BEGIN HIDDEN TESTS", "Begin hidden tests")),
    ("markers_are_spelt_exactly", swap("half-check", "### BEGIN", "# BEGIN")),
    ("markers_are_spelt_exactly", swap("half-check", "BEGIN HIDDEN TESTS", "HIDDEN")),
    ("markers_are_spelt_exactly", swap("half-check", "END HIDDEN TESTS", "END MARK SCHEME")),
    ("markers_are_spelt_exactly", swap("half-check", "BEGIN HIDDEN TESTS", "HIDDEN TESTS")),
    ("markers_are_spelt_exactly", swap("half-check", "BEGIN HIDDEN TESTS", "BEGIN_HIDDEN_TESTS")),
    ("markers_are_spelt_exactly", swap("half", "BEGIN SOLUTION", "BEGIN SOLUTIONS")),
    ("markers_are_spelt_exactly", swap("half", "### BEGIN SOLUTION", "###BEGIN SOLUTION")),
    ("markers_are_spelt_exactly", swap("half", "END SOLUTION", "END  SOLUTION")),
    ("markers_are_spelt_exactly", swap("half", "END SOLUTION", "END SOLUTOIN")),
    ("markers_are_spelt_exactly", swap("why", "<!-- BEGIN SOLUTION -->", "### BEGIN SOLUTION")),
    ("markers_are_spelt_exactly", swap("half", "x / 2", 'x / 2, "BEGIN SOLUTION"')),
    ("markers_come_in_pairs", swap("half", "    ### END SOLUTION", "")),
    ("markers_come_in_pairs", swap("half", "    ### BEGIN SOLUTION\n", "")),
    ("markers_come_in_pairs", swap("half", "### END", "### BEGIN")),
    ("markers_come_in_pairs", swap("half", "### END SOLUTION", "### END HIDDEN TESTS")),
    ("markers_come_in_pairs", swap("half-check", "### END HIDDEN TESTS", "")),
    ("markers_stand_where_they_are_taken_out", lambda nb: find(nb, "half").update(source="x = 1")),
    ("markers_stand_where_they_are_taken_out", lambda nb: find(nb, "why").update(source="So.")),
    ("markers_stand_where_they_are_taken_out", swap("setup", "import numpy as np", ANSWER)),
    ("markers_stand_where_they_are_taken_out", swap("half-check", "HIDDEN TESTS", "SOLUTION")),
    ("markers_stand_where_they_are_taken_out", swap("half", "    return x / 2\n", "")),
    ("every_check_follows_its_answer", drop("half")),
    ("every_check_follows_its_answer", drop("half-check")),
    ("every_check_follows_its_answer", insert(3, cell_of("answer", "98-third", ANOTHER))),
    ("every_check_follows_its_answer", insert(7, cell_of("answer", "98-third", ANOTHER))),
    (
        "a_check_calls_no_other_answer",
        insert(
            5,
            cell_of("answer", "98-third", ANOTHER),
            cell_of("check", "98-third-check", CHECK, points=1),
        ),
    ),
    ("a_check_does_not_end_with_a_value", swap("half-check", "### END", "half(3)\n### END")),
    ("a_check_does_not_end_with_a_value", swap("half-check", "### END", "0.5\n### END")),
    ("every_assert_says_what_to_look_at", swap("half-check", ', "Half of 2 is 1."', "")),
    ("every_assert_says_what_to_look_at", swap("half-check", "assert", "half(1) or")),
    ("a_written_answer_has_a_rubric", swap("why", "**Rubric**", "")),
    ("a_written_answer_has_a_rubric", swap("why", "1 point", "2 points")),
    ("the_first_cell_lists_tasks_points_and_minutes", swap("title", "**Minutes:**", "")),
    ("the_first_cell_lists_tasks_points_and_minutes", swap("title", "| task |", "| no |")),
    ("the_points_agree", swap("title", "**Points:** 3", "**Points:** 4")),
    ("the_points_agree", swap("title", "one half | 2", "one half | 1")),
    ("the_points_agree", swap("half-text", "2 points", "1 point")),
    ("the_points_agree", meta("half-check", points=1)),
    ("the_points_agree", drop("why-text")),
    ("every_alternative_fits", offer(THIRD, {"98-half": [["x / 4", "x / 3"]]})),
    ("every_alternative_fits", offer(THIRD, {"98-third": [["x / 2", "x / 3"]]})),
    ("every_alternative_fits", offer([THIRD])),
    ("every_alternative_fits", offer({"98-half": [["x / 2"]]})),
]


@pytest.mark.parametrize("rule", RULES)
def test_a_good_solution_keeps(rule):
    assert list(RULES[rule](good())) == []


@pytest.mark.parametrize(("rule", "spoil"), BAD)
def test_a_bad_solution_is_caught_by(rule, spoil):
    nb = good()
    spoil(nb)
    assert list(RULES[rule](nb)) != []


def test_every_rule_is_shown_to_fail():
    assert {rule for rule, _ in BAD} == set(RULES)


@pytest.mark.parametrize(
    "line", ["# the end of the sum", "# a solution by hand", "end = tests[-1]", "h = []  # hidden"]
)
def test_ordinary_lines_are_no_markers(line):
    assert not exercise_rules.resembles_a_marker(line)


# A course in a temporary folder


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one good solution: its path."""
    monkeypatch.setattr(exercises, "ROOT", tmp_path)
    path = tmp_path / "solutions" / "98_z" / "98_z.ipynb"
    store(path, good())
    (tmp_path / "notebooks").mkdir()
    shutil.copy(path, tmp_path / "notebooks" / "98_z.ipynb")
    return path


def store(path, nb):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(nbformat.v4.writes(nb).encode())


def make(*names):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exercises.main(list(names))
    return said.getvalue()


def refusal(*names):
    with pytest.raises(SystemExit) as stopped:
        make(*names)
    return str(stopped.value)


def test_what_is_made_has_a_stub_visible_checks_and_no_secret(course, nbgrader):
    assert make() == f"{'98_z':28} new\n"
    nb = read(exercises.exercise_of(course))
    assert find(nb, "half").source == f"def half(x):\n    {exercises.CODE_STUB}"
    assert find(nb, "half-check").source == CHECK.split("\n")[0]
    assert find(nb, "why").source == exercises.TEXT_STUB
    assert not list(exercises.ROOT.rglob("*.db")), "no gradebook is left anywhere"
    ast.parse(find(nb, "half").source)


def test_what_another_class_may_be_given_is_not_handed_out(course, nbgrader):
    make()
    first = exercises.exercise_of(course).read_bytes()
    nb = good()
    offer(THIRD)(nb)
    store(course, nb)
    assert "variants" in course.read_text()
    assert make() == f"{'98_z':28} as before\n"
    assert exercises.exercise_of(course).read_bytes() == first
    assert set(read(exercises.exercise_of(course)).metadata.rnn_core) == {"generated"}


def test_what_differs_from_run_to_run_is_not_handed_out(course, nbgrader):
    make()
    first = exercises.exercise_of(course).read_bytes()
    nb = read(course)
    nb.metadata.language_info = {"name": "python", "version": "3.12.1"}
    nb.cells[1].metadata.execution = {"iopub.status.idle": "2026-01-01"}
    nb.cells[1].update(execution_count=7, outputs=[new_output("stream", text="told\n")])
    store(course, nb)
    assert make() == f"{'98_z':28} as before\n"
    assert exercises.exercise_of(course).read_bytes() == first


def test_the_work_of_a_student_is_kept_beside_the_new_exercise(course, nbgrader):
    make()
    path = exercises.exercise_of(course)
    for n in ("", "-2"):
        nb = read(path)
        find(nb, "half").source = f"def half(x):\n    return x / 2  # mine{n}"
        nbformat.write(nb, path)
        work = path.read_bytes()
        kept = path.with_name(f"98_z.yours{n}.ipynb")
        assert f"is now {kept.name}\n" in make()
        assert kept.read_bytes() == work
        assert exercises.untouched(path.read_bytes())
    assert path.with_name("98_z.yours.ipynb").read_bytes() != work


def test_an_exercise_nobody_worked_in_is_replaced_without_a_copy(course, nbgrader):
    make()
    nb = good()
    swap("title", "Good?", "Better?")(nb)
    store(course, nb)
    assert make("98_z") == f"{'98_z':28} changed\n"
    assert [p.name for p in exercises.exercise_of(course).parent.iterdir()] == ["98_z.ipynb"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b"{}", b"an essay"])
def test_a_file_that_is_no_notebook_is_kept_too(course, nbgrader, content):
    path = exercises.exercise_of(course)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    make()
    assert path.with_name("98_z.yours.ipynb").read_bytes() == content


def test_a_file_of_another_kind_counts_as_worked_in(course):
    text = exercises.sealed(good())
    assert exercises.untouched(text.encode())
    for old, new in (
        ('"id": "98-half",', '"id": "98-third",'),  # a cell's id
        ('"nbformat_minor": 5', '"nbformat_minor": 4'),
        ('"generated": "', '"generated": "0'),
        ('"generated": "', '"made": "'),
        ("return x / 2", "return x / 3"),
    ):
        assert text.count(old) == 1
        assert not exercises.untouched(text.replace(old, new).encode())


@pytest.mark.parametrize(("rule", "spoil"), BAD)
def test_nothing_is_written_of_a_bad_solution(course, rule, spoil):
    nb = good()
    spoil(nb)
    store(course, nb)
    told = refusal()
    assert told.startswith("98_z: no exercise made\n")
    assert f"{rule}: " in told
    assert not (exercises.ROOT / "exercises").exists()


def misplaced(course):
    course.rename(course.with_name("97_y.ipynb"))


def without_lesson(course):
    (exercises.ROOT / "notebooks" / "98_z.ipynb").unlink()


def with_a_sibling(course):
    (course.parent / "hints.txt").touch()


@pytest.mark.parametrize(
    ("spoil", "rule", "told"),
    [
        (
            misplaced,
            "the_folder_the_file_and_the_lesson_have_one_name",
            "97_y.ipynb is in the folder 98_z",
        ),
        (without_lesson, "the_folder_the_file_and_the_lesson_have_one_name", "no lesson"),
        (with_a_sibling, "the_folder_holds_nothing_else", "hints.txt lies beside it"),
    ],
)
def test_a_solution_in_the_wrong_place_is_refused(course, spoil, rule, told):
    spoil(course)
    assert re.search(f"{rule}: .*{told}", refusal())
    assert rule in PLACES


def test_one_bad_solution_stops_all_before_anything_is_written(course, nbgrader):
    nb = good()
    drop("half")(nb)
    store(course.parent.parent / "97_y" / "97_y.ipynb", nb)
    assert refusal().startswith("97_y: no exercise made\n")
    assert not (exercises.ROOT / "exercises").exists()


def test_what_there_is_no_solution_of_is_said(course):
    assert refusal("99_a") == "There is no solution of 99_a; there are 98_z."


def test_a_notebook_without_cell_ids_is_refused(course):
    text = record.written(good()).replace('"nbformat_minor": 5', '"nbformat_minor": 4')
    course.write_bytes(text.encode())
    assert "format is (4, 4), wanted (4, 5)" in refusal()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"{}"])
def test_what_is_no_notebook_is_refused(course, content):
    course.write_bytes(content)
    assert refusal().startswith("98_z: no exercise made\n")


def test_what_nbgrader_itself_refuses_is_told_in_its_words(course, nbgrader, monkeypatch):
    monkeypatch.setattr(exercises, "problems", lambda *_: [])
    nb = good()
    swap("half", "    ### END SOLUTION", "")(nb)
    store(course, nb)
    assert "nbgrader: RuntimeError: no end solution statement found" in refusal()


def test_points_are_those_of_the_cells():
    assert [graded(cell)["points"] for cell in of_kind(good(), "check", "written")] == [2, 1]
