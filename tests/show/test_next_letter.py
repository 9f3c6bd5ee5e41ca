"""What comes next: the bars are the model's own chances, the map its state, and whatever is typed does no harm."""

import numpy as np
import pytest
from drawing import faults
from explorers import writer
from matplotlib.image import AxesImage

from rnn_core import GRU, ManyToMany, Vocabulary
from rnn_core.models import CharModel
from rnn_core.show import next_letter
from rnn_core.show.letters import named, quoted, row, sign
from rnn_core.speaking import chances


def bars(explorer):
    """[(label, number beside it, width)] from the top, and the marks at temperature 1."""
    picture = [a for a in explorer._moving if hasattr(a, "get_width")]
    texts = [a for a in explorer._moving if hasattr(a, "get_text") and a.get_ha() != "center"]
    half = len(texts) // 2
    (marks,) = [a for a in explorer._moving if hasattr(a, "get_xdata")]
    pairs = zip(texts[:half], texts[half:], picture, strict=True)
    return [(a.get_text(), b.get_text(), bar.get_width()) for a, b, bar in pairs], marks.get_xdata()


def state(explorer):
    """(the map, the letters under its columns)."""
    (image,) = [a for a in explorer._moving if isinstance(a, AxesImage)]
    letters = [a.get_text() for a in explorer._moving if getattr(a, "get_ha", str)() == "center"]
    return np.ma.filled(image.get_array(), np.nan), [x for x in letters if x]


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize(("text", "temperature"), [("Joh", 1.0), ("", 0.3), ("Sarah B.", 2.0)])
def test_bars_and_map_are_those_of_the_model(layers, text, temperature):
    model = writer(layers=layers)
    explorer = next_letter(model)
    summary = explorer.set(prefix=text, temperature=temperature)
    ids = model.vocab.encode("\n" + text)
    logits, tape = model.forward(ids[:, None])
    p = chances(logits[-1, 0], temperature)
    order = np.argsort(-p, kind="stable")[:12]
    found, marks = bars(explorer)
    assert [label for label, *_ in found] == [named(model.vocab.symbols[k]) for k in order]
    np.testing.assert_allclose([width for *_, width in found], p[order])
    assert [number for _, number, _ in found] == [f"{x:.2f}" for x in p[order]]
    np.testing.assert_allclose(marks, model.next_probs(ids)[order])
    shown, letters = state(explorer)
    assert letters == ["⏎", *text.replace(" ", "␣")]
    np.testing.assert_allclose(shown[:, : len(letters)], tape[0].h[:, 0, :32].T)
    assert np.isnan(shown[:, len(letters) :]).all()
    assert f"temperature {temperature:.1f}" in summary
    assert f"ends with probability {p[0]:.2f}." in summary
    assert summary.startswith(f"After “{text}”" if text else "At the beginning of a line")


def test_of_a_long_text_the_last_twelve_letters_are_seen():
    model = writer()
    explorer = next_letter(model)
    text = ("JohannaSarah" * 4)[:40]
    explorer.set(prefix=text + "Michi")
    shown, letters = state(explorer)
    assert letters == list(text[-12:])
    h = model.forward(model.vocab.encode("\n" + text)[:, None])[1][0].h[:, 0]
    np.testing.assert_allclose(shown, h[-12:, :32].T)


def test_the_likeliest_is_the_same_at_every_temperature():
    explorer = next_letter(writer())
    seen = set()
    for temperature in np.arange(1, 21) / 10:
        explorer.set(temperature=temperature)
        seen.add(tuple(label for label, *_ in bars(explorer)[0]))
    assert len(seen) == 1


def test_what_the_model_does_not_know_is_left_out_and_said():
    explorer = next_letter(writer())
    plain = explorer.set(prefix="Sara")
    picture = explorer.frame
    said = explorer.set(prefix="SéaéÖr中a\x07")
    assert said == f"{plain} The model does not know “éÖ□” and has not read it."
    assert explorer.frame == picture
    assert explorer.values["prefix"] == "SéaéÖr中a"
    assert explorer.set(prefix="ÖÖ").startswith("At the beginning of a line")


def test_a_vocabulary_without_line_breaks_begins_with_nothing():
    explorer = next_letter(writer("Johanna"), "Joh")
    said = explorer.set(prefix="")
    found, _ = bars(explorer)
    assert said.startswith("Before anything was read, at temperature 1.0, the likeliest next")
    assert "ends" not in said
    assert [width for *_, width in found] == [0.2] * 5
    assert np.isnan(state(explorer)[0]).all()
    assert state(explorer)[1] == []


@pytest.mark.parametrize(
    ("text", "n_h"),
    [
        ("a", 1),
        ("\n", 3),
        ("ab\n", 8),
        ("שלום\nمرحبا\nпривет\nγειά", 33),
        ("中文名字\n日本語の名前\n한국어", 128),
        ("$x$ $y$\n\t\u0301\u200b\u00a0𝄞🙂_\\-{}^~&%#", 64),
        ("MWM@WMÆŒ\nWWWW", 9),
    ],
)
def test_every_script_is_drawn_without_a_warning_and_without_running_into_another(text, n_h):
    explorer = next_letter(writer(text, n_h, cell=GRU), "")
    for typed in ("", text.replace("\n", "")[:40], text[:1] * 40, "é$中🙂"):
        for temperature in (0.1, 1.0, 2.0):
            said = explorer.set(prefix=typed, temperature=temperature)
            assert said.endswith(".")
            assert faults(explorer._fig, explorer._moving) == []


def test_other_models_and_prefixes_are_refused_in_words():
    rng, model = np.random.default_rng(0), writer()
    many = ManyToMany.init(rng, 3, 4, 3)
    with pytest.raises(ValueError, match="model: got ManyToMany, wanted a CharModel"):
        next_letter(many)
    words = CharModel.init(rng, Vocabulary.from_words(["a", "horse", "runs"]), n_h=4)
    with pytest.raises(ValueError, match="model: got one of words, wanted one whose symbols are"):
        next_letter(words)
    with pytest.raises(ValueError, match="text: got 'Z' at position 0, wanted one of the"):
        next_letter(model, "Zoe")
    with pytest.raises(ValueError, match="text: got int, wanted a string"):
        next_letter(model, 3)
    for prefix in ("Jo\nh", "J" * 41):
        with pytest.raises(
            ValueError, match=r"prefix: got 'J.*', wanted one line of 40 characters"
        ):
            next_letter(model, prefix)


def test_the_title_is_the_picture_s_name():
    assert next_letter(writer(), title="Names").title == "Names"


# Letters


@pytest.mark.parametrize(
    ("symbol", "drawn", "label"),
    [
        ("a", "a", "a"),
        (" ", "␣", "␣"),
        ("\n", "⏎", "⏎ end"),
        ("\t", "⇥", "⇥"),
        ("中", "□", "U+4E2D"),
        ("\u200b", "□", "U+200B"),
        ("\u0301", "◌\u0301", "◌\u0301"),
        ("□", "□", "□"),
        ("א", "א", "א"),
    ],
)
def test_every_symbol_has_a_sign_and_a_label(symbol, drawn, label):
    assert (sign(symbol), named(symbol)) == (drawn, label)


def test_texts_are_quoted_so_that_they_stay_what_they_are():
    assert quoted("a-1_b") == "“a‑1_\u2060b”"
    assert row("a b\n中") == "a b⏎□"
