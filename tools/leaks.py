"""Whether a file for students has something of a solution, a hidden test or a rubric.

A line that stands between the markers of a solution is secret, unless it stands in a public place, too: in the rest
of the solutions, in a cell of a lesson, in the code that students get. (`return False` is no secret.) In lessons and
code three lines on end of one solution are a leak; in all other files, the exercises above all, a single one.
"""

import json

import nbformat
import variants
from exercise_rules import region

SHORTEST = 8  # characters of a line that tells something
LONG = 30  # a line of this length is looked for inside longer lines, too
RUN = 3  # so many lines on end are no coincidence
MARKS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN", "END HIDDEN", "**Rubric**")
INSTRUCTORS = ("solutions/", "tests/", "instructors/", "variants/")
CODE = (".py", ".js")


def read(path):
    return nbformat.read(path, as_version=4)


def stripped(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def regions(nb):
    """(cell, lines) of all that is taken out of an exercise, and of what other classes are given in its place."""
    for cell in nb.cells:
        for what in ("SOLUTION", "HIDDEN TESTS"):
            yield cell.id, stripped("\n".join(region(cell, what)))
    for name, alternatives in variants.choices(nb).items():
        for alternative in alternatives:
            yield name, changed_lines(nb, alternative)


def changed_lines(nb, alternative):
    """The lines that an alternative has and the published exercise has not."""
    made = variants.applied(nb, alternative)
    pairs = zip(nb.cells, made.cells, strict=True)
    lines = [(stripped(after.source), before.source) for before, after in pairs]
    return [line for new, old in lines for line in new if line not in stripped(old)]


def told_openly(nb):
    """The lines of a solution that its exercise has, too."""
    for cell in nb.cells:
        inside = {*region(cell, "SOLUTION"), *region(cell, "HIDDEN TESTS")}
        yield from (line.strip() for line in cell.source.splitlines() if line not in inside)


def is_code(name):
    return name.startswith(("rnn_core/", "tools/")) and name.endswith(CODE)


def public_texts(files):
    """The lessons' cells and the code among {path: bytes}."""
    for name, content in files.items():
        if is_code(name):
            yield content.decode()
        elif name.startswith("notebooks/") and name.endswith(".ipynb"):
            yield from (cell.source for cell in nbformat.reads(content.decode(), 4).cells)


def secrets(solutions, files):
    """({line: its cell}, {run of lines: its cell}) of these solutions that no public place in `files` has."""
    public = {line for text in public_texts(files) for line in stripped(text)}
    public |= {line for nb in solutions for line in told_openly(nb)}
    single, runs = {}, {}
    for cell, lines in (found for nb in solutions for found in regions(nb)):
        single |= {n: cell for n in lines if len(n) >= SHORTEST and n not in public}
        starts = range(len(lines) - RUN + 1)
        runs |= {"\n".join(lines[i : i + RUN]): cell for i in starts}
    openly = ["\n".join(told_openly(nb)) for nb in solutions]
    runs = {run: cell for run, cell in runs.items() if not any(run in text for text in openly)}
    return single, runs


def texts(name, content):
    """Every text of a file: what reads as UTF-8 and, of JSON, all its strings, decoded."""
    text = content.decode(errors="ignore")
    yield text
    if name.endswith((".ipynb", ".json")):
        yield from strings(json.loads(text))


def strings(value):
    """All strings of decoded JSON, keys too; a list of strings also as one text, which it is in a notebook."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            yield "".join(value)
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from strings(item)


def leaks(files, solutions):
    """A sentence for everything in {path: bytes} that is not for students."""
    return found(files, *secrets(solutions, files))


def found(files, single, runs):
    long, told = [line for line in single if len(line) >= LONG], single | runs
    for name, content in sorted(files.items()):
        if name.startswith(INSTRUCTORS):
            yield f"{name} is for instructors"
        for text in dict.fromkeys([name, *texts(name, content)]):
            lines = stripped(text)
            whole, there = "\n".join(lines), set(lines)
            hits = {line for line in single if line in there} | {n for n in long if n in text}
            hits |= {run for run in runs if run in whole}
            yield from (f"{name} has a line of {told[hit]}: {hit}" for hit in sorted(hits))
            if not is_code(name):
                yield from (f"{name} has the words {mark}" for mark in MARKS if mark in text)
