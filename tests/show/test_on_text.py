"""A text with a number for each letter: every letter in its place, readable on its ground, and said in a sentence."""

import numpy as np
import pytest
from drawing import faults, texts_of
from matplotlib.colors import to_rgb
from test_style import contrast

from rnn_core import corpus
from rnn_core.show import on_text, style
from rnn_core.show.on_text import text_figure

STORY = corpus.story()


def letters(fig):
    """{(column, row): text} and the texts themselves."""
    found = {t.get_position(): t for t in fig.axes[0].texts}
    return {place: t.get_text() for place, t in found.items()}, found


def ground(fig, place):
    """The colour of the cell at (column, row) as it is drawn."""
    (image,) = fig.axes[0].images
    column, row = place
    return image.cmap(image.norm(image.get_array()))[row, column]


@pytest.mark.parametrize("n", [1, 2, 59, 60, 61, 400, 600])
@pytest.mark.parametrize("limits", [None, (0, 1), (-1, 1)])
def test_every_letter_stands_in_its_cell_and_can_be_read(n, limits):
    values = np.random.default_rng(n).uniform(-1.2, 1.2, n)
    fig = text_figure(STORY[:n], values, "A unit follows the words", limits, "state h of unit 3")
    shown, texts = letters(fig)
    order = sorted(shown, key=lambda place: place[::-1])
    signs = {" ": "␣", "\n": "⏎"}
    assert [shown[place] for place in order] == [signs.get(c, c) for c in STORY[:n]]
    assert max(column for column, _ in shown) == min(n, 60) - 1
    for place in order:
        ink, cell = texts[place].get_color(), ground(fig, place)
        least = 4.5 if shown[place] not in signs.values() else 2
        assert contrast(to_rgb(ink), tuple(cell[:3])) >= least
    assert faults(fig) == []
    assert all(t.get_fontsize() >= 8.5 for t in texts_of(fig))
    assert fig.axes[1].get_xlabel() == "state h of unit 3"
    assert fig.axes[0].get_title("left") == "A unit follows the words"


@pytest.mark.parametrize(
    ("values", "limits", "wanted", "extend"),
    [
        ([0.0, 0.5, 2.0], None, (0, 2), "neither"),
        ([-1.0, 0.5, 3.0], None, (-3, 3), "neither"),
        ([0, 0, 0], None, (0, 1), "neither"),
        ([np.nan] * 3, None, (0, 1), "neither"),
        ([0.0, 0.5, 2.0], (0, 1), (0, 1), "max"),
        ([-2.0, 0.5, 2.0], (-1, 1), (-1, 1), "both"),
        ([-2.0, np.nan, 1.0], (-1, 1), (-1, 1), "min"),
        ([True, False, True], None, (0, 1), "neither"),
    ],
)
def test_colours_reach_from_limit_to_limit(values, limits, wanted, extend):
    fig = text_figure("abc", values, "Amounts", limits)
    (image,) = fig.axes[0].images
    assert image.get_clim() == wanted
    shown = np.ma.filled(image.get_array().astype(float), np.nan).ravel()
    np.testing.assert_array_equal(shown[:3], np.asarray(values, float))
    assert np.isnan(shown[3:]).all()
    assert fig.axes[1].get_xlim() == pytest.approx(wanted)
    ticks = [t.get_text() for t in fig.axes[1].get_xticklabels()]
    assert ticks[0] == f"{wanted[0]:g}".replace("-", "−")
    assert fig.axes[1]._colorbar.extend == extend
    fig.canvas.draw()


def test_amounts_are_white_at_0_and_signed_numbers_too():
    for values in ([0.0, 1.0], [0.0, -1.0]):
        fig = text_figure("ab", values, "White")
        assert tuple(ground(fig, (0, 0))) == pytest.approx((1, 1, 1, 1), abs=0.01)
        assert contrast(tuple(ground(fig, (1, 0))[:3])) > 7


@pytest.mark.parametrize(
    "text", ["中文\n𝄞🙂", "$x$ $y_1^2\\", "שלום\tمرحبا", "e\u0301\u200b\u00a0\x07"]
)
def test_every_script_is_drawn_without_a_warning(text):
    fig = text_figure(text, np.arange(len(text)), "A text")
    fig.canvas.draw()
    assert len(letters(fig)[0]) == len(text)


def test_it_is_shown_with_its_sentence(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(style, "display", lambda data, **_: shown.append(data))
    assert on_text("Joh", [0, 1, 2], "Grows", "The last letter counts most.") is None
    assert capsys.readouterr().out == "The last letter counts most.\n"
    assert shown[0]["text/plain"] == "figure: Grows"
    assert shown[0]["image/png"].startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("text", "values", "limits", "message"),
    [
        ("", [], None, "text: got 0 letters, wanted a string of 1 … 600"),
        ("a" * 601, [0] * 601, None, "text: got 601 letters, wanted"),
        (["a"], [0], None, "text: got list, wanted a string"),
        ("ab", [1], None, r"values: got shape \(1,\) of int64, wanted \(2,\): a number for each"),
        ("ab", [[1, 2]], None, r"values: got shape \(1, 2\)"),
        ("ab", ["x", "y"], None, "values: got shape"),
        ("ab", [1, np.inf], None, "values: got infinity, wanted finite numbers"),
        ("ab", [1, 2], (1, 2), r"limits: got \(1, 2\), wanted \(0, b\) or \(−b, b\) with b > 0"),
        ("ab", [1, 2], (-1, 2), "limits: got"),
        ("ab", [1, 2], (0, 0), "limits: got"),
        ("ab", [1, 2], (0, np.inf), "limits: got"),
        ("ab", [1, 2], 3, "limits: got 3"),
        ("ab", [1, 2], ("a", "b"), "limits: got"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_words(text, values, limits, message):
    with pytest.raises(ValueError, match=message):
        text_figure(text, values, "No figure", limits)
