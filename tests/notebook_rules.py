"""What must hold of every lesson and solution, as rules: each yields the places where it is broken."""

import ast
import copy
import functools
import getpass
import json
import platform
import re
import statistics
import sys
import tempfile
import typing
from dataclasses import dataclass
from pathlib import Path

import nbformat
import numpy as np
import record

import rnn_core

ROOT = Path(__file__).resolve().parent.parent
WIDGET = record.WIDGET
EVERYWHERE, LESSONS = {}, {}  # name → rule, for all notebooks and for lessons alone

PATHS = re.compile(
    r"file:///|(?<![\w./])/(home|root|Users|tmp|private|var|usr|opt|mnt|etc|work)\b|\b[A-Za-z]:\\\w"
)
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
FLOAT = re.compile(r"(?<![\w.])(\d+\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
NBVAL = re.compile(r"#\s*(NBVAL_|PYTEST_VALIDATE_)")


@dataclass
class Book:
    """A notebook, its place, the text of its file, and words that only its author's computer knows."""

    path: Path
    nb: nbformat.NotebookNode
    text: str
    names: frozenset = frozenset()

    @classmethod
    def read(cls, path):
        text = path.read_bytes().decode()
        return cls(path, nbformat.reads(text, as_version=4), text, names_of_this_machine())

    @property
    def number(self):
        return self.path.stem[:2]

    @property
    def cells(self):
        return self.nb.cells

    @property
    def code(self):
        return [cell for cell in self.nb.cells if cell.cell_type == "code"]

    @property
    def prose(self):
        return [cell for cell in self.nb.cells if cell.cell_type == "markdown"]

    @property
    def title(self):
        return self.cells[0].source.splitlines()[0].removeprefix("# ")

    @property
    def minutes(self):
        found = re.search(r"\*\*Minutes:\*\* (\d+)", self.cells[0].source)
        return int(found[1]) if found else None

    @property
    def seconds_in_a_page(self):
        found = re.search(r"seconds?, in the browser edition about (\d+)$", self.cells[0].source)
        return int(found[1]) if found else None

    def cell(self, name):
        return next(cell for cell in self.cells if cell.id == f"{self.number}-{name}")


def everywhere(rule):
    EVERYWHERE[rule.__name__] = rule
    return rule


def lessons(rule):
    LESSONS[rule.__name__] = rule
    return rule


@functools.cache
def names_of_this_machine():
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = Path.home().name
    return frozenset({user, platform.node(), platform.node().split(".")[0]} - {""})


def lines(cell):
    """The lines of a cell that are not blank."""
    return [line for line in cell.source.splitlines() if line.strip()]


def tags(cell):
    return cell.metadata.get("tags", [])


def stdout(cell):
    return "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout")


def said(cell):
    """All text of a cell's outputs, without pictures."""
    shown = [
        json.dumps({k: v for k, v in o.items() if k != "data"}, ensure_ascii=False)
        if o.output_type == "error"
        else o.get("text", "")
        for o in cell.outputs
    ]
    data = [o.data.items() for o in cell.outputs if "data" in o]
    shown += [str(v) for items in data for k, v in items if not k.startswith("image/")]
    return "\n".join(shown)


def pictures(cell):
    """(kind of output, its text) of every picture of a cell."""
    return [
        (o.output_type, o.data.get("text/plain", ""))
        for o in cell.outputs
        if "image/png" in o.get("data", {})
    ]


def without_code(source):
    return re.sub(r"```.*?```|`[^`\n]*`", "", source, flags=re.DOTALL)


def tree(cell):
    return ast.parse(record.plain(cell.source))


