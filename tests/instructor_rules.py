"""What must hold of the instructor's guide, as rules: each yields what is wrong, in words.

A plan quotes a lesson in “these marks”, in a line that names what says it: a cell, or an explorer at some settings.
"""

import ast
import functools
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from notebook_rules import ROOT, said

GUIDE = ROOT / "instructors"
RULES = {}
SECTIONS = [
    "Afterwards a student can",
    "Plan",
    "Show",
    "Ask",
    "Misconceptions",
    "To the exercise",
]
LENGTHS = (50, 75)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]+)\)")
CELL = re.compile(r"`(\d\d-[a-z0-9-]+)`")
CALL = re.compile(r"`show\.(\w+)\(([^`]*)\)`")
QUOTE = re.compile(r"“([^”]*)”")
NUMBER = re.compile(r"(?<![\w./])\d+\.\d+(?![\w.]*/)")
HARD = {f"J{n}" for n in range(1, 7)}


@dataclass
class Plan:
    """A lesson plan: its name and its text."""

    name: str
    text: str

    @classmethod
    def read(cls, path):
        return cls(path.stem, path.read_text(encoding="utf-8"))

    def section(self, title):
        found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", self.text, re.MULTILINE | re.DOTALL)
        return found[1] if found else ""

    @property
    def rows(self):
        """(minutes of the short class, of the long one, the rest) of every row of the plan."""
        lines = [line for line in self.section("Plan").splitlines() if line.startswith("|")]
        return [[part.strip() for part in line.strip("|").split("|")] for line in lines[2:]]


def rule(function):
    RULES[function.__name__] = function
    return function


@functools.cache
def lesson(number):
    """{cell id: (source, all text of its outputs)} of a lesson, {} if there is none with this number."""
    found = sorted(ROOT.glob(f"notebooks/{number}_*.ipynb"))
    cells = nbformat.read(found[0], as_version=4).cells if found else []
    return {cell.id: (cell.source, said(cell) if "outputs" in cell else "") for cell in cells}


def plain(text):
    return " ".join(text.split())


@functools.cache
def explorer_says(number, name, arguments):
    """The sentence of an explorer at these settings; of one that needs a trained model, the stored one."""
    call = ast.parse(f"f({arguments})", mode="eval").body
    if call.args:
        stored = [told for source, told in lesson(number).values() if f"show.{name}(" in source]
        return "\n".join(stored)
    live = explorer(name)
    settings = {control["name"]: control["start"] for control in live.controls}
    return live.set(**settings | {k.arg: ast.literal_eval(k.value) for k in call.keywords})


@functools.cache
def explorer(name):
    from rnn_core import show

    return getattr(show, name)()


def sources(plan, line):
    """All texts that a line of a plan may quote."""
    number = plan.name[:2]
    told = [lesson(cell[:2]).get(cell, ("", ""))[1] for cell in CELL.findall(line)]
    return told + [explorer_says(number, *call) for call in CALL.findall(line)]


@rule
def every_section_is_there(plan):
    found = re.findall(r"^## (.+)$", plan.text, re.MULTILINE)
    if found != SECTIONS:
        yield f"sections {found}, wanted {SECTIONS}"


@rule
def it_fits_on_a_screen_and_a_half(plan):
    if plan.text.count("\n") > 75:
        yield f"{plan.text.count(chr(10))} lines, wanted 75 at most"


@rule
def the_title_is_the_lessons(plan):
    cells = lesson(plan.name[:2])
    if cells:
        title = cells[f"{plan.name[:2]}-title"][0].splitlines()[0].removeprefix("# ")
        if not plan.text.startswith(f"# {plan.name[:2]} · {title}\n"):
            yield f"the first line is not “# {plan.name[:2]} · {title}”"


@rule
def the_minutes_add_up(plan):
    for column, wanted in enumerate(LENGTHS):
        minutes = [int(row[column]) for row in plan.rows if row[column].isdigit()]
        if len(minutes) != len(plan.rows) or sum(minutes) != wanted:
            yield f"the minutes of the {wanted}-minute class add up to {sum(minutes)}"


@rule
def a_longer_class_gives_nothing_less_time(plan):
    for row in plan.rows:
        if int(row[0]) > int(row[1]):
            yield f"{row[2][:30]}: {row[0]} minutes of 50, {row[1]} of 75"


@rule
def every_row_says_where(plan):
    for row in plan.rows:
        if not re.search(r"`\d\d-|exercise|no cell", row[-1]):
            yield f"{row[2][:40]}: no cell is named"


@rule
def cells_that_are_named_exist(plan):
    for cell in CELL.findall(plan.text):
        if cell not in lesson(cell[:2]):
            yield f"`{cell}` is no cell of lesson {cell[:2]}"


@rule
def explorers_that_are_named_are_the_lessons(plan):
    code = "\n".join(source for source, _ in lesson(plan.name[:2]).values())
    for name in re.findall(r"`show\.(\w+)", plan.text):
        if f"show.{name}(" not in code:
            yield f"show.{name} is not in lesson {plan.name[:2]}"


@rule
def every_quotation_is_what_is_said(plan):
    for line in plan.text.splitlines():
        for words in QUOTE.findall(line):
            if not any(plain(words) in plain(told) for told in sources(plan, line)):
                yield f"“{words}” is said by nothing that its line names"


@rule
def every_fraction_is_in_the_lesson(plan):
    """A number with a decimal point, outside code and quotations, stands in the lesson or in what the plan shows."""
    shown = [text for cell in lesson(plan.name[:2]).values() for text in cell]
    shown += [told for line in plan.text.splitlines() for told in sources(plan, line)]
    for number in NUMBER.findall(re.sub(r"`[^`]*`|“[^”]*”|\]\([^)]*\)", "", plan.text)):
        if not any(re.search(rf"(?<![\d.]){re.escape(number)}(?!\d)", text) for text in shown):
            yield f"{number} is not in lesson {plan.name[:2]}"


@rule
def there_are_misconceptions_with_a_cure_each(plan):
    lines = [line for line in plan.section("Misconceptions").splitlines() if line.startswith("|")]
    if len(lines) < 6:
        yield "fewer than four misconceptions"
    for line in lines[2:]:
        cure = line.strip("|").split("|")[1]
        if not re.search(r"`|the explorer|exercise", cure):
            yield f"no cell and no explorer cures {line[:50]}"


def hard_things(plan):
    """The ids of the syllabus's hard things that a plan's misconceptions are marked with."""
    return set(re.findall(r"\((J\d)\)", plan.section("Misconceptions")))


def anchors(text):
    """The anchors of the headings of a Markdown page."""
    found = re.findall(r"^#{1,6} +(.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in found}


def broken_links(path, text):
    """Links of a page that lead to no file, or to no heading in it."""
    for link in LINK.findall(text):
        file, _, anchor = link.partition("#")
        goal = (path.parent / file).resolve() if file else path
        if not goal.exists():
            yield f"{link} leads to no file"
        elif anchor and anchor not in anchors(text if not file else Path(goal).read_text("utf-8")):
            yield f"{link}: no heading has this anchor"


def unknown_targets(text, makefile):
    """Commands `make …` of a page that the Makefile does not have."""
    known = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for target in re.findall(r"`make ([a-z-]+)", text):
        if target not in known:
            yield f"make {target}"
