"""make variant: exercises for one class, with numbers, shapes, planted bugs and hidden tests of its own.

    python tools/classes.py --seed 20261120 [--name class-a] [--hidden folder] [NN_name …]

Of every choice that a solution holds, an alternative to what is published is drawn. Generators in hidden tests get a
secret number, the students' numbers one of the class. In `--hidden` an instructor may have NN-task-check.py with more
asserts. What comes out is tried with all right and wrong answers of tests/exercises; a draw that does not give full
points and none is thrown away, which is said, and the next one is taken. Of variants/NAME/ the folder exercises is
for the class, all else for its instructor. The same seed gives the same bytes.
"""

import argparse
import ast
import copy
import functools
import hashlib
import importlib.util
import json
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import record
import variants
from answers import Exercise
from exercise_rules import of_kind, resembles_a_marker
from own_numbers import insert_hidden, renumber_hidden, renumber_students

import exercises

ROOT = exercises.ROOT
FOLDER = ROOT / "variants"
STORED = "variant.json"
DRAWS = 8  # so many may fail before an exercise is given up
ROUNDS = 1_000_000  # of the hash that a seed goes through: trying many seeds shall take long
SHORT = 12  # digits: a seed with fewer could be found by trying
STUDENTS = ("0", "7", "2024", "31415926")  # seeds of students with which the answers are tried
FAILURES = (*record.FAILURES, TypeError, AttributeError)


# Drawing


@functools.cache
def root_of(seed):
    """The secret from which all others are made; from none of them does a way lead back."""
    return hashlib.pbkdf2_hmac("sha256", str(seed).encode(), b"rnn_core variant", ROUNDS)


def derived(seed, *purpose):
    """A whole number below 2⁶⁴ for this purpose."""
    words = "\0".join(map(str, purpose)).encode()
    return int.from_bytes(hashlib.sha256(root_of(seed) + b"\0" + words).digest()[:8], "big")


@dataclass
class Made:
    """One exercise of a variant: the solution, and what the table says about it."""

    name: str
    nb: nbformat.NotebookNode
    chosen: dict  # {choice: (number of the alternative, of how many)}
    students: int = 0  # generators of students' numbers
    hidden: tuple = (0, 0)  # (checks that have a secret number, checks)
    more: tuple = ()  # checks with hidden tests of the instructor
    draw: int = 1
    tried: int = 0  # answers
    public: tuple = (0, 0)  # (tasks in which the published solution scores full, tasks)

    @property
    def differs(self):
        return bool(self.chosen or self.students or self.hidden[0] or self.more)


def drawn(nb, name, seed, draw, more):
    """The exercise `name` as this draw has it; `more` is {check: the instructor's hidden tests}."""
    nb, chosen = copy.deepcopy(nb), {}
    for choice, alternatives in sorted(variants.choices(nb).items()):
        n = derived(seed, "choice", name, choice, draw) % len(alternatives)
        chosen[choice] = n + 1, len(alternatives)
        nb = variants.applied(nb, alternatives[n])
    nb.metadata.pop(variants.PLACE[0], None)
    students = derived(seed, "students", name, draw) % 10**9
    given = sum(renumber_students(cell, students) for cell in nb.cells)
    checks = of_kind(nb, "check")
    counts = [renumber_hidden(c, derived(seed, "hidden", name, c.id, draw)) for c in checks]
    for cell in checks:
        if cell.id in more:
            insert_hidden(cell, more[cell.id])
    hidden = sum(map(bool, counts)), len(checks)
    own = tuple(cell.id for cell in checks if cell.id in more)
    return Made(name, nb, chosen, given, hidden, own, draw)


# Trying


def disagreements(exercise):
    """A sentence for each answer that does not score as it must; after the first one no other is tried."""
    seeded = any("SEED = 0" in cell.source for cell in exercise.cells)
    for seed in STUDENTS if seeded else STUDENTS[:1]:
        for task in exercise.tasks:
            right = {"the solution": exercise.cell(task).source, **exercise.right.get(task, {})}
            wanted = [(what, a, exercise.points(task)) for what, a in right.items()]
            wanted += [(what, a, 0) for what, a in exercise.wrong.get(task, {}).items()]
            for what, answer, points in wanted:
                verdict = exercise.score(task, answer, seed, strict=points > 0)
                if verdict.points != points:
                    told = f" ({verdict.told})" if verdict.told else ""
                    yield f"{task}, “{what}” scores {verdict.points}, wanted {points}{told}"


