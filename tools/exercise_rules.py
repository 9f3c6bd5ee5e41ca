"""What must hold of a solution before an exercise is made of it: each rule yields what is wrong, in words.

A solution's cells are of five kinds, told by their nbgrader metadata: an *answer* (code that the student
writes), a *check* (its asserts, with points), a *written* answer (prose, graded by hand), *given* (locked
code), and all others. Only what nbgrader and the students rely on is asked here; style has other tests.
"""

import ast
import difflib
import re

import record
import variants

RULES = {}
BEGIN_END = ("BEGIN", "END")
MARKERS = {
    "code": [f"### {end} {what}" for what in ("SOLUTION", "HIDDEN TESTS") for end in BEGIN_END],
    "markdown": [f"<!-- {end} SOLUTION -->" for end in BEGIN_END],
}
# kind of cell: (type, grade, solution, locked)
KINDS = {
    "answer": ("code", False, True, False),
    "check": ("code", True, False, True),
    "written": ("markdown", True, True, False),
    "given": ("code", False, False, True),
}
TAG = "raises-exception"
TASK = re.compile(r"^## Task (\d+) · .*\((\d+) points?\)$", re.MULTILINE)
ROW = re.compile(r"^\| *(\d+) *\|[^|]*\| *(\d+) *\|$", re.MULTILINE)


def rule(function):
    RULES[function.__name__] = function
    return function


def problems(nb, path, root):
    """Every sentence of every rule about the solution `nb`, which is stored at `path` in the course at `root`."""
    found = [f"{name}: {told}" for name in PLACES for told in PLACES[name](path, root)]
    return found + [f"{name}: {told}" for name, check in RULES.items() for told in check(nb)]


# Its place


def the_folder_the_file_and_the_lesson_have_one_name(path, root):
    """solutions/NN_name/NN_name.ipynb, and notebooks/NN_name.ipynb."""
    if path.stem != path.parent.name:
        yield f"{path.name} is in the folder {path.parent.name}, wanted {path.parent.name}.ipynb"
    if not (root / "notebooks" / path.name).exists():
        yield f"there is no lesson notebooks/{path.name}"


def the_folder_holds_nothing_else(path, root):
    """nbgrader would hand out every sibling."""
    for other in sorted(path.parent.iterdir()):
        if other != path and other.name != ".ipynb_checkpoints":
            yield f"{other.name} lies beside it, and nbgrader would hand it out"


PLACES = {
    function.__name__: function
    for function in (
        the_folder_the_file_and_the_lesson_have_one_name,
        the_folder_holds_nothing_else,
    )
}


# Cells


def graded(cell):
    return cell.metadata.get("nbgrader", {})


def kind(cell):
    """One of KINDS, "" for a cell without nbgrader metadata, None for metadata that make no sense."""
    meta = graded(cell)
    if not meta:
        return ""
    have = (cell.cell_type, *(meta.get(key) for key in ("grade", "solution", "locked")))
    return next((name for name, wanted in KINDS.items() if wanted == have), None)


def of_kind(nb, *kinds):
    return [cell for cell in nb.cells if kind(cell) in kinds]


def lines(cell):
    return cell.source.split("\n")


def region(cell, what):
    """The lines between the markers of `what`: "SOLUTION" or "HIDDEN TESTS"."""
    inside, found = False, []
    for line in lines(cell):
        if f"BEGIN {what}" in line:
            inside = True
        elif f"END {what}" in line:
            inside = False
        elif inside:
            found.append(line)
    return found


@rule
def every_cell_has_an_id_of_its_own(nb):
    ids = [cell.get("id") for cell in nb.cells]
    for n, name in enumerate(ids):
        if not name:
            yield f"cell {n + 1} has no id"
        elif ids.index(name) < n:
            yield f"{name} is there twice"


@rule
def every_grade_id_is_the_id_of_its_cell(nb):
    for cell in nb.cells:
        if graded(cell) and graded(cell).get("grade_id") != cell.get("id"):
            yield f"{cell.get('id')}: grade_id is {graded(cell).get('grade_id')!r}"


