"""Answers to the tasks of an exercise, put before the very check cells of its solution, in this process.

tests/exercises/NN_name.py holds RIGHT and WRONG: {task: {what it does: answer}}. An answer is the source of the
whole answer cell, or a pair (old, new): the solution's cell with the text `old` replaced.
"""

import contextlib
import io
import runpy
import warnings
from dataclasses import dataclass
from pathlib import Path

import nbformat
import record
from exercise_rules import graded, kind

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Verdict:
    """Points as nbgrader would give them, and what the student is told."""

    points: int
    told: str = ""
    kind: str = ""


@dataclass
class Exercise:
    """The solution's cells, and the answers to be tried on them."""

    name: str
    cells: list
    right: dict
    wrong: dict

    @classmethod
    def read(cls, path):
        nb = nbformat.read(path, as_version=4)
        return cls.of(path.stem, nb, ROOT / "tests" / "exercises")

    @classmethod
    def of(cls, name, nb, folder):
        """The exercise with the source `nb` and the answers that `folder` holds of it, if any."""
        answers = folder / f"{name}.py"
        found = runpy.run_path(str(answers)) if answers.exists() else {}
        return cls(name, nb.cells, found.get("RIGHT", {}), found.get("WRONG", {}))

    @property
    def tasks(self):
        return [cell.id for cell in self.cells if kind(cell) == "answer"]

    def cell(self, name):
        return next(cell for cell in self.cells if cell.id == name)

    def points(self, task):
        return graded(self.cell(f"{task}-check"))["points"]

    def source(self, task, answer):
        """The text of the answer cell."""
        if isinstance(answer, str):
            return answer
        old, new = answer
        solution = self.cell(task).source
        if solution.count(old) != 1:
            raise ValueError(f"old: {old!r} stands {solution.count(old)} times in {task}, wanted 1")
        return solution.replace(old, new)

    def score(self, task, answer, seed="0", strict=True):
        """Run all that is given before the task, then the answer, then its check with hidden tests.

        seed: the student's, in place of the 0 in `SEED = 0`; strict: a warning counts as a failure.
        """
        names = self.names_before(task, seed)
        attempt(self.source(task, answer), names, strict)
        verdict = attempt(self.cell(f"{task}-check").source, names, strict)
        verdict.points *= self.points(task)
        return verdict

    def names_before(self, task, seed="0"):
        """The names that a task finds when all that is given before it has run."""
        names = {"__name__": "__main__"}
        before = self.cells[: self.cells.index(self.cell(task))]
        for cell in before:
            if cell.cell_type == "code" and kind(cell) in ("given", ""):
                attempt(cell.source.replace("SEED = 0", f"SEED = {seed}"), names)
        return names


def attempt(source, names, strict=True):
    """One cell as it is judged: an exception fails it.

    strict: so does a warning, or anything on stderr, which nothing of ours may give. For a student these cost
    nothing (see grading.run.fair), so that a wrong answer must not be told by them alone.
    """
    stderr = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(stderr):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error" if strict else "ignore")
                exec(compile(record.plain(source), "<cell>", "exec"), names)
        except (Exception, SystemExit) as error:
            return Verdict(0, str(error), type(error).__name__)
    told = stderr.getvalue() if strict else ""
    return Verdict(0, told, "stderr") if told else Verdict(1)
