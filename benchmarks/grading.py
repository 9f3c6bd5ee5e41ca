"""How many submissions of exercise 03 does `make grade` grade in a minute, for each core?

    python benchmarks/grading.py [--students 200] [--quick]

A class of 200 by default, in equal shares all right, half right, all wrong and blank, each with a SEED of its
own; in the sandbox, with feedback and history, as an instructor would run it.
"""

import sys
import tempfile
import time
from pathlib import Path

from rows import Row, options, program

ROOT = Path(__file__).resolve().parent.parent


def measure(students=200, quick=False):
    """One line; a sentence where nbgrader or the sandbox is missing."""
    sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests")]
    try:
        import nbgrader  # noqa: F401
        from grading import grade
        from grading.command import cores
        from submissions import NAME, RIGHT, TASKS, WRONG, hand_in, paper
    except ImportError as error:
        return [], [f"Grading not measured: {error.name} is missing (make bench EXTRAS=grade)."]
    kinds, students = (
        [RIGHT, {task: RIGHT[task] for task in TASKS[:2]}, WRONG, {}],
        4 if quick else students,
    )
    with tempfile.TemporaryDirectory() as folder:
        for n in range(students):
            seed = {"03-seed": f"SEED = {1000 + n}\nmine = numbers_of(SEED)\nmine"}
            hand_in(Path(folder, "class", f"student_{n:03}"), paper(kinds[n % 4] | seed))
        start = time.perf_counter()
        table = grade(NAME, Path(folder, "class"), Path(folder, "grades"))
        minutes = (time.perf_counter() - start) / 60
        lines = len(table.read_text(encoding="utf-8").splitlines()) - 1
    case, rate = f"{lines} students on {cores()} cores", students / minutes / cores()
    return [
        Row("Grading", case, "time", minutes, "min"),
        Row("Grading", case, "a minute and core", rate, "students"),
    ], []


def main(arguments=None):
    program(measure, options(__doc__, students=(200, "students")), arguments)


if __name__ == "__main__":
    main()
