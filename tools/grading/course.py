"""The grades as a course of nbgrader's: its folders and its gradebook, which formgrader opens as well.

    OUT/source, release, submitted, autograded, feedback/…   as nbgrader lays them out
    OUT/gradebook.db                                          points, also those given by hand
    OUT/nbgrader_config.py                                    so that `nbgrader formgrader` finds all this

A submission comes here when it has been run in the sandbox: nbgrader's autograder restores locked cells,
reads points off the outputs and writes the gradebook, and runs nothing.
"""

import os
import re
import sys
import warnings
from contextlib import contextmanager, suppress
from datetime import UTC
from pathlib import Path

import nbformat
import record
from exercise_rules import graded, kind, region
from maths import with_maths
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    DeduplicateIds,
    GetGrades,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

import exercises

CONFIG = """\
# Read by `nbgrader formgrader`, started in this folder: written answers are graded there.
c = get_config()
c.CourseDirectory.root = "."
# What students wrote is shown without the scripts in it: that page has the rights of your Jupyter.
c.HTMLExporter.sanitize_html = True
"""


class GradingError(Exception):
    """nbgrader could not do what it was asked; the reason in its words."""


class HideTests(NbGraderPreprocessor):
    """Take out of a student's feedback whatever shows the code of a test that is not handed out."""

    def preprocess(self, nb, resources):
        secret = {line.strip() for cell in nb.cells for line in region(cell, "HIDDEN TESTS")}
        secret = {line for line in secret if len(line) > 8}
        nb, resources = ClearHiddenTests(parent=self).preprocess(nb, resources)
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.source = drawn(cell.source)
            for output in cell.get("outputs", []):
                self.clean(output, secret)
        return nb, resources

    def clean(self, output, secret):
        """An error as its one sentence, not the code around it; other text without a line of the tests."""
        if output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}"]
        for holder, key in [(output, "text"), (output, "traceback"), (output, "evalue")]:
            if key in holder:
                holder[key] = without(holder[key], secret)
        for key, value in output.get("data", {}).items():
            output.data[key] = without(value, secret) if key.startswith("text/") else value


def drawn(prose):
    """Prose with its formulas drawn; a student's own may be no formula, and stays as it was written."""
    with suppress(Exception):
        return with_maths(prose)
    return prose


def without(text, secret):
    """The text, or each of a list of texts, without the lines that hold a secret line."""
    if not isinstance(text, str):
        return [without(part, secret) for part in text]
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    if not any(line in plain for line in secret):
        return text
    return "\n".join(line for line in plain.split("\n") if not any(s in line for s in secret))


class Course:
    """A course of nbgrader's in the folder `root`."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        self.root.mkdir(parents=True, exist_ok=True)
        self.db_url = f"sqlite:///{self.root / 'gradebook.db'}"
        config = self.root / "nbgrader_config.py"
        if not config.exists():
            config.write_text(CONFIG)
        # nbgrader starts `alembic` by its name to make a new gradebook.
        bin_ = str(Path(sys.executable).parent)
        if bin_ not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([bin_, os.environ.get("PATH", "")])

    def settings(self, name, student="*"):
        c = exercises.settings(self.root, name)
        c.CourseDirectory.db_url = self.db_url
        c.CourseDirectory.student_id = student
        c.GenerateAssignment.no_database = False
        c.SaveCells.enabled = True
        c.GenerateAssignment.force = c.Autograde.force = c.GenerateFeedback.force = True
        c.Autograde.sanitize_preprocessors = [
            *(DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata)
        ]
        c.Autograde.autograde_preprocessors = [
            *(LimitOutput, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata)
        ]
        c.GenerateFeedback.preprocessors = [GetGrades, HideTests, CSSHTMLHeaderPreprocessor]
        return c

    def start(self, converter, name, student="*"):
        """Run one of nbgrader's converters; GradingError with what it has to say if it fails."""
        config = self.settings(name, student)
        course = CourseDirectory(config=config)
        with exercises.nbgraders_log() as (log, told), private():
            try:
                converter(coursedir=course, config=config, log=log).start()
            except Exception as error:
                why = exercises.last_line(told.getvalue()) or told.getvalue()[-300:] or error
                raise GradingError(f"nbgrader: {why}") from error

    def assign(self, name, source):
        """Take an exercise's source into the gradebook; the released notebook, without its secrets."""
        path = self.place("source", ".", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(record.written(source).encode())
        self.start(GenerateAssignment, name)
        return nbformat.read(self.place("release", ".", name), as_version=4)

    def grade(self, name, student, nb, when):
        """Put an executed submission into the gradebook."""
        path = self.place("submitted", student, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(record.written(nb).encode())
        stamp = when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        (path.parent / "timestamp.txt").write_text(stamp)
        self.start(Autograde, name, student)

    def feedback(self, name, student):
        """Write one student's feedback; its path."""
        self.start(GenerateFeedback, name, student)
        return self.place("feedback", student, name).with_suffix(".html")

    def place(self, step, student, name):
        return self.root / step / student / name / f"{name}.ipynb"

    def points(self, name, student):
        """{grade_id: (points, or None where nobody has read it yet, most points)}."""
        with private(), Gradebook(self.db_url) as gradebook:
            found = gradebook.find_submission(name, student).notebooks[0].grades
            return {g.name: (None if waits(g) else g.score, g.max_score) for g in found}


def waits(grade):
    """Whether a written answer still has to be read."""
    return grade.manual_score is None and grade.auto_score is None


def tasks(source):
    """[(grade_id, points, whether it is graded by hand)] of an exercise's source."""
    found = [cell for cell in source.cells if kind(cell) in ("check", "written")]
    return [(cell.id, graded(cell)["points"], kind(cell) == "written") for cell in found]


@contextmanager
def private():
    """Grades are for the eyes of who grades: new files are theirs alone. nbgrader's own warnings are not ours."""
    before = os.umask(0o077)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.umask(before)