def loaded(node):
    """The names that a piece of code reads."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def headings(book):
    """(level, words) of every heading."""
    text = "\n\n".join(without_code(cell.source) for cell in book.prose)
    return [(len(m[1]), m[2]) for m in re.finditer(r"^(#{1,6}) +(.+)$", text, re.MULTILINE)]


# As it was recorded


@everywhere
def every_code_cell_was_run_in_order(book):
    for n, cell in enumerate(book.code, 1):
        if cell.execution_count != n:
            yield f"{cell.id}: count {cell.execution_count}, wanted {n}"


@everywhere
def nothing_is_on_stderr(book):
    for cell in book.code:
        if any(o.output_type == "stream" and o.name != "stdout" for o in cell.outputs):
            yield cell.id


@everywhere
def no_traceback_is_stored(book):
    for cell in book.code:
        failed = any(o.output_type == "error" for o in cell.outputs)
        if (failed and "raises-exception" not in tags(cell)) or "Traceback (most" in stdout(cell):
            yield cell.id


@everywhere
def no_path_of_a_machine_is_told(book):
    places = {str(ROOT), str(Path.home()), sys.prefix, tempfile.gettempdir()} - {"/"}
    for cell in book.cells:
        text = cell.source if cell.cell_type == "markdown" else cell.source + "\n" + said(cell)
        found = PATHS.search(text)
        if found or any(place in text for place in places):
            yield f"{cell.id}: {found[0] if found else 'a path of this machine'}"


@everywhere
def no_name_of_a_user_or_machine_is_told(book):
    ours = core_text() + "".join(cell.source for cell in book.cells)
    for name in book.names:
        word = re.compile(rf"\b{re.escape(name)}\b")
        if not word.search(ours):  # else it is a word of the lesson
            yield from (f"{cell.id}: {name}" for cell in book.code if word.search(said(cell)))


@everywhere
def no_address_in_memory_is_told(book):
    for cell in book.code:
        if found := ADDRESS.search(said(cell)):
            yield f"{cell.id}: {found[0]}"


@everywhere
def no_widget_of_a_session_is_stored(book):
    for cell in book.code:
        if any(WIDGET in o.get("data", {}) for o in cell.outputs):
            yield cell.id


@everywhere
def the_file_is_as_the_recorder_writes_it(book):
    nb = copy.deepcopy(book.nb)
    for cell in nb.cells:
        if cell.cell_type == "code":  # stderr has a rule of its own
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
    record.normalise(nb)
    if nb.metadata != book.nb.metadata:
        yield f"metadata: {dict(book.nb.metadata)}"
    for cell, wanted in zip(book.cells, nb.cells, strict=True):
        if cell.metadata != wanted.metadata:
            yield f"{cell.id}: metadata {dict(cell.metadata)}"
    if record.written(nb) != book.text:
        yield "the file differs from what the recorder would write"


@everywhere
def every_cell_has_an_id_with_the_number_of_the_lesson(book):
    ids = [cell.get("id", "") for cell in book.cells]
    for name in ids:
        if not re.fullmatch(rf"{book.number}-[a-z0-9]+(-[a-z0-9]+)*", name):
            yield f"{name!r}, wanted {book.number}-a-name"
        if ids.count(name) > 1:
            yield f"{name} is there twice"


@everywhere
def only_timings_are_not_compared(book):
    for cell in book.code:
        ignored = {tag for tag in tags(cell) if tag.startswith("nbval-")}
        wanted = {"nbval-ignore-output"} if "timing" in tags(cell) else set()
        if ignored != wanted or NBVAL.search(cell.source):
            yield f"{cell.id}: tags {tags(cell)}"
        if "timing" in tags(cell) and [o.get("text") for o in cell.outputs] != [record.TIMING]:
            yield f"{cell.id}: its output is not the recorder's sentence"


@lessons
def at_most_one_cell_is_a_timing(book):
    timed = [cell.id for cell in book.code if "timing" in tags(cell)]
    if len(timed) > 1:
        yield f"{timed}"


# Code


@everywhere
def the_cell_under_the_title_fetches_what_the_browser_edition_needs(book):
    """Word for word, so that it is the same everywhere and readers know it."""
    first = book.cells[1]
    if first.source != record.FETCHES or first.id != f"{book.number}-browser":
        yield f"{first.id}: wanted {book.number}-browser, with record.FETCHES"
    elif first.outputs or "remove-cell" not in tags(first):
        yield f"{first.id}: {len(first.outputs)} outputs, tags {tags(first)}"


@everywhere
def nothing_needs_what_the_browser_edition_lacks(book):
    """A page has one process with one thread."""
    lacking = {"concurrent", "ctypes", "multiprocessing", "socket", "subprocess", "threading"}
    for cell in book.code:
        for node in ast.walk(tree(cell)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            yield from (f"{cell.id}: {n}" for n in names if n.split(".")[0] in lacking)
        if re.search(r"^\s*!", cell.source, re.MULTILINE):
            yield f"{cell.id}: a command of the computer's own"


@everywhere
def no_cell_is_empty(book):
    for cell in book.cells:
        if not cell.source.strip():
            yield cell.id


@everywhere
def no_line_ends_with_a_semicolon(book):
    for cell in book.code:
        if any(line.rstrip().endswith(";") for line in lines(cell)):
            yield f"{cell.id}: nbval does not look at the output of such a cell"


@everywhere
def no_line_of_code_is_longer_than_100(book):
    for cell in book.code:
        for line in lines(cell):
            if len(line) > 100:
                yield f"{cell.id}: {len(line)} characters: {line.strip()[:40]} …"


@lessons
def no_code_cell_is_longer_than_15_lines(book):
    for cell in book.code:
        if len(lines(cell)) > 15:
            yield f"{cell.id}: {len(lines(cell))} lines"


@lessons
def half_of_the_code_cells_have_at_most_5_lines(book):
    median = statistics.median(len(lines(cell)) for cell in book.code)
    if median > 5:
        yield f"the median is {median} lines"


@lessons
def the_setup_is_at_most_6_lines_of_imports(book):
    imports = (ast.Import, ast.ImportFrom)
    later = [cell for cell in book.code if cell.source != record.FETCHES]
    setups = [c for c in later if any(isinstance(n, imports) for n in tree(c).body)]
    if not setups:
        yield "no cell imports anything"
        return
    setup = setups[0]
    if tags(setup) or len(lines(setup)) > 6:
        yield f"{setup.id}: {len(lines(setup))} lines, tags {tags(setup)}"
    if not all(isinstance(n, imports) for n in tree(setup).body):
        yield f"{setup.id}: more than imports"


@everywhere
def what_is_defined_is_used(book):
    for n, cell in enumerate(book.code):
        for node in tree(cell).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                here = [o for o in tree(cell).body if getattr(o, "name", "") != node.name]
                after = [tree(later) for later in book.code[n + 1 :]]
                if not any(node.name in loaded(place) for place in here + after):
                    yield f"{cell.id}: {node.name}"


@everywhere
def what_is_imported_is_used(book):
    used = set().union(*(loaded(tree(cell)) for cell in book.code))
    for cell in book.code:
        for node in ast.walk(tree(cell)):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = {(a.asname or a.name).split(".")[0] for a in node.names}
                yield from (f"{cell.id}: {name}" for name in sorted(names - used))


@everywhere
def no_function_is_pasted_from_the_core(book):
    for cell in book.code:
        for node in tree(cell).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                body = normal_lines(ast.Module(node.body, []))
                if runs_of_four(body) & core_runs():
                    yield f"{cell.id}: {node.name} has four lines of rnn_core; show it with inspect"


def normal_lines(module):
    """The lines of code in one spelling: no comments, no docstrings, no indentation."""
    module = copy.deepcopy(module)
    for node in ast.walk(module):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [n for n in body if not is_text(n)] or [ast.Pass()]
    return [line.strip() for line in ast.unparse(module).splitlines() if line.strip()]


def is_text(node):
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def runs_of_four(lines):
    return {tuple(lines[i : i + 4]) for i in range(len(lines) - 3)}


@functools.cache
def core_runs():
    files = Path(rnn_core.__file__).parent.rglob("*.py")
    return set().union(
        *(runs_of_four(normal_lines(ast.parse(f.read_text(encoding="utf-8")))) for f in files)
    )


@functools.cache
def core_text():
    files = sorted(Path(rnn_core.__file__).parent.rglob("*.py"))
    return "".join(f.read_text(encoding="utf-8") for f in files)


# Outputs


@everywhere
def every_picture_has_words(book):
    """A still figure has a sentence on stdout; an explorer two lines, its title and its summary."""
    for cell in book.code:
        for kind, text in pictures(cell):
            if kind == "display_data" and not stdout(cell).strip():
                yield f"{cell.id}: a figure without a sentence"
            told = [line for line in text.splitlines() if line.strip()]
            if kind == "execute_result" and (len(told) != 2 or len(text.splitlines()) != 2):
                yield f"{cell.id}: an explorer with {len(told)} lines of text, wanted 2"


@everywhere
def every_figure_has_a_title(book):
    for cell in book.code:
        for kind, text in pictures(cell):
            if kind == "display_data" and not re.fullmatch(r"figure: \S.*", text):
                yield f"{cell.id}: {text!r}"


@everywhere
def printed_numbers_have_at_most_6_significant_digits(book):
    for cell in book.code:
        for found in FLOAT.finditer(said(cell)):
            digits = found[1].replace(".", "").strip("0")
            if len(digits) > 6:
                yield f"{cell.id}: {found[0]}"


# Prose


@lessons
def prose_is_at_most_120_words_a_cell(book):
    """A cell that is a table, and perhaps a heading, may have 160."""
    for cell in book.prose:
        words = len(cell.source.split())
        most = 160 if all(line.strip()[0] in "|#" for line in lines(cell)) else 120
        if words > most:
            yield f"{cell.id}: {words} words, at most {most}"


@everywhere
def dollars_are_balanced(book):
    for cell in book.prose:
        parts = without_code(cell.source).replace(r"\$", "").split("$$")
        paragraphs = [p for part in parts[::2] for p in re.split(r"\n\s*\n", part)]
        if len(parts) % 2 == 0 or any(p.count("$") % 2 for p in paragraphs):
            yield cell.id


@everywhere
def headings_go_down_by_one_level(book):
    levels = [level for level, _ in headings(book)]
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"{levels.count(1)} titles, wanted one, at the start"
    for (level, _), (below, words) in zip(headings(book), headings(book)[1:], strict=False):
        if below > level + 1:
            yield f"“{words}”: level {below} under level {level}"


@everywhere
def links_lead_to_files(book):
    for cell in book.prose:
        for link in LINK.findall(without_code(cell.source)):
            if not (book.path.parent / link).exists():
                yield f"{cell.id}: {link}"


# The parts of a lesson


@lessons
def the_title_is_a_question(book):
    if book.cells[0].cell_type != "markdown" or not book.cells[0].source.startswith("# "):
        yield "the first cell is no title"
    elif not book.title.endswith("?"):
        yield f"{book.title}"


@lessons
def the_title_says_what_for_how_long_and_what_it_needs(book):
    for words in ("**You will be able to**", "**Minutes:**", "**Needs:**", "**Runs in**"):
        if words not in book.cells[0].source:
            yield f"{book.cells[0].id}: no {words}"


@lessons
def the_core_takes_at_most_50_minutes(book):
    if book.minutes is None or not 0 < book.minutes <= 50:
        yield f"{book.cells[0].id}: {book.minutes} minutes"


@lessons
def it_says_that_it_runs_in_at_most_30_seconds(book):
    found = re.search(r"\*\*Runs in\*\* about (\d+) seconds?\b", book.cells[0].source)
    if not found or int(found[1]) > 30:
        yield f"{book.cells[0].id}: {found and found[0]}"


@lessons
def it_says_how_long_it_runs_in_the_browser_edition(book):
    """In seconds, at most two minutes; `make test-wasm` measures it."""
    if not 0 < (book.seconds_in_a_page or 0) <= 120:
        yield f"{book.cells[0].id}: {book.seconds_in_a_page}"


@lessons
def it_has_a_recap(book):
    if (2, "Recap") not in headings(book):
        yield "no “## Recap”"


@lessons
def every_prediction_is_compared(book):
    """`guess = None` in one cell, `show.compare(guess, …)` in a later one, before the next guess."""
    open_guess, guesses = None, 0
    for cell in book.code:
        if re.search(r"^guess\b.*= *None\b", cell.source, re.MULTILINE):
            if open_guess:
                yield f"{open_guess}: never compared"
            open_guess, guesses = cell.id, guesses + 1
        elif re.search(r"show\.compare\(\s*guess\b", cell.source):
            open_guess = None
    if open_guess:
        yield f"{open_guess}: never compared"
    if not guesses:
        yield "nothing is predicted"


@lessons
def it_has_a_still_figure(book):
    drawn = [c for c in book.code if any(k == "display_data" for k, _ in pictures(c))]
    if book.number != "00" and not any("show.still(" in cell.source for cell in drawn):
        yield "no cell shows one with show.still"


@lessons
def it_has_an_explorer(book):
    if not any(k == "execute_result" for cell in book.code for k, _ in pictures(cell)):
        yield "no cell shows one"


@lessons
def something_is_broken_on_purpose(book):
    text = "\n".join(cell.source for cell in book.prose)
    if book.number != "00" and not re.search(r"^(#+ |\*\*)Break it\b", text, re.MULTILINE):
        yield "no “Break it”"


@lessons
def it_says_what_is_next(book):
    later = sorted(p.name for p in book.path.parent.glob("*.ipynb") if p.name > book.path.name)
    last = "\n".join(cell.source for cell in book.prose[-2:])
    told = re.search(r"^\*\*Next:\*\*.*$", last, re.MULTILINE)
    if not told or (later and f"]({later[0]})" not in told[0]):
        yield f"no “**Next:**”{f' with a link to {later[0]}' if later else ''} in the last cells"


@lessons
def the_notation_names_every_parameter(book):
    """Lesson 00 only: each field of each cell and readout stands as `code` in the first column of a table."""
    rows = [line for cell in book.prose for line in lines(cell) if line.startswith("|")]
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}
    if book.number == "00":
        yield from sorted(parameters() - named)


def parameters():
    public = [getattr(rnn_core, name) for name in rnn_core.__all__]
    cells = [thing for thing in public if hasattr(thing, "backward")]
    hints = [(f, typing.get_type_hints(c).get(f)) for c in cells for f in c._fields]
    return {f for f, kind in hints if kind is np.ndarray}


# The table in README


def readme_rows(readme):
    """The fields of every line of a table."""
    return [
        [field.strip() for field in line.strip().strip("|").split("|")]
        for line in readme.splitlines()
        if line.strip().startswith("|")
    ]


def readme_problems(readme, books):
    """Where README's table differs from the lessons: columns lesson, question it answers, exercise, minutes."""
    rows = readme_rows(readme)
    if not rows or rows[0] != ["lesson", "question it answers", "exercise", "minutes"]:
        yield "no table: lesson | question it answers | exercise | minutes"
        return
    linked = {}
    for row in rows[2:]:
        for link in re.findall(r"\]\(notebooks/([^)]+\.ipynb)\)", row[0]):
            if link in linked:
                yield f"{link} has two rows"
            linked[link] = row
    for book in books:
        row = linked.pop(book.path.name, None)
        if row is None:
            yield f"{book.path.name} has no row"
        elif row[1] != book.title:
            yield f"{book.path.name}: the question is “{book.title}”, the table has “{row[1]}”"
        elif row[3] != str(book.minutes):
            yield f"{book.path.name}: {book.minutes} minutes, the table has {row[3]}"
    yield from (f"{link} is in the table, not in the folder" for link in linked)
