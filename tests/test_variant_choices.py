"""What another class may be given: with every alternative all answers score as in the published exercise."""

import nbformat
import pytest
import record
import variants
from answers import ROOT, Exercise
from exercise_rules import kind, problems

PATHS = sorted(ROOT.glob("solutions/*/*.ipynb"))
SOLUTIONS = {path: nbformat.read(path, as_version=4) for path in PATHS}
ALTERNATIVES = [
    pytest.param(path, alternative, id=f"{path.stem}: {name} {n}")
    for path, nb in SOLUTIONS.items()
    for name, alternatives in variants.choices(nb).items()
    for n, alternative in enumerate(alternatives, 1)
]
every = pytest.mark.parametrize(("path", "alternative"), ALTERNATIVES)


def exercise_with(path, alternative):
    """The exercise that the alternative makes, with the answers of the published one."""
    exercise = Exercise.read(path)
    exercise.cells = variants.applied(SOLUTIONS[path], alternative).cells
    return exercise


def touched(exercise, alternative):
    """The tasks that run anything that was changed, or ask it: text, what is given, answer, check."""
    task, of = 0, {}
    for cell in exercise.cells:
        of[cell.id] = task
        task += kind(cell) in ("check", "written")
    changed = {of[name] for name in alternative}
    given = [
        of[name]
        for name in alternative
        if exercise.cell(name).cell_type == "code" and kind(exercise.cell(name)) in ("given", "")
    ]
    first = min(given, default=len(of))
    return [task for task in exercise.tasks if of[task] in changed or of[task] >= first]


def failing(exercise, tasks, seed="0"):
    """What does not score as it should: (task, answer, points, what the student is told)."""
    found = []
    for task in tasks:
        full = exercise.points(task)
        answers = [("the solution", exercise.cell(task).source, full)]
        answers += [(name, answer, full) for name, answer in exercise.right[task].items()]
        answers += [(name, answer, 0) for name, answer in exercise.wrong[task].items()]
        for name, answer, wanted in answers:
            verdict = exercise.score(task, answer, seed)
            if verdict.points != wanted:
                found.append((task, name, verdict.points, verdict.told))
    return found


@every
def test_every_answer_scores_as_in_the_published_exercise(path, alternative):
    exercise = exercise_with(path, alternative)
    assert failing(exercise, touched(exercise, alternative)) == []


@every
def test_the_solution_runs_from_top_to_bottom_and_keeps_every_rule(path, alternative):
    nb = variants.applied(SOLUTIONS[path], alternative)
    assert nb.cells != SOLUTIONS[path].cells
    assert problems(without(nb), path, ROOT) == []
    names = {"__name__": "__main__"}
    for cell in nb.cells:
        if cell.cell_type == "code":
            exec(compile(record.plain(cell.source), cell.id, "exec"), names)


def without(nb):
    """The notebook without choices: of two alternatives of one choice the second does not fit any more."""
    nb.metadata.pop("rnn_core")
    return nb


@every
def test_lines_are_as_short_as_elsewhere(path, alternative):
    for cell in variants.applied(SOLUTIONS[path], alternative).cells:
        if cell.cell_type == "code":
            assert [line for line in cell.source.split("\n") if len(line) > 100] == []


@every
def test_the_student_does_not_see_what_is_taken_out(path, alternative):
    """No line of a hidden test or solution that the published exercise does not show is shown by the alternative."""
    exercise = exercise_with(path, alternative)
    shown, secret = [], []
    for cell in exercise.cells:
        inside = False
        for line in map(str.strip, cell.source.split("\n")):
            inside = inside and not line.startswith(("### END", "<!-- END"))
            (secret if inside else shown).append(line)
            inside = inside or line.startswith(("### BEGIN", "<!-- BEGIN"))
    before = {line.strip() for cell in SOLUTIONS[path].cells for line in cell.source.split("\n")}
    new = [line for line in shown if line not in before]
    assert [line for line in new if line in secret] == []


def test_every_planted_bug_has_two_others():
    """A task that says “Find the bug” in the first cell has its choice, called bug or bug-something."""
    for path, nb in SOLUTIONS.items():
        bugs = [a for name, a in variants.choices(nb).items() if name.startswith("bug")]
        if "Find the bug" in nb.cells[0].source:
            assert min(map(len, bugs), default=0) >= 2, path.stem


def test_choices_offer_two_alternatives_each():
    for nb in SOLUTIONS.values():
        assert all(len(offered) >= 2 for offered in variants.choices(nb).values())


def test_choices_of_one_exercise_go_together():
    """Any alternative of one choice fits after any of another: a class gets one of each."""
    for nb in SOLUTIONS.values():
        for last in (0, -1):
            made = nb
            for offered in variants.choices(nb).values():
                made = variants.applied(made, offered[last])


# Each of these can fail


def test_a_bug_in_the_check_is_noticed():
    path = next(path for path in PATHS if path.stem == "03_bptt_by_hand")
    nothing = {
        "03-mended-check": [
            ['rtol=1e-4, atol=1e-6), f"{told:.4g}', 'rtol=9, atol=9), f"{told:.4g}']
        ]
    }
    exercise = exercise_with(path, nothing)
    assert touched(exercise, nothing) == ["03-mended"]
    assert exercise.score("03-mended", exercise.cell("03-mended").source).points == 2
    spoilt = {
        "03-mended-check": [
            ["h_0 in cases", "h_0 in cases[:0]"],
            ["for T in (1, 2, 5, 9)", "for T in ()"],
        ]
    }
    told = failing(exercise_with(path, spoilt), ["03-mended"])
    assert len(told) >= 4
    assert {points for _, _, points, _ in told} == {2}


def test_what_is_given_touches_all_tasks_after_it():
    path = next(path for path in PATHS if path.stem == "03_bptt_by_hand")
    exercise = Exercise.read(path)
    assert touched(exercise, {"03-setup": []}) == exercise.tasks
    assert touched(exercise, {"03-misprint": []}) == ["03-mended"]
    assert touched(exercise, {"03-hand-text": [], "03-gradients-check": []}) == [
        "03-hand",
        "03-gradients",
    ]
    assert touched(exercise, {"03-explain": []}) == []
