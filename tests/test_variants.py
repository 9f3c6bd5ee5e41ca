"""tools/variants.py: which alternatives a solution holds, and the notebook that one of them makes."""

import copy

import pytest
import variants
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HALVES = {"98-text": [["two", "three"]], "98-half": [["x / 2", "x / 3"], ["half", "third"]]}


def notebook(**chosen):
    cells = [
        new_markdown_cell("Make two of one.", id="98-text"),
        new_code_cell("def half(x):\n    return x / 2", id="98-half"),
    ]
    return new_notebook(cells=cells, metadata={"rnn_core": {"variants": chosen}} if chosen else {})


def sources(nb):
    return [cell.source for cell in nb.cells]


def test_the_choices_are_those_in_the_metadata():
    assert variants.choices(notebook(part=[HALVES])) == {"part": [HALVES]}
    assert variants.choices(notebook()) == {}
    nb = notebook()
    nb.metadata.rnn_core = {"generated": "0"}
    assert variants.choices(nb) == {}


def test_an_alternative_changes_its_cells_in_a_new_notebook():
    nb = notebook(part=[HALVES])
    before = copy.deepcopy(nb)
    made = variants.applied(nb, HALVES)
    assert sources(made) == ["Make three of one.", "def third(x):\n    return x / 3"]
    assert nb == before
    assert made.metadata == nb.metadata


def test_what_is_chosen_may_be_read_from_the_file():
    nb = notebook(part=[HALVES])
    (alternative,) = variants.choices(nb)["part"]
    assert sources(variants.applied(nb, alternative)) == sources(variants.applied(nb, HALVES))


def test_alternatives_follow_one_another():
    nb = variants.applied(notebook(), HALVES)
    assert sources(variants.applied(nb, {"98-text": [["three", "four"]]}))[0] == "Make four of one."
    with pytest.raises(ValueError, match="'two' stands there 0 times"):
        variants.applied(nb, HALVES)


def test_nothing_is_changed_by_no_alternative():
    assert variants.applied(notebook(), {}) == notebook()


@pytest.mark.parametrize(
    ("alternative", "told"),
    [
        ({"98-half": [["x / 4", "x"]]}, r"^98-half: 'x / 4' stands there 0 times, wanted 1$"),
        ({"98-half": [["x", "y"]]}, r"^98-half: 'x' stands there 2 times, wanted 1$"),
        ({"98-half": [["", "y"]]}, r"^98-half: '' stands there \d+ times, wanted 1$"),
        (
            {"98-half": [["x / 2", "x / 3"], ["x / 2", "x / 4"]]},
            r"^98-half: 'x / 2' stands there 0 times, wanted 1$",
        ),
        ({"98-third": [["x", "y"]]}, r"^98-third: there is no such cell$"),
    ],
)
def test_a_text_that_is_not_there_once_is_refused(alternative, told):
    nb = notebook()
    with pytest.raises(ValueError, match=told):
        variants.applied(nb, alternative)
    assert nb == notebook()