@rule
def nbgrader_metadata_are_of_a_known_kind(nb):
    for cell in nb.cells:
        meta, name = graded(cell), kind(cell)
        if name is None:
            yield f"{cell.id}: {dict(meta)} in a {cell.cell_type} cell, wanted one of {KINDS}"
        elif name:
            points = {"points"} if meta["grade"] else set()
            wanted = {"grade", "grade_id", "locked", "schema_version", "solution", "task"} | points
            if set(meta) != wanted or meta["schema_version"] != 3 or meta["task"]:
                yield f"{cell.id}: {dict(meta)}, wanted {sorted(wanted)}, version 3, no task"
            elif points and not (type(meta["points"]) is int and meta["points"] > 0):
                yield f"{cell.id}: points is {meta['points']!r}, wanted a whole number above 0"


@rule
def stubs_and_checks_let_run_all_go_on(nb):
    for cell in nb.cells:
        wanted = kind(cell) in ("answer", "check")
        if (TAG in cell.metadata.get("tags", [])) != wanted:
            yield f"{cell.id}: tag {TAG} {'missing' if wanted else 'without need'}"


@rule
def nothing_is_attached(nb):
    """An attachment of a removed region would stay in the file."""
    yield from (f"{cell.id} has an attachment" for cell in nb.cells if cell.get("attachments"))


@rule
def no_cell_failed_when_it_was_recorded(nb):
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error" or output.get("name") == "stderr":
                yield f"{cell.id}: {output.get('ename', 'stderr')}"


@rule
def code_can_be_read(nb):
    for cell in of_kind(nb, "answer", "check", "given", ""):
        if cell.cell_type == "code" and parsed(cell) is None:
            yield f"{cell.get('id')} is not Python"


def parsed(cell):
    try:
        return ast.parse(record.plain(cell.source))
    except SyntaxError:
        return None


def body(cell):
    """The cell's statements; none where they cannot be read, which has a rule of its own."""
    tree = parsed(cell)
    return tree.body if tree else []


def nodes(cell):
    return [node for statement in body(cell) for node in ast.walk(statement)]


@rule
def every_alternative_fits(nb):
    """What another class is given in place of what is published: see `variants`."""
    for name, alternatives in variants.choices(nb).items():
        for n, alternative in enumerate(alternatives, 1):
            try:
                variants.applied(nb, alternative)
            except (ValueError, TypeError, AttributeError) as error:
                yield f"{name}, alternative {n}: {error}"


# Markers


def resembles_a_marker(line):
    """Whether a line was perhaps meant as a marker: nbgrader passes over a misspelt one in silence."""
    if re.search(r"\b(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)\b", line):
        return True
    words = letters(line)
    comment = line.strip().startswith(("#", "<!--"))
    if not comment and not re.search(r"\b(BEGIN|END)\b", line):
        return False
    known = {letters(marker) for markers in MARKERS.values() for marker in markers}
    return any(difflib.SequenceMatcher(None, words, text).ratio() > 0.75 for text in known)


def letters(line):
    return re.sub(r"[^a-z ]", "", line.lower()).strip()


@rule
def markers_are_spelt_exactly(nb):
    for cell in nb.cells:
        known = MARKERS.get(cell.cell_type, [])
        for line in map(str.strip, lines(cell)):
            meant = resembles_a_marker(line) or (
                cell.cell_type == "code" and line.startswith("###")
            )
            if meant and line not in known:
                yield f"{cell.get('id')}: {line!r}, wanted one of {known}"


@rule
def markers_come_in_pairs(nb):
    for cell in nb.cells:
        open_one = None
        for line in lines(cell):
            found = re.search(r"\b(BEGIN|END) (SOLUTION|HIDDEN TESTS)\b", line)
            if not found or line.strip() not in MARKERS.get(cell.cell_type, []):
                continue
            wanted = "BEGIN" if open_one is None else "END"
            if found[1] != wanted or open_one not in (None, found[2]):
                yield f"{cell.get('id')}: {found[0]} after {'BEGIN ' + open_one if open_one else 'no BEGIN'}"
            open_one = found[2] if found[1] == "BEGIN" else None
        if open_one:
            yield f"{cell.get('id')}: BEGIN {open_one} without its END"


