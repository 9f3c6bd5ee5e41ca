"""The desk of one exercise: what was graded before, what comes in, and what is told in the end."""

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import record
from answers import Exercise

from grading import intake, report
from grading.course import Course, tasks
from grading.history import History, digest

MOST_CONTROLS = 4
# a page shows what a student wrote: no script of it may run, nothing be fetched or sent
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'"
META = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
# nbgrader's page draws tables without any room between their columns
STYLE = (
    "<style>.rendered_html td, .rendered_html th, table td, table th { padding: 0 1em 0 0 }</style>"
)


class Desk:
    """One exercise, its course in the folder `root`, and files for the workers in `scratch`."""

    def __init__(self, root, exercise, source, answers, scratch):
        self.course, self.exercise, self.source = Course(root), exercise, source
        released = self.course.assign(exercise, source)
        self.history = History(self.course.root, exercise)
        self.grader = digest(record.written(source).encode())
        controls = json.dumps(controls_of(exercise, source, answers))
        texts = {"exercise": record.written(released), "source": record.written(source)}
        self.files = {name: scratch / name for name in [*texts, "controls"]}
        for name, text in (texts | {"controls": controls}).items():
            self.files[name].write_text(text, encoding="utf-8")

    def done(self, submission):
        """Whether just these files of the student were graded last, by the same source."""
        last = self.history.last(submission.student)
        if not last or last["grader"] != self.grader or last["broken"]:
            return False
        return last["files"] == fingerprint(submission)

    def enter(self, job, whole):
        """Put what a worker found into gradebook, feedback and history; it never raises for one student."""
        student, result = job.submission.student, result_of(job, whole)
        content, when = graded_file(job, result)
        try:
            if "nb" in result:
                nb = nbformat.reads(result["nb"], as_version=4)
                self.course.grade(self.exercise, student, nb, when)
                self.hand_out(student, held=any(r["flag"] for r in result["remarks"]))
        except Exception as error:  # one submission must never stop the others
            result["why"] = f"{type(error).__name__}: {error}"
        entry = {
            "student": student,
            "submitted": when.isoformat(),
            "graded": datetime.now(UTC).isoformat(timespec="seconds"),
            "file": digest(content),
            "files": fingerprint(job.submission),
            "grader": self.grader,
            "broken": result.get("broken", False),
            "why": result.get("why"),
            "points": {} if "why" in result else self.points(student),
            "seed": result["seed"],
            "remarks": result["remarks"],
        }
        self.history.add(entry, content)

    def points(self, student):
        """{grade_id: points, None where nobody has read it yet}, also those given by hand since."""
        return {
            name: given for name, (given, _) in self.course.points(self.exercise, student).items()
        }

    def hand_out(self, student, held):
        """Write the student's feedback; into `held` instead while somebody has to look first."""
        path = self.course.feedback(self.exercise, student)
        page = path.read_text(encoding="utf-8")
        page = page.replace("<head>", f"<head>{META}", 1).replace("</head>", f"{STYLE}</head>", 1)
        path.write_text(page, encoding="utf-8")
        place = self.course.root / "held" / student / path.name
        place.unlink(missing_ok=True)
        if held:
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)

    def tell(self, before):
        """Write the table and the page; say in a few lines what there is to do. The table's path."""
        latest = {entry["student"]: entry for entry in self.history.records}
        entries = [latest[student] for student in sorted(latest)]
        for entry in entries:
            points = {} if entry["why"] else self.points(entry["student"])
            if points != entry["points"]:  # somebody has read a written answer since
                self.hand_out(entry["student"], held=any(r["flag"] for r in entry["remarks"]))
            entry["points"] = points
        rows = report.rows(entries, tasks(self.source))
        table = self.course.root / f"{self.exercise}.csv"
        report.write_csv(table, rows, tasks(self.source))
        report.write_page(table.with_suffix(".html"), self.exercise, rows, tasks(self.source))
        look = sum(row.look for row in rows)
        print(f"{len(rows)} students, {before} graded before, {look} for a person to look at.")
        print(f"{table}\n{table.with_suffix('.html')}")
        return table


def controls_of(exercise, source, answers):
    """{task: a few known wrong answers} of the exercise's adversarial set, as whole cells."""
    known = Exercise.of(exercise, source, answers)
    return {
        task: [known.source(task, answer) for answer in spread([*wrong.values()])]
        for task, wrong in known.wrong.items()
    }


def spread(answers):
    """A few of many, from first to last."""
    return answers[:: -(-len(answers) // MOST_CONTROLS)]


def fingerprint(submission):
    """What a submission consists of: while this is the same, nothing new was handed in."""
    parts = []
    for path in submission.files:
        with contextlib.suppress(OSError, ValueError):
            parts.append(digest(intake.content(path)))
    return digest(json.dumps([parts, submission.others, submission.links]).encode())


def result_of(job, whole):
    """What a worker wrote; if that is nothing, why, and the next grading tries it again."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads(job.result.read_text(encoding="utf-8"))
    why = "grading it gave no result" if whole else "grading it broke off"
    return {"why": f"{why} {tail(job)}".strip(), "broken": True, "remarks": [], "seed": None}


def tail(job):
    """The last of what a worker said."""
    with contextlib.suppress(OSError):
        return job.result.with_suffix(".log").read_text(errors="replace")[-300:]
    return ""


def graded_file(job, result):
    """(content, time) of the file that was graded, or would have been: nothing and now if there is none."""
    content, when = b"", datetime.now(UTC).replace(microsecond=0)
    for name in [result["file"]] if result.get("file") else job.submission.files[:1]:
        with contextlib.suppress(OSError, ValueError):
            when = intake.time_of(Path(name))
            content = intake.content(Path(name))
    return content, when
