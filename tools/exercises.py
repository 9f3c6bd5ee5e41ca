"""make exercises: from every solution, the exercise that is handed out.

    python tools/exercises.py [NN_name …]

solutions/NN_name/NN_name.ipynb is checked against `exercise_rules`, then nbgrader's own converter takes out
solutions and hidden tests, locks cells and computes checksums, in a temporary folder and without a gradebook.
Run twice, the bytes are equal. A file in exercises/ that somebody has worked in is kept beside the new one.
"""

import contextlib
import hashlib
import io
import logging
import re
import sys
import tempfile
from pathlib import Path

import nbformat
import record
from exercise_rules import problems
from keeping import store

ROOT = Path(__file__).resolve().parent.parent
CODE_STUB = "raise NotImplementedError  # your lines, in place of this one"
TEXT_STUB = "*Your answer, in place of this line.*"
KEPT = ("deletable", "editable", "nbgrader", "tags")  # of a cell's metadata
OURS = "rnn_core"  # the notebook's metadata in which its checksum stands


def solutions():
    return sorted(ROOT.glob("solutions/*/*.ipynb"))


def exercise_of(path):
    """Where the exercise of a solution is stored."""
    return ROOT / "exercises" / path.parent.name / path.name


def generate(path):
    """The text of the exercise made from the solution at `path`; ValueError with all that is wrong."""
    nb = read(path)
    if found := problems(nb, path, ROOT):
        raise ValueError("\n".join(found))
    nb = released(nb, path.stem)
    record.normalise(nb, kept=KEPT)
    record.clear(nb)
    return sealed(nb)


def read(path):
    """The notebook as it is stored: nbformat would give a cell without an id a random one."""
    try:
        nb = nbformat.v4.reads(path.read_bytes().decode())
    except AttributeError as error:
        raise ValueError(f"the file is no notebook: it has no {error}") from None
    version = nb.get("nbformat"), nb.get("nbformat_minor")
    if version != (4, 5):
        raise ValueError(f"the notebook's format is {version}, wanted (4, 5), which has cell ids")
    return nb


def released(nb, name):
    """What nbgrader's generate_assignment makes of the notebook."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        source = root / "source" / name / f"{name}.ipynb"
        source.parent.mkdir(parents=True)
        source.write_bytes(record.written(nb).encode())
        config = settings(root, name)
        course = CourseDirectory(config=config)
        with nbgraders_log() as (log, told):
            try:
                GenerateAssignment(coursedir=course, config=config, log=log).start()
            except Exception as error:  # "see the traceback": the cause is in the log alone
                raise ValueError(f"nbgrader: {last_line(told.getvalue()) or error}") from error
        made = source.relative_to(root / "source")
        return nbformat.read(root / "release" / made, as_version=4)


def settings(root, name):
    """nbgrader's configuration: this one notebook, and no gradebook anywhere."""
    from traitlets.config import Config

    c = Config()
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.db_url = "sqlite://"
    c.CourseDirectory.assignment_id = name
    c.GenerateAssignment.no_database = True
    c.ClearSolutions.code_stub = {"python": CODE_STUB}
    c.ClearSolutions.text_stub = TEXT_STUB
    for unused in ("IncludeHeaderFooter", "InstantiateTests", "SaveCells"):
        c[unused].enabled = False
    return c


@contextlib.contextmanager
def nbgraders_log():
    """A log for nbgrader and what it writes there: its errors, which a terminal need not see twice."""
    log, told = logging.Logger("nbgrader", logging.ERROR), io.StringIO()
    log.addHandler(logging.StreamHandler(told))
    yield log, told


def last_line(text):
    """The exception of the last traceback in a log."""
    raised = [line for line in text.splitlines() if re.match(r"[\w.]+(Error|Exception)\b", line)]
    return raised[-1] if raised else ""


def sealed(nb):
    """The text of the file, with its own checksum in its metadata."""
    nb.metadata.pop(OURS, None)
    nb.metadata[OURS] = {"generated": checksum(nb)}
    nbformat.validate(nb)
    return record.written(nb)


def checksum(nb):
    return hashlib.sha256(record.written(nb).encode()).hexdigest()


def untouched(content):
    """Whether these bytes are an exercise as it was generated, by this or any earlier version."""
    try:
        nb = nbformat.v4.reads(content.decode())
        seal = nb.metadata.pop(OURS)["generated"]
        return checksum(nb) == seal
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError):
        return False


def write(path, text):
    """Store an exercise; what a student has written there is kept first. Says what happened."""
    return store(path, text.encode(), untouched)


def main(names):
    """Make the named exercises, or all; nothing is written unless all of them can be made."""
    known = {path.parent.name: path for path in solutions()}
    if unknown := sorted(set(names) - set(known)):
        sys.exit(f"There is no solution of {', '.join(unknown)}; there are {', '.join(known)}.")
    made, refused = {}, []
    for name in names or known:
        try:
            made[known[name]] = generate(known[name])
        except (ValueError, OSError, nbformat.ValidationError) as error:
            refused.append(f"{name}: no exercise made\n{error}")
    if refused:
        sys.exit("\n\n".join(refused))
    for path, text in made.items():
        print(f"{path.stem:28} {write(exercise_of(path), text)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
