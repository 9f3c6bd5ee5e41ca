"""A student's cells in the frame of the exercise as it was handed out.

Whatever was deleted, doubled, edited or renamed, what is graded has the exercise's own cells in their order:
checks and locked cells from the source, with all their tests; answers, and what else may be written in,
from the student. Cells that the student added keep their place. What had to be mended is told.
"""

import ast
import copy
import json
import re
from urllib.parse import quote

import nbformat
from exercise_rules import graded, kind

from grading.remarks import Remark, flag

OPEN = (
    "answer",
    "written",
    "",
)  # kinds of cells that are the student's, if they are code or graded
PICTURES, BASE64 = ("image/png", "image/jpeg", "image/gif"), re.compile(r"[\w+/=\s]+", re.ASCII)
TYPES = ("code", "markdown", "raw")
MOST_CELLS, LONGEST = 400, 100_000  # cells of a notebook, characters of a cell


def opened(content):
    """The cells of a submitted file as [(type, names, source)]; ValueError for what cannot be read."""
    try:
        nb = json.loads(content.decode("utf-8-sig"))
        if nb.get("nbformat") != 4:
            nb = nbformat.reads(json.dumps(nb), as_version=4)
        cells = [cell_of(raw) for raw in nb["cells"]]
    except RecursionError:
        raise ValueError("the file is nested too deeply for a notebook") from None
    except Exception as error:  # whatever a damaged file can raise
        raise ValueError(f"the file is no notebook: {type(error).__name__}: {error}") from None
    if len(cells) > MOST_CELLS:
        raise ValueError(f"the notebook has {len(cells)} cells, wanted at most {MOST_CELLS}")
    if (longest := max((len(source) for _, _, source in cells), default=0)) > LONGEST:
        raise ValueError(f"a cell has {longest:,} characters, wanted at most {LONGEST:,}")
    return [
        (type_, names, pictured(source, raw) if type_ == "markdown" else source)
        for (type_, names, source), raw in zip(cells, nb["cells"], strict=True)
    ]


def cell_of(raw):
    source = raw.get("source") or ""
    source = source if isinstance(source, str) else "".join(source)
    settings = (raw.get("metadata") or {}).get("nbgrader", {})
    grade_id = settings.get("grade_id") if isinstance(settings, dict) else None
    type_ = raw["cell_type"] if raw["cell_type"] in TYPES else "strange"
    source = source.replace("\r\n", "\n")
    source = source.encode("utf-8", "replace").decode()  # half a character, which no file can hold
    return type_, (str(grade_id or ""), str(raw.get("id") or "")), source


def pictured(source, raw):
    """Prose that holds the pictures attached to its cell; nbconvert would refuse one that is not there."""
    attached = raw.get("attachments")
    for name, kinds in attached.items() if isinstance(attached, dict) else []:
        for mime in PICTURES:
            data = kinds.get(mime) if isinstance(kinds, dict) else None
            if isinstance(data, str) and BASE64.fullmatch(data):
                put = f"data:{mime};base64,{''.join(data.split())}"
                source = source.replace(f"attachment:{name}", put)
                source = source.replace(f"attachment:{quote(name)}", put)
    return source.replace("attachment:", "missing:")


def share(cells, exercise):
    """The share of the exercise's graded cells that are in the notebook: is it this exercise?"""
    wanted = {cell.id for cell in exercise.cells if graded(cell)}
    return len(wanted & {name for _, names, _ in cells for name in names}) / len(wanted)


def framed(cells, exercise, source):
    """(notebook, remarks): `cells` of the student in the frame of the `exercise` made from `source`."""
    known = {cell.id for cell in exercise.cells}
    remarks, used, made = [], {}, {}
    for cell, origin in zip(exercise.cells, source.cells, strict=True):
        new = copy.deepcopy(cell)
        mine = kind(cell) in OPEN and (cell.cell_type == "code" or graded(cell))
        if mine:
            new.source = taken(cell, cells, used, remarks)
        elif graded(cell):
            new.source = origin.source  # the checks with all their tests
            remarks += edited(cell, cells)
        made[cell.id] = new
    nb = nbformat.v4.new_notebook(metadata=exercise.metadata)
    nb.cells = [*merged(made, cells, used, known)]
    return nb, remarks


def places(name, cells):
    """Where the student has the cell `name`: by its grade_id, else by its id."""
    for which in (0, 1):
        if found := [n for n, (_, names, _) in enumerate(cells) if names[which] == name]:
            return found
    return []


def taken(cell, cells, used, remarks):
    """The student's text of a cell of the exercise; in `used` is noted where it was found."""
    found = places(cell.id, cells)
    written = [n for n in found if cells[n][2].strip() != cell.source.strip()]
    for n in found:
        used[n] = cell.id  # so that an untouched copy does not undo an answer
    if not found:
        return missed(cell, cells, used, remarks)
    if len({cells[n][2] for n in written}) > 1:
        remarks.append(flag(f"{cell.id} is there {len(found)} times; the last one was graded"))
    elif len(found) > 1:
        remarks.append(Remark(f"{cell.id} is there {len(found)} times"))
    last = [*found, *written][-1]
    if cells[last][0] != cell.cell_type and last in written:
        told = f"{cell.id} was made a {cells[last][0]} cell; it was graded as {cell.cell_type}"
        remarks.append(Remark(told))
    return cells[last][2]


def missed(cell, cells, used, remarks):
    """What to take for a cell that is not there: another one that defines the same, or nothing."""
    wanted = defined(cell.source)
    for n, (type_, _, source) in enumerate(cells):
        if n not in used and type_ == "code" and wanted and wanted <= defined(source):
            used[n] = cell.id
            told = f"{cell.id} was missing; a cell that defines {min(wanted)} was taken for it"
            remarks.append(flag(told) if graded(cell) else Remark(told))
            return source
    if graded(cell):
        remarks.append(flag(f"{cell.id} was deleted"))
        return ""
    remarks.append(Remark(f"{cell.id} was deleted; the original was run"))
    return cell.source


def defined(source):
    """The functions that a cell defines; where it defines none, the names to which it gives a value."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    given = [target for n in body if isinstance(n, ast.Assign) for target in n.targets]
    names = {target.id for target in given if isinstance(target, ast.Name)}
    return {n.name for n in body if isinstance(n, ast.FunctionDef)} or names


def edited(cell, cells):
    """Remarks on a locked cell that is not as it was handed out; the original is run in its place."""
    found = places(cell.id, cells)
    if not found:
        return [Remark(f"{cell.id} was deleted; the original was run")]
    same = all(cells[n][2].strip() == cell.source.strip() for n in found)
    return [] if same else [Remark(f"{cell.id} was edited; the original was run")]


def merged(made, cells, used, known):
    """The frame's cells in order, and after each what the student had written behind it."""
    behind, place = {}, None
    for n, (type_, names, source) in enumerate(cells):
        here = used.get(n) or next((name for name in names if name in known), None)
        if here:
            place = here
        elif source.strip():
            behind.setdefault(place, []).append((n, type_, source))
    for name in [None, *made]:
        if name:
            yield made[name]
        yield from (added(*cell) for cell in behind.get(name, []))


def added(n, type_, source):
    """A cell of the student's own."""
    new = nbformat.v4.new_code_cell if type_ == "code" else nbformat.v4.new_markdown_cell
    return new(
        source, id=f"added-{n}", metadata={"tags": ["raises-exception"]} if type_ == "code" else {}
    )
