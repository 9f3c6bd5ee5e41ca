"""From a folder of submissions to a table of grades: who is new, run them, enter them, tell."""

import contextlib
import os
import tempfile
from pathlib import Path

import psutil
from tqdm import tqdm

import exercises
from grading import intake, pool, sandbox
from grading.work import Job, work

ROOT = exercises.ROOT
SLOW = 4  # times the limit of a submission that a worker may take, for Python's starts and the controls
PRELOAD = ("grading.work", "grading.run")


def grade(
    exercise,
    folder,
    out="grades",
    *,
    solutions=ROOT / "solutions",
    answers=ROOT / "tests" / "exercises",
    jobs=None,
    again=False,
    unsafe=False,
    limits=None,
):
    """Grade every submission in a folder that is not graded yet; the path of the table that is written.

    exercise   name of an exercise, for instance "03_bptt_by_hand"
    folder     of submissions as a learning platform exports them, see `intake`
    out        folder of the grades, which is a course of nbgrader's; it is kept and added to
    solutions  where the exercise's source is; for a variant "variants/NAME/solutions"
    answers    known wrong answers, which every check has to refuse while it grades
    jobs       how many at once, by default one for each core
    again      grade those again that are graded already
    unsafe     without a sandbox: only on a machine with nothing to lose
    limits     sandbox.Limits of one submission: seconds, bytes, processes, characters

    ValueError names what is missing. A submission that cannot be graded is one line of the table.
    """
    path, found = source_of(exercise, Path(solutions)), intake.submissions(folder, exercise)
    if not unsafe:
        sandbox.require()
    from grading.desk import Desk  # nbgrader is slow to import, and not needed to refuse

    with lock(Path(out)), tempfile.TemporaryDirectory() as scratch:
        desk = Desk(Path(out), exercise, exercises.read(path), Path(answers), Path(scratch))
        todo = [submission for submission in found if again or not desk.done(submission)]
        rules = limits or sandbox.Limits(), not unsafe
        made = [Job(s, desk.files, Path(scratch, f"{n}.json"), *rules) for n, s in enumerate(todo)]
        ended = pool.pooled(work, made, jobs or cores(), SLOW * rules[0].total, PRELOAD)
        with contextlib.closing(ended):  # on Ctrl-C no worker is left, wherever it came
            for job, whole in tqdm(ended, total=len(made), unit="submission", disable=not made):
                desk.enter(job, whole)
        return desk.tell(before=len(found) - len(made))


def source_of(exercise, solutions):
    """The path of an exercise's source; ValueError names those there are."""
    path = solutions / exercise / f"{exercise}.ipynb"
    if not exercise or not path.exists():
        there = sorted(p.parent.name for p in solutions.glob("*/*.ipynb"))
        raise ValueError(f"EXERCISE is {exercise!r}, wanted one of {', '.join(there)}")
    return path


def cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@contextlib.contextmanager
def lock(root):
    """Only one grading at a time writes into a folder; ValueError names the other."""
    path = root / ".grading"
    root.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError, ValueError):
        if not psutil.pid_exists(int(path.read_text())):
            path.unlink()
    try:
        with path.open("x") as file:
            file.write(str(os.getpid()))
    except FileExistsError:
        told = f"{root} is in use by the grading with process number {path.read_text()}"
        raise ValueError(told) from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
