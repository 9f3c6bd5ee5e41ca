"""A text to type in a real browser: letter by letter the picture follows, and the keyboard stays with the reader."""

import lab
import pytest
from lesson import Lesson
from test_lessons import ACTIVE, differ

SOURCE = """import numpy as np

from rnn_core import CharModel, Vocabulary, show
from rnn_core.tree import tree_map

text = "Johanna\\nSarah\\nMichi\\n"
model = CharModel.init(np.random.default_rng(0), Vocabulary.from_text(text), n_h=40)
model = tree_map(lambda a: 4 * a, model)
===
show.next_letter(model)
===
show.temperature(model, known={"Sarah"})"""


@pytest.fixture(scope="module")
def notebook(browser, address, folder):
    """A notebook with the two explorers of a character model."""
    path = folder / "typing.ipynb"
    lab.write_notebook(path, SOURCE.split("\n===\n"))
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    yield Lesson(page, address, path)
    page.close()


@pytest.fixture
def explorer(notebook):
    """The explorer with a text to type, empty."""
    made = next(notebook.explorers())
    made.press(made.texts[0], "ControlOrMeta+a", "Delete")
    return made


def test_every_letter_changes_picture_and_words(explorer):
    (text,) = explorer.texts
    assert text.input_value() == ""
    assert explorer.told()[1].startswith("At the beginning of a line")
    for typed in ("S", "Sa", "Sar"):
        before = explorer.seen()
        assert explorer.press(text, typed[-1]) == typed
        assert differ(before, explorer.seen())
        alternative, summary = explorer.told()
        assert summary.startswith(f"After “{typed}”")
        assert alternative.endswith(summary)


def test_letters_in_the_middle_leave_the_caret_there(explorer):
    (text,) = explorer.texts
    explorer.press(text, "S", "r", "ArrowLeft", "a")
    assert explorer.press(text, "h") == "Sahr"
    assert text.evaluate("t => t.selectionStart") == 3
    assert explorer.told()[1].startswith("After “Sahr”")


def test_what_is_typed_fast_is_not_left_behind(explorer, notebook):
    (text,) = explorer.texts
    text.focus()
    notebook.page.keyboard.type("Johanna Sarah Michi " * 3)
    explorer.settle()
    assert text.input_value() == ("Johanna Sarah Michi " * 3)[:40]
    seen = explorer.seen()
    assert seen[2].startswith("After “JohannaSarahMichiJohannaSarahMichi”")
    assert "does not know “␣”" in seen[2]
    explorer.press(text, "Backspace")
    explorer.put(text, text.input_value() + " ")
    assert explorer.seen() == seen


def test_strange_letters_do_no_harm(explorer, notebook):
    (text,) = explorer.texts
    text.focus()
    notebook.page.keyboard.insert_text("S\N{MUSICAL SYMBOL G CLEF}é<b>$")
    explorer.settle()
    assert explorer.told()[1].startswith("After “S”")
    assert explorer.told()[1].endswith("does not know “□é<b>$” and has not read it.")


def test_the_keyboard_stays_with_the_text(explorer, notebook):
    (text,) = explorer.texts
    label = explorer.view.locator(f"label[for='{text.get_attribute('id')}']")
    assert label.text_content() == "begins with"
    before = notebook.page.evaluate(ACTIVE)
    for key in ("a", "b", "d", "d", "x", "Enter", "Escape", "ArrowDown", "ArrowUp", "Home", "End"):
        explorer.press(text, key)
        assert notebook.page.evaluate(ACTIVE) == before, key
    assert text.input_value() == "abddx"
    assert len(lab.code_cells(notebook.page)) == 3


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("width", [1280, 800])
def test_it_is_accessible_and_whole_in_any_theme_and_width(notebook, theme, width):
    assert notebook.cut_off(theme, width) == []


def test_nothing_complains(notebook):
    assert notebook.complaints == []
    assert notebook.abroad == []
