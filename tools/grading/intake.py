"""A folder as a learning platform exports it → one submission for each student.

One folder or one file for each student, named as the platforms name them:

    Ada Lovelace_4711_assignsubmission_file_/03_bptt_by_hand.ipynb     Moodle
    lovelaceada_LATE_4711_98765_03_bptt_by_hand-2.ipynb                Canvas
    Exercise 3_ada_attempt_2026-11-20-23-01-02_03_bptt_by_hand.ipynb   Blackboard
    ada/03_bptt_by_hand/03_bptt_by_hand.ipynb                          nbgrader
    ada.ipynb, ada_03_bptt_by_hand.ipynb, ada/anything.ipynb           anybody

Nothing is opened here, links are not followed, and no name of a file is trusted. What is no notebook is
listed all the same, so that nobody who handed in something is lost.
"""

import contextlib
import hashlib
import os
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

LARGEST = 20_000_000  # bytes of a notebook; without outputs they have some 20,000
MOODLE = re.compile(r"(?P<student>.+)_assignsubmission_(file|onlinetext)_?")
CANVAS = re.compile(r"(?P<student>[^_]+(_LATE)?_\d+)_\d+_.+")
BLACKBOARD = re.compile(
    r".+?_(?P<student>[^_]+)_attempt_(?P<time>\d{4}(-\d\d){5})(?P<rest>_.+|\.\w+)"
)
SKIPPED = {"__MACOSX", ".ipynb_checkpoints", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Submission:
    """Files of one student, the latest first, as far as names and times tell."""

    student: str  # fit for the name of a folder
    files: tuple  # of Path, all of them notebooks by name
    others: tuple = ()  # names of what else was there
    links: tuple = ()  # names of links, which are not followed


def submissions(folder, exercise):
    """The submissions in a folder, by student; ValueError if the folder holds none."""
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f"FROM is {folder}, wanted a folder of submissions")
    found = {}
    for path in below(folder):
        if is_folder(path):
            name, inside = of_folder(path.name), walk(path)
        else:
            name, inside = of_file(path.stem, exercise), [path]
        found.setdefault(name, []).extend(inside)
    if not found:
        raise ValueError(f"FROM is {folder}, wanted a folder or an .ipynb file for each student")
    return [submission(student, found[name]) for student, name in sorted(named(found).items())]


def named(names):
    """{name fit for a folder: the name it stands for}: two who would have one name get something added."""
    clean = Counter(fit(name) for name in names)
    made = {}
    for name in names:
        plain = fit(name)
        if clean[plain] > 1 and plain != name:
            plain += "-" + hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:6]
        made[plain] = name
    return made


def below(folder):
    """What is in a folder, without what systems put there by themselves; nothing where it cannot be read."""
    with contextlib.suppress(OSError):
        paths = sorted(folder.iterdir())
        return [p for p in paths if p.name not in SKIPPED and not p.name.startswith(".")]
    return []


def walk(folder):
    """All files below a folder; links are listed and not followed."""
    found, folders = [], [folder]
    for place in folders:  # grows meanwhile, since folders may be nested very deeply
        for path in below(place):
            (folders if is_folder(path) else found).append(path)
    return found


def is_folder(path):
    return os.path.isdir(path) and not os.path.islink(path)


def submission(student, files):
    links = [path for path in files if os.path.islink(path)]
    plain = [path for path in files if path not in links]
    notebooks = [path for path in plain if path.suffix.lower() == ".ipynb" and os.path.isfile(path)]
    others = [path.name for path in plain if path not in notebooks]
    latest = sorted(notebooks, key=lambda path: (time_of(path), path.name), reverse=True)
    names = [path.name for path in links]
    return Submission(student, tuple(latest), tuple(others), tuple(names))


def of_folder(name):
    """The student whom a folder's name tells."""
    match = MOODLE.fullmatch(name)
    return unicodedata.normalize("NFC", match["student"] if match else name)


def of_file(stem, exercise):
    """The student whom a file's name tells, without the exercise's own name and a browser's (1)."""
    stem = unicodedata.normalize("NFC", stem)
    if match := BLACKBOARD.fullmatch(f"{stem}.ipynb"):
        return match["student"]
    if match := CANVAS.fullmatch(stem):
        return match["student"].replace("_LATE", "")
    rest = re.sub(rf"[\s_-]*{re.escape(exercise)}([\s_-]*\(?\d+\)?)?$", "", stem, flags=re.I)
    return rest or stem


def fit(name):
    """The name with nothing in it that a path, a pattern or a table could take for something else."""
    plain = re.sub(r"[^\w.@-]+", "_", name).strip("._-@")
    return plain[:80] or "nameless"


def time_of(path):
    """When it was handed in: an attempt's time in its name, or the file's own."""
    with contextlib.suppress(ValueError):  # a name like that with a day that there never was
        if match := BLACKBOARD.fullmatch(path.name):
            return datetime.strptime(match["time"], "%Y-%m-%d-%H-%M-%S").replace(tzinfo=UTC)
    changed = path.stat().st_mtime
    with contextlib.suppress(OSError, OverflowError, ValueError):  # a year that no calendar has
        return datetime.fromtimestamp(changed, UTC).replace(microsecond=0)
    return datetime.fromtimestamp(0, UTC)


def content(path):
    """The bytes of a submitted file; ValueError for what is no notebook by its size."""
    size = path.stat().st_size
    if not 0 < size <= LARGEST:
        raise ValueError(f"{path.name} has {size:,} bytes, wanted 1 to {LARGEST:,}")
    return path.read_bytes()
