"""Lessons and solutions as they are stored: what can be said of them without running them."""

import re

import nbformat
import notebook_rules
import pytest
import record
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebook_rules import EVERYWHERE, LESSONS, ROOT, WIDGET, Book, parameters, readme_problems

BOOKS = {
    path.relative_to(ROOT).as_posix(): Book.read(path)
    for path in sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("solutions/*/*.ipynb")])
}
RULES = EVERYWHERE | LESSONS


def wanted_of(name):
    return RULES if name.startswith("notebooks/") else EVERYWHERE


@pytest.mark.parametrize(
    ("name", "rule"), [(name, rule) for name in BOOKS for rule in wanted_of(name)]
)
def test_a_notebook_keeps(name, rule):
    assert list(RULES[rule](BOOKS[name])) == []


def test_there_are_lessons():
    assert any(name.startswith("notebooks/") for name in BOOKS)


def test_the_readme_lists_every_lesson_with_its_question_and_its_minutes():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    books = [book for name, book in BOOKS.items() if name.startswith("notebooks/")]
    assert list(readme_problems(readme, books)) == []


# Every rule can fail: a good lesson, and for each rule ways to spoil it.

TITLE = """# Is this a good lesson?

**You will be able to** tell a good lesson from a bad one.

**Minutes:** 5 · **Needs:** [lesson 00](00_start_here.ipynb) ·
**Runs in** about 1 second, in the browser edition about 3"""
HALF = """def half(x):
    return np.divide(x, 2)


show.compare(guess, half(1.0))"""
PNG = "iVBORw0KGgo="


def shown(kind, text, **data):
    count = {"execution_count": 1} if kind == "execute_result" else {}
    return new_output(kind, {"image/png": PNG, "text/plain": text, **data}, **count)


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def good(number="98"):
    """A lesson, at `number` in the folder of lessons, that keeps every rule."""
    parts = {
        "title": TITLE,
        "browser": (record.FETCHES,),
        "setup": ("import numpy as np\n\nfrom rnn_core import show",),
        "text": "## One half\n\nIt is $1/2$, or\n\n$$\\frac{1}{2}.$$",
        "table": "| half |\n|---|\n| "
        + " ".join(f"`{name}`" for name in sorted(parameters()))
        + " |",
        "guess": ("guess = None  # a number",),
        "compare": (HALF, printed("No guess yet. The answer: 0.500.\n")),
        "figure": (
            'show.still(half, "A half.")',
            shown("display_data", "figure: One half"),
            printed("A half.\n"),
        ),
        "explorer": ("show.neuron()", shown("execute_result", "One unit\nIt gives 0.762.")),
        "timing": ("half(2)", printed(record.TIMING)),
        "break": "## Break it\n\nTake a third.",
        "recap": "## Recap\n\n* Half of $x$ is `x / 2`.\n\n**Next:** nothing",
    }
    count = 0
    for name, part in parts.items():
        if isinstance(part, str):
            parts[name] = new_markdown_cell(part)
        else:
            code, *outputs = part
            count += 1
            parts[name] = new_code_cell(code, execution_count=count, outputs=outputs)
        parts[name].id = f"{number}-{name}"
    parts["browser"].metadata.tags = ["remove-cell"]
    parts["timing"].metadata.tags = ["nbval-ignore-output", "timing"]
    parts["explorer"].outputs[0].execution_count = parts["explorer"].execution_count
    nb = new_notebook(cells=list(parts.values()))
    record.normalise(nb)
    path = ROOT / "notebooks" / f"{number}_z.ipynb"
    return Book(path, nb, record.written(nb), frozenset({"ada"}))


def source(name, text):
    return lambda book: book.cell(name).update(source=text)