@rule
def markers_stand_where_they_are_taken_out(nb):
    """Solutions in every answer and nowhere else, hidden tests in every check and nowhere else."""
    for cell in nb.cells:
        for what, kinds in (("SOLUTION", ("answer", "written")), ("HIDDEN TESTS", ("check",))):
            has, wanted = f"BEGIN {what}" in cell.source, kind(cell) in kinds
            if has != wanted:
                yield f"{cell.get('id')}: {'no markers for' if wanted else 'markers of'} {what}"
            elif has and not "".join(region(cell, what)).strip():
                yield f"{cell.get('id')}: nothing between the markers of {what}"


# Tasks


@rule
def every_check_follows_its_answer(nb):
    """task, then task-check, and of every answer there is a check."""
    seen, open_answer = [], None
    for cell in of_kind(nb, "answer", "check"):
        if kind(cell) == "answer":
            seen.append(cell.id)
            if open_answer:
                yield f"{open_answer} has no check before {cell.id}"
            open_answer = cell.id
        elif cell.id != f"{open_answer}-check":
            yield f"{cell.id}: the answer before it is {open_answer}"
        else:
            open_answer = None
    if open_answer or not seen:
        yield f"{open_answer} has no check" if open_answer else "no cell is an answer"


@rule
def a_check_calls_no_other_answer(nb):
    """A wrong answer must cost its own points only: later checks lean on rnn_core."""
    made = {cell.id: defined(cell) for cell in of_kind(nb, "answer")}
    for cell in of_kind(nb, "check"):
        for task, names in made.items():
            if f"{task}-check" != cell.id and names & read(cell):
                yield f"{cell.id} uses {sorted(names & read(cell))} of {task}"


def defined(cell):
    return {n.name for n in body(cell) if isinstance(n, ast.FunctionDef | ast.ClassDef)}


def read(cell):
    return {n.id for n in nodes(cell) if isinstance(n, ast.Name)}


@rule
def a_check_does_not_end_with_a_value(nb):
    """nbgrader takes a number on the last line for partial credit; a print or an assert gives none."""
    for cell in of_kind(nb, "check"):
        last = [None, *body(cell)][-1]
        call = isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)
        printed = call and getattr(last.value.func, "id", "") == "print"
        if isinstance(last, ast.Expr) and not printed:
            yield f"{cell.id}: its last line is {ast.unparse(last)!r}"


@rule
def every_assert_says_what_to_look_at(nb):
    for cell in of_kind(nb, "check"):
        asserts = [n for n in nodes(cell) if isinstance(n, ast.Assert)]
        if not asserts:
            yield f"{cell.id} asserts nothing"
        yield from (f"{cell.id}: {ast.unparse(n)}" for n in asserts if n.msg is None)


@rule
def a_written_answer_has_a_rubric(nb):
    """In the part that is taken out: **Rubric**, then a list of which every item starts with its points."""
    for cell in of_kind(nb, "written"):
        text = "\n".join(region(cell, "SOLUTION"))
        points = [int(n) for n in re.findall(r"^\* (\d+) points?\b", text, re.MULTILINE)]
        if "**Rubric**" not in text or sum(points) != graded(cell).get("points"):
            yield f"{cell.id}: rubric gives {points}, the cell {graded(cell).get('points')}"


@rule
def the_first_cell_lists_tasks_points_and_minutes(nb):
    first = nb.cells[0].source if nb.cells else ""
    for words in ("**Points:**", "**Minutes:**", "**Needs:**", "| task | what | points |"):
        if words not in first:
            yield f"no {words}"


@rule
def the_points_agree(nb):
    """In the first cell's table, in its total, in the headings of the tasks, and in the cells."""
    first = nb.cells[0].source if nb.cells else ""
    listed = [(int(n), int(points)) for n, points in ROW.findall(first)]
    text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    headed = [(int(n), int(points)) for n, points in TASK.findall(text)]
    given = list(enumerate((graded(c).get("points") for c in of_kind(nb, "check", "written")), 1))
    total = re.search(r"\*\*Points:\*\* (\d+)", first)
    if not (listed == headed == given):
        yield f"(task, points) listed {listed}, in the headings {headed}, in the cells {given}"
    if not total or int(total[1]) != sum(points or 0 for _, points in given):
        yield f"the total is stated as {total and total[1]}, the cells have {given}"