def answers_of(exercise):
    tried = [exercise.right, exercise.wrong]
    return len(exercise.tasks) + sum(len(a) for kind in tried for a in kind.values())


def public_still_right(exercise, published):
    """(tasks in which the published solution scores full, tasks): a right function is right in every class."""
    scores = [exercise.score(task, published.cell(task).source).points for task in exercise.tasks]
    full = [exercise.points(task) for task in exercise.tasks]
    return sum(map(int.__eq__, scores, full)), len(full)


def finished(made, path):
    """(text of the solution, text of the exercise), tried and recorded; ValueError if it is not fit to be given."""
    exercise = Exercise.read(path)
    exercise.cells = made.nb.cells
    if found := next(disagreements(exercise), None):
        raise ValueError(found)
    made.tried = answers_of(exercise)
    made.public = public_still_right(exercise, Exercise.read(path))
    with tempfile.TemporaryDirectory() as folder:
        # The same depth as in solutions/, and the same name: what nbgrader and the rules look at.
        place = Path(folder) / "solutions" / made.name / f"{made.name}.ipynb"
        place.parent.mkdir(parents=True)
        place.write_bytes(record.written(made.nb).encode())
        record.record(place)
        return place.read_bytes().decode(), exercises.generate(place)


def make(name, seed, more):
    """The first draw that is fit, as (Made, solution, exercise); ValueError when none is."""
    path = known()[name]
    nb = exercises.read(path)
    for draw in range(1, DRAWS + 1):
        start = time.perf_counter()
        try:
            made = drawn(nb, name, seed, draw, more)
            texts = finished(made, path)
        except FAILURES as error:
            plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
            print(f"{name}: draw {draw} is not fit, and thrown away. {plain}", flush=True)
            continue
        took = time.perf_counter() - start
        print(f"{name}: draw {draw}, {made.tried} answers as they should be, {took:.0f} s")
        return made, *texts
    yours = any(check in more for check in (cell.id for cell in nb.cells))
    hint = " Look at your tests in HIDDEN first." if yours else ""
    raise ValueError(f"{name}: of {DRAWS} draws none was fit, no variant made.{hint}")


# What an instructor gives


def known():
    return {path.parent.name: path for path in exercises.solutions()}


def seed_from(text):
    if not re.fullmatch(r"[0-9]+", text or "") or int(text) == 0:
        raise ValueError(
            f"SEED is {text!r}, wanted a whole number above 0 that only you know, of {SHORT} or more "
            f"digits: make variant SEED=…"
        )
    return int(text)


def check_nbgrader():
    if importlib.util.find_spec("nbgrader") is None:
        raise ValueError(
            "nbgrader is missing, which makes exercises of solutions: use make variant"
        )


def name_from(text):
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}", text):
        raise ValueError(f"NAME is {text!r}, wanted letters, digits, - and _, as in class-a")
    return text


def exercises_from(names):
    if unknown := sorted(set(names) - set(known())):
        raise ValueError(
            f"There is no exercise {', '.join(unknown)}; there are {', '.join(known())}."
        )
    return sorted(set(names)) or sorted(known())


def hidden_from(folder, names):
    """{check: lines} of the instructor's folder; ValueError for a file that belongs to no check."""
    if not folder:
        return {}
    if not Path(folder).is_dir():
        raise ValueError(f"HIDDEN is {folder!r}, wanted a folder with files like 03-hand-check.py")
    cells = [c for name in names for c in of_kind(exercises.read(known()[name]), "check")]
    found = {}
    for path in sorted(Path(folder).iterdir()):
        if path.name.startswith((".", "__")):
            continue
        if path.suffix != ".py" or path.stem not in {cell.id for cell in cells}:
            ids = ", ".join(cell.id for cell in cells)
            raise ValueError(f"{path.name} in HIDDEN is for no check of these: {ids}")
        found[path.stem] = path.read_text(encoding="utf-8")
        check_asserts(path.name, found[path.stem])
    if not found:
        raise ValueError(f"HIDDEN is {folder!r}, which has no file like 03-hand-check.py")
    return found