def swap(name, old, new):
    def spoil(book):
        cell = book.cell(name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return spoil


def output(name, *outputs):
    return lambda book: book.cell(name).update(outputs=list(outputs))


def retag(name, *tags):
    return lambda book: book.cell(name).update(metadata={"tags": list(tags)})


def rename(name, identifier):
    return lambda book: book.cell(name).update(id=identifier)


def drop(name):
    return lambda book: book.cells.remove(book.cell(name))


def lengthen(book):
    for cell in book.code[1:]:
        cell.source += "\nhalf(3)" * 6


def file(change):
    return lambda book: setattr(book, "text", change(book.text))


def metadata(book):
    book.nb.metadata.language_info.version = "3.11.7"
    book.text = record.written(book.nb)


def cell_metadata(book):
    book.cell("setup").metadata.execution = {"iopub.status.idle": "2026-01-01"}
    book.text = record.written(book.nb)


ERROR = new_output("error", ename="ValueError", evalue="no", traceback=["ValueError: no"])
PASTED = """def pasted(self, h):
    W_y = check.parameter("W_y", self.W_y, ("n_y", "n_h"))
    # another comment
    check.parameter("c", self.c, (len(W_y),), W_y.dtype, f" (W_y has n_y = {len(W_y)} rows)")
    n_h = W_y.shape[1]
    h = check.steps('h', h, n_h, W_y.dtype,
                    f" (W_y has n_h = {n_h} columns)")


pasted(0, 0)"""

BAD = [
    ("every_code_cell_was_run_in_order", lambda b: b.code[1].update(execution_count=None)),
    ("every_code_cell_was_run_in_order", lambda b: b.code[1].update(execution_count=3)),
    ("nothing_is_on_stderr", output("compare", printed("Warning\n", "stderr"))),
    ("no_traceback_is_stored", output("compare", ERROR)),
    ("no_traceback_is_stored", output("compare", printed("Traceback (most recent call last)\n"))),
    ("no_path_of_a_machine_is_told", output("compare", printed("in /home/ada/course\n"))),
    ("no_path_of_a_machine_is_told", output("compare", printed("'/root/x.py'\n"))),
    ("no_path_of_a_machine_is_told", output("compare", printed("/tmp/x\n"))),
    ("no_path_of_a_machine_is_told", output("compare", printed("file:/Users/ada\n"))),
    ("no_path_of_a_machine_is_told", output("compare", printed("C:\\Temp\n"))),
    ("no_path_of_a_machine_is_told", output("compare", printed(f"{ROOT}\n"))),
    ("no_path_of_a_machine_is_told", source("setup", 'open("/home/ada/x")')),
    ("no_path_of_a_machine_is_told", source("text", "Look into /Users/ada.")),
    ("no_path_of_a_machine_is_told", output("explorer", shown("execute_result", "/root/\nb"))),
    ("no_name_of_a_user_or_machine_is_told", output("compare", printed("by ada\n"))),
    ("no_address_in_memory_is_told", output("compare", printed("<f at 0x7f3a2b1c4d50>\n"))),
    (
        "no_widget_of_a_session_is_stored",
        output("explorer", shown("execute_result", "a\nb", **{WIDGET: {"model_id": "1"}})),
    ),
    ("the_file_is_as_the_recorder_writes_it", metadata),
    ("the_file_is_as_the_recorder_writes_it", cell_metadata),
    ("the_file_is_as_the_recorder_writes_it", file(lambda text: text + "\n")),
    ("the_file_is_as_the_recorder_writes_it", file(lambda text: text.replace("\n", "\r\n"))),
    ("every_cell_has_an_id_with_the_number_of_the_lesson", rename("setup", "97-setup")),
    ("every_cell_has_an_id_with_the_number_of_the_lesson", rename("setup", "b3e7a1c2")),
    ("every_cell_has_an_id_with_the_number_of_the_lesson", rename("setup", "98-guess")),
    ("only_timings_are_not_compared", retag("compare", "nbval-ignore-output")),
    ("only_timings_are_not_compared", retag("compare", "nbval-skip")),
    ("only_timings_are_not_compared", retag("timing", "timing")),
    ("only_timings_are_not_compared", output("timing", printed("0.0123 s\n"))),
    ("only_timings_are_not_compared", source("compare", "half(1)  # NBVAL_SKIP")),
    ("at_most_one_cell_is_a_timing", retag("compare", "nbval-ignore-output", "timing")),
    ("the_cell_under_the_title_fetches_what_the_browser_edition_needs", drop("browser")),
    (
        "the_cell_under_the_title_fetches_what_the_browser_edition_needs",
        swap("browser", "rnn_core[show]", "rnn_core"),
    ),
    (
        "the_cell_under_the_title_fetches_what_the_browser_edition_needs",
        rename("browser", "98-first"),
    ),
    (
        "the_cell_under_the_title_fetches_what_the_browser_edition_needs",
        output("browser", printed("Installed\n")),
    ),
    ("the_cell_under_the_title_fetches_what_the_browser_edition_needs", retag("browser")),
    ("nothing_needs_what_the_browser_edition_lacks", source("guess", "import threading")),
    (
        "nothing_needs_what_the_browser_edition_lacks",
        source("guess", "from concurrent.futures import Executor"),
    ),
    ("nothing_needs_what_the_browser_edition_lacks", source("guess", "!ls")),
    ("no_cell_is_empty", source("guess", "  \n")),
    ("no_cell_is_empty", source("text", "")),
    ("no_line_ends_with_a_semicolon", source("compare", "half(1); ")),
    ("no_line_of_code_is_longer_than_100", source("compare", "half(" + "1" * 95 + ")")),
    ("no_code_cell_is_longer_than_15_lines", source("compare", "half(1)\n\n" * 16)),
    ("half_of_the_code_cells_have_at_most_5_lines", lengthen),
    ("the_setup_is_at_most_6_lines_of_imports", source("setup", "import numpy as np\n" * 7)),
    ("the_setup_is_at_most_6_lines_of_imports", source("setup", "import numpy as np\nx = 1")),
    ("the_setup_is_at_most_6_lines_of_imports", source("setup", "x = 1")),
    ("the_setup_is_at_most_6_lines_of_imports", retag("setup", "hide")),
    ("what_is_defined_is_used", swap("compare", "def half", "def third")),
    ("what_is_defined_is_used", source("setup", "class Idle:\n    def f(self): Idle()")),
    ("what_is_imported_is_used", swap("setup", "import show", "import RNN, show")),
    ("what_is_imported_is_used", swap("setup", "numpy as np", "numpy as np, os.path")),
    ("no_function_is_pasted_from_the_core", source("compare", PASTED)),
    ("every_picture_has_words", output("figure", shown("display_data", "figure: a"))),
    ("every_picture_has_words", output("explorer", shown("execute_result", "one line"))),
    ("every_picture_has_words", output("explorer", shown("execute_result", "one\n "))),
    ("every_picture_has_words", output("explorer", shown("execute_result", "one\ntwo\nthree"))),
    ("every_figure_has_a_title", output("figure", shown("display_data", "figure: "))),
    ("every_figure_has_a_title", output("figure", shown("display_data", "<Figure with 1 Axes>"))),
    (
        "printed_numbers_have_at_most_6_significant_digits",
        output("compare", printed("-0.0012345670\n")),
    ),
    (
        "printed_numbers_have_at_most_6_significant_digits",
        output("explorer", shown("execute_result", "a\nx = 1.234567e-05")),
    ),
    ("prose_is_at_most_120_words_a_cell", source("text", "word " * 121)),
    ("prose_is_at_most_120_words_a_cell", source("text", "| word " * 81)),
    ("dollars_are_balanced", source("text", "It is $x.\n\nAnd $y it is.")),
    ("dollars_are_balanced", source("text", "$$x = 1$$\n\n$$y")),
    ("headings_go_down_by_one_level", source("break", "#### Break it")),
    ("headings_go_down_by_one_level", source("break", "# Break it")),
    ("headings_go_down_by_one_level", source("title", "## Is it?")),
    ("links_lead_to_files", source("text", "[here](no_such_lesson.ipynb)")),
    ("links_lead_to_files", source("text", "![here](../no_such_picture.png)")),
    ("the_title_is_a_question", swap("title", "lesson?", "lesson")),
    ("the_title_is_a_question", drop("title")),
    ("the_title_says_what_for_how_long_and_what_it_needs", swap("title", "You will be", "Be")),
    ("the_title_says_what_for_how_long_and_what_it_needs", swap("title", "**Minutes:**", "")),
    ("the_title_says_what_for_how_long_and_what_it_needs", swap("title", "**Needs:**", "")),
    ("the_title_says_what_for_how_long_and_what_it_needs", swap("title", "**Runs in**", "")),
    ("the_core_takes_at_most_50_minutes", swap("title", "** 5 ·", "** 51 ·")),
    ("the_core_takes_at_most_50_minutes", swap("title", "** 5 ·", "** few ·")),
    ("it_says_that_it_runs_in_at_most_30_seconds", swap("title", "1 second", "31 seconds")),
    ("it_says_how_long_it_runs_in_the_browser_edition", swap("title", "about 3", "about 121")),
    ("it_says_how_long_it_runs_in_the_browser_edition", swap("title", "about 3", "about 0")),
    ("it_says_how_long_it_runs_in_the_browser_edition", swap("title", "about 3", "soon")),
    ("it_has_a_recap", swap("recap", "Recap", "The end")),
    ("every_prediction_is_compared", drop("guess")),
    ("every_prediction_is_compared", swap("compare", "guess", "0")),
    ("every_prediction_is_compared", source("setup", "guess = None")),
    ("it_has_a_still_figure", drop("figure")),
    ("it_has_a_still_figure", output("figure", printed("A half.\n"))),
    ("it_has_an_explorer", output("explorer", printed("A half.\n"))),
    ("something_is_broken_on_purpose", swap("break", "Break it", "Go on")),
    ("it_says_what_is_next", swap("recap", "**Next:** nothing", "")),
]


@pytest.mark.parametrize("rule", RULES)
def test_a_good_lesson_keeps(rule):
    assert list(RULES[rule](good())) == []


@pytest.mark.parametrize(("rule", "spoil"), BAD)
def test_a_bad_lesson_is_caught_by(rule, spoil):
    book = good()
    spoil(book)
    assert list(RULES[rule](book)) != []


def test_lesson_00_must_name_all_parameters_and_link_to_the_lesson_after_it():
    book = good("00")
    assert list(LESSONS["the_notation_names_every_parameter"](book)) == []
    swap("table", "`W_h`", "W_h")(book)
    assert list(LESSONS["the_notation_names_every_parameter"](book)) == ["W_h"]
    assert list(LESSONS["it_says_what_is_next"](book)) != []
    swap("recap", "**Next:** nothing", "**Next:** [01](01_why_memory.ipynb)")(book)
    assert list(LESSONS["it_says_what_is_next"](book)) == []


def test_every_rule_is_shown_to_fail():
    assert {rule for rule, _ in BAD} | {"the_notation_names_every_parameter"} == set(RULES)


def test_the_parameters_are_found():
    assert notebook_rules.parameters() >= {"W_x", "W_h", "b", "W_y", "c"}


def test_words_of_the_lesson_may_be_names_of_users():
    book = good()
    book.names = frozenset({"half"})
    output("compare", printed("one half\n"))(book)
    assert list(EVERYWHERE["no_name_of_a_user_or_machine_is_told"](book)) == []


def test_an_expected_exception_may_be_stored():
    book = good()
    output("compare", ERROR)(book)
    retag("compare", "raises-exception")(book)
    assert list(EVERYWHERE["no_traceback_is_stored"](book)) == []


TABLE = """| lesson | question it answers | exercise | minutes |
|---|---|---|---|
| [98](notebooks/98_z.ipynb) | Is this a good lesson? | at its end | 5 |
"""


@pytest.mark.parametrize(
    ("pattern", "by", "told"),
    [
        ("good lesson", "bad lesson", "the question is"),
        (r"5 \|$", "6 |", "5 minutes, the table has 6"),
        ("exercise", "task", "no table"),
        (r"\| \[98.*\n", "", "has no row"),
        ("98_z", "97_gone", "not in the folder"),
        (r"(\| \[98.*\n)", r"\1\1", "two rows"),
    ],
)
def test_a_wrong_table_in_the_readme_is_caught(pattern, by, told):
    assert list(readme_problems(TABLE, [good()])) == []
    wrong = re.sub(pattern, by, TABLE, flags=re.MULTILINE)
    assert told in "\n".join(readme_problems(wrong, [good()]))


def test_the_good_lesson_is_a_valid_notebook():
    nbformat.validate(good().nb)
