"""How many submissions of exercise 03 does `make grade` grade in a minute, for each core?

    python benchmarks/grading.py [number of students]

A class of 200 by default, in equal shares all right, half right, all wrong and blank, each with a SEED of its
own; in the sandbox, with feedback and history, as an instructor would run it.
"""

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests")]

from grading import grade  # noqa: E402
from grading.command import cores  # noqa: E402
from submissions import NAME, RIGHT, TASKS, WRONG, hand_in, paper  # noqa: E402

KINDS = [RIGHT, {task: RIGHT[task] for task in TASKS[:2]}, WRONG, {}]


def main(students=200):
    with tempfile.TemporaryDirectory() as folder:
        for n in range(students):
            seed = {"03-seed": f"SEED = {1000 + n}\nmine = numbers_of(SEED)\nmine"}
            hand_in(Path(folder, "class", f"student_{n:03}"), paper(KINDS[n % 4] | seed))
        start = time.perf_counter()
        table = grade(NAME, Path(folder, "class"), Path(folder, "grades"))
        minutes = (time.perf_counter() - start) / 60
        lines = len(table.read_text(encoding="utf-8").splitlines()) - 1
    rate = students / minutes / cores()
    print(
        f"{lines} students in {minutes:.1f} min on {cores()} cores: {rate:.1f} per minute and core"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
