"""What one worker does with one submission: read it, frame it, run it, write down what came out."""

import json
from dataclasses import dataclass
from pathlib import Path

import nbformat
import record
from exercise_rules import kind, of_kind

from grading import intake, pool
from grading.frame import framed, opened, share
from grading.remarks import flag, listed
from grading.sandbox import Limits
from grading.suspicion import read, relied_on, seed_of, suspicions


@dataclass(frozen=True)
class Job:
    """One submission to be run; paths, so that nothing large goes from process to process."""

    submission: intake.Submission
    files: dict  # paths of "exercise" (as handed out), "source" (with all tests) and "controls"
    result: Path
    limits: Limits
    isolated: bool


def work(job):
    """Run a job and write its result: {"nb", "file", "remarks", "seed"} or {"why", …}."""
    from grading.run import NoKernel, run  # nbgrader's part is slow to import

    with pool.told_to(job.result.with_suffix(".log")):
        exercise, source = (
            nbformat.read(job.files[n], as_version=4) for n in ("exercise", "source")
        )
        controls = json.loads(job.files["controls"].read_text(encoding="utf-8"))
        result = {"remarks": [], "seed": None}
        try:
            path, cells, remarks = chosen(job.submission, exercise)
            nb, more = framed(cells, exercise, source)
            theirs = own_code(nb, exercise)
            remarks += [*more, *suspected(nb, theirs)]
            nb, more = run(nb, controls, job.limits, job.isolated)
            remarks += more
            note(nb, remarks)
            result |= {
                "nb": record.written(nb),
                "file": str(path),
                "seed": seed_of(c.source for c in nb.cells),
            }
            result["remarks"] = [remark.as_dict() for remark in dict.fromkeys(remarks)]
        except (ValueError, NoKernel) as error:
            result["why"] = str(error)
        job.result.write_text(json.dumps(result), encoding="utf-8")


def chosen(submission, exercise):
    """(path, cells, remarks): the submitted file that is this exercise; ValueError if none is."""
    if not submission.files:
        what = [f"a link, {name}" for name in submission.links] or [*submission.others]
        raise ValueError(
            f"there is no notebook, only {listed(what) if what else 'an empty folder'}"
        )
    read_, wrong = [], []
    for path in submission.files:
        try:
            cells = opened(intake.content(path))
            read_.append((share(cells, exercise), path, cells))
        except (ValueError, OSError) as error:
            wrong.append(f"{path.name}: {error}")
    if not read_:
        raise ValueError("; ".join(wrong))
    best = max(part for part, _, _ in read_)
    _, path, cells = next(found for found in read_ if found[0] == best)
    if best < 0.3:
        raise ValueError(
            f"{path.name} has {best:.0%} of the exercise's cells: is it this exercise?"
        )
    remarks = [flag(told) for told in wrong]
    if len(submission.files) > 1:
        remarks.append(flag(f"there are {len(submission.files)} notebooks; {path.name} was graded"))
    return path, cells, remarks


def own_code(nb, exercise):
    """The sources of a framed notebook that the student has written or changed."""
    before = {cell.id: cell.source for cell in exercise.cells}
    mine = [c for c in nb.cells if c.cell_type == "code" and kind(c) in ("answer", "")]
    return [c.source for c in mine if c.source != before.get(c.id)]


def suspected(nb, theirs):
    """Remarks on the code of a framed notebook that is the student's."""
    trees = {which: [read(c.source) for c in of_kind(nb, which)] for which in ("check", "given")}
    given = relied_on(trees["check"], trees["given"])
    return [remark for source in theirs for remark in suspicions(source, given)]


def note(nb, remarks):
    """Tell the student in a last cell what had to be mended before the notebook could be graded."""
    told = [remark.text for remark in remarks if not remark.flag]
    if told:
        text = "**Remarks of the grading**\n\n" + "\n".join(f"* {line}" for line in told)
        nb.cells.append(nbformat.v4.new_markdown_cell(text, id="grading-remarks"))