def check_asserts(name, text):
    """Python, with asserts that say what to look at, and nothing that nbgrader would take for a marker."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f"{name} in HIDDEN is not Python: line {error.lineno}") from None
    asserts = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    if not asserts:
        raise ValueError(f"{name} in HIDDEN asserts nothing")
    if silent := [node for node in asserts if node.msg is None]:
        raise ValueError(
            f"{name} in HIDDEN, line {silent[0].lineno}: this assert has no message, "
            'wanted assert …, "what to look at"'
        )
    if marks := [line for line in text.split("\n") if resembles_a_marker(line)]:
        raise ValueError(f"{name} in HIDDEN: {marks[0].strip()!r} looks like a marker of nbgrader")


# Storing


def stored(folder):
    """What is known of a variant made before; None where there is none."""
    path = folder / STORED
    if not folder.exists() or not any(folder.iterdir()):
        return None
    if not path.exists():
        raise ValueError(f"{folder} is there and has no {STORED}: take another NAME")
    return json.loads(path.read_text(encoding="utf-8"))


def check_seed(folder, seed):
    before = stored(folder)
    if before and before["seed"] != seed:
        raise ValueError(
            f"variants/{folder.name} was made with another SEED and is perhaps handed out: take another "
            f"NAME for SEED={seed}. Nothing was changed."
        )


def files_of(made, solution, exercise):
    name = f"{made.name}/{made.name}.ipynb"
    return {f"solutions/{name}": solution.encode(), f"exercises/{name}": exercise.encode()}


def check_same(folder, files):
    """Refuse to change what was made before: it is perhaps handed out."""
    for name, content in files.items():
        if (folder / name).exists() and (folder / name).read_bytes() != content:
            raise ValueError(
                f"variants/{folder.name}/{name} would be another one now: the course, or HIDDEN, has "
                "changed since it was made. It is perhaps handed out: take another NAME. Nothing was changed."
            )


def row(made):
    """The table's entries for one exercise."""
    chosen = ", ".join(f"{c}: {n} of {of}" for c, (n, of) in made.chosen.items())
    hidden = "{} of {} checks with secret numbers".format(*made.hidden)
    if made.more:
        hidden += f"; yours: {', '.join(made.more)}"
    students = "of the class" if made.students else "as published"
    name = made.name if made.differs else f"{made.name} (**nothing differs**)"
    return [
        name,
        chosen or "none",
        students,
        hidden,
        str(made.draw),
        str(made.tried),
        "{} of {} tasks".format(*made.public),
    ]


HEAD = [
    "exercise",
    "choices",
    "numbers of a SEED",
    "hidden tests",
    "draw",
    "answers tried",
    "public solution passes",
]


def table(rows):
    lines = [HEAD, ["---"] * len(HEAD), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def readme(name, seed, rows):
    return f"""# Variant {name}: for its instructor only

Made by `make variant SEED={seed} NAME={name}`. Hand out `exercises/` and nothing else: whoever knows the seed
or `solutions/` knows the hidden tests. Git does not see this folder: keep a copy of it.

{table(rows)}

*choices*: which alternative to what is published was drawn. *draw*: above 1, an earlier draw was thrown away
because an answer did not score as it must. A check without secret numbers has the hidden tests that are published.
*public solution passes*: pasted from `solutions/`, it scores full there. Grade these tasks by other means, too:
see `instructors/variants.md`.
"""


def write(folder, seed, made, files):
    """Store everything, the list of what was made last."""
    rows = (stored(folder) or {"rows": {}})["rows"] | {m.name: row(m) for m in made}
    rows = dict(sorted(rows.items()))
    texts = {
        "README.md": readme(folder.name, seed, rows.values()),
        STORED: json.dumps({"seed": seed, "rows": rows}, indent=1, ensure_ascii=False) + "\n",
    }
    for name, content in (files | {n: t.encode() for n, t in texts.items()}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return rows.values()


def variant(options):
    """Make what the options ask for; nothing is written unless all of it can be made."""
    seed, name = seed_from(options.seed), name_from(options.name or "class-a")
    names = exercises_from(options.exercises)
    more = hidden_from(options.hidden, names)
    folder = FOLDER / name
    check_seed(folder, seed)
    check_nbgrader()
    if len(str(seed)) < SHORT:
        print(
            f"A seed of {len(str(seed))} digits can be found by trying; for grades take {SHORT} or more."
        )
    made, files = [], {}
    for exercise in names:
        one, *texts = make(exercise, seed, more)
        made.append(one)
        files |= files_of(one, *texts)
    check_same(folder, files)
    print(
        f"\n{table(write(folder, seed, made, files))}\n\nHand out variants/{name}/exercises alone."
    )


def main(arguments):
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seed", default="")
    options.add_argument("--name", default="")
    options.add_argument("--hidden", default="")
    options.add_argument("exercises", nargs="*")
    try:
        variant(options.parse_args(arguments))
    except (ValueError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
