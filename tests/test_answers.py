"""Every autograded task gives nothing for plausible wrong answers, and all points for different right ones."""

import re

import pytest
from answers import ROOT, Exercise, attempt

EXERCISES = [Exercise.read(path) for path in sorted(ROOT.glob("solutions/*/*.ipynb"))]


def cases(which):
    return [
        pytest.param(exercise, task, answer, id=f"{task}: {name}")
        for exercise in EXERCISES
        for task, answers in getattr(exercise, which).items()
        for name, answer in answers.items()
    ]


TASKS = [pytest.param(e, task, id=task) for e in EXERCISES for task in e.tasks]


@pytest.mark.parametrize(("exercise", "task", "answer"), cases("right"))
def test_a_right_answer_scores_full(exercise, task, answer):
    verdict = exercise.score(task, answer)
    assert (verdict.points, verdict.told) == (exercise.points(task), "")


@pytest.mark.parametrize(("exercise", "task", "answer"), cases("wrong"))
def test_a_wrong_answer_scores_nothing(exercise, task, answer):
    assert exercise.score(task, answer, strict=False).points == 0


@pytest.mark.parametrize(("exercise", "task"), TASKS)
def test_the_solution_scores_full(exercise, task):
    verdict = exercise.score(task, exercise.cell(task).source)
    assert (verdict.points, verdict.told) == (exercise.points(task), "")


def handed_out(check):
    """The check as students have it, without its hidden tests."""
    return re.sub("(?s)### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", "", check)


@pytest.mark.parametrize(("exercise", "task"), TASKS)
def test_a_check_can_be_run_again(exercise, task):
    """What it took away, or put in a name's place, it has given back: its students run it many times."""
    names = exercise.names_before(task)
    attempt(exercise.cell(task).source, names)
    check = exercise.cell(f"{task}-check").source
    for source in (handed_out(check), handed_out(check), check, check):
        verdict = attempt(source, names)
        assert (verdict.points, verdict.told) == (1, "")


@pytest.mark.parametrize(("exercise", "task"), TASKS)
def test_there_are_four_wrong_and_two_right_answers(exercise, task):
    assert len(exercise.wrong.get(task, {})) >= 4
    assert len(exercise.right.get(task, {})) >= 2


@pytest.mark.parametrize(("exercise", "task"), TASKS)
def test_no_answer_is_there_twice(exercise, task):
    tried = [exercise.source(task, a) for a in exercise.wrong[task].values()]
    tried += [exercise.source(task, a) for a in exercise.right[task].values()]
    assert len({*tried, exercise.cell(task).source}) == len(tried) + 1


@pytest.mark.parametrize(("exercise", "task"), TASKS)
def test_most_wrong_answers_are_told_where_to_look(exercise, task):
    """A sentence of ours, not an exception from inside the answer, for three of four wrong answers."""
    verdicts = [
        exercise.score(task, answer, strict=False) for answer in exercise.wrong[task].values()
    ]
    helped = [v for v in verdicts if v.kind == "AssertionError" and len(v.told.split()) >= 3]
    assert len(helped) >= 0.75 * len(verdicts), [v for v in verdicts if v not in helped]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_answers_are_for_tasks_that_exist(exercise):
    assert {*exercise.right, *exercise.wrong} == {*exercise.tasks}


SEEDED = [e for e in EXERCISES if any("SEED = 0" in cell.source for cell in e.cells)]


@pytest.mark.parametrize("seed", [7, 2024, 31415926])
@pytest.mark.parametrize("exercise", SEEDED, ids=lambda exercise: exercise.name)
def test_other_students_have_other_numbers_and_the_same_points(exercise, seed):
    for task in exercise.tasks:
        solution = exercise.cell(task).source
        assert exercise.score(task, solution, seed).points == exercise.points(task)
        for answer in exercise.wrong[task].values():
            assert exercise.score(task, answer, seed, strict=False).points == 0


# Of every thousand seeds, a few once made an example in which a slip changed nothing.
NAMED = {
    "02-hand": (1, 127, 329, 335, 461, 10034320),
    "03-hand": (1, 9, 11, 14, 93, 141, 167, 212, 228, 252, 493, 542, 715, 988),
}


@pytest.mark.parametrize("seed", [pytest.param(range(k, k + 20), id=f"{k} …") for k in (0, 20, 40)])
@pytest.mark.parametrize("task", NAMED)
def test_no_seed_lets_a_slip_pass_that_is_made_by_hand(task, seed):
    (exercise,) = (e for e in SEEDED if task in e.tasks)
    some = {*seed, *NAMED[task]} if 0 in seed else seed
    for one in some:
        for answer in exercise.right[task].values():
            assert exercise.score(task, answer, one).points == exercise.points(task)
        passed = [n for n, a in exercise.wrong[task].items() if exercise.score(task, a, one).points]
        assert passed == [], f"seed {one}"


# The harness itself


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("assert 1 == 2, 'no'", "AssertionError"),
        ("raise SystemExit(0)", "SystemExit"),
        ("1 / 0", "ZeroDivisionError"),
        ("def", "SyntaxError"),
        ("import sys\nprint('?', file=sys.stderr)", "stderr"),
        ("import warnings\nwarnings.warn('slow')", "UserWarning"),
        ("import numpy as np\nnp.log(np.zeros(1))", "RuntimeWarning"),
    ],
)
def test_what_fails_scores_nothing(source, kind):
    verdict = attempt(source, {})
    assert (verdict.points, verdict.kind) == (0, kind)


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("import warnings\nwarnings.warn('slow')", 1),
        ("import sys\nprint('?', file=sys.stderr)", 1),
        ("import warnings\nwarnings.warn('slow')\nassert 1 == 2, 'no'", 0),
    ],
)
def test_a_warning_alone_costs_a_student_nothing(source, points):
    assert attempt(source, {}, strict=False).points == points


def test_what_passes_scores():
    assert attempt("print('fine')", {}).points == 1


def test_a_pair_must_fit_the_solution_once():
    exercise = EXERCISES[0]
    with pytest.raises(
        ValueError, match=r"^old: 'no such text' stands 0 times in 00-input, wanted 1$"
    ):
        exercise.source("00-input", ("no such text", ""))
