"""What it writes at which temperature: the texts are those that the model generates, each known, new or cut off."""

import numpy as np
import pytest
from drawing import faults, texts_of
from explorers import writer

from rnn_core import GRU, ManyToMany, corpus
from rnn_core.show import temperature
from rnn_core.show.temperature import TEMPERATURES
from rnn_core.speaking import chances

NAMES = "Joa\nAnn\nNoa\nJon\nSam\n"


def written(explorer):
    """([texts], [marks]) from the top."""
    texts = [a for a in explorer._moving if hasattr(a, "get_text") and "k = " not in a.get_text()]
    rows = [a for a in texts if a.get_ha() == "left"]
    return [a.get_text() for a in rows], [a.get_text() for a in texts if a not in rows]


def curves(explorer):
    """The curve of all symbols, that of the k likeliest, the dot."""
    return [a.get_xydata() for a in explorer._moving if hasattr(a, "get_xydata")]


def entropy(p):
    """In bits, term by term."""
    return -sum(x * np.log2(x) for x in p if x > 0)


@pytest.mark.parametrize("prefix", ["", "Jo"])
@pytest.mark.parametrize(("heat", "k", "seed"), [(0.0, 9, 3), (0.7, 3, 0), (2.0, 9, 19)])
def test_the_texts_are_those_of_the_model(prefix, heat, k, seed):
    model = writer(NAMES, 6, 1)
    explorer = temperature(model, prefix, rows=5, n=4, known={"Joa"})
    said = explorer.set(temperature=heat, top_k=k, seed=seed)
    rng, start = np.random.default_rng(seed), f"\n{prefix}" if prefix else ""
    raw = model.generate(rng, 4, start, heat, k, rows=5)
    wanted = [text.removeprefix("\n") if prefix else text for text in raw]
    whole = [text.split("\n")[0] for text in wanted]
    ended = ["\n" in text for text in wanted]
    texts, marks = written(explorer)
    shown = [t if end else f"{t}…" for t, end in zip(whole, ended, strict=True)]
    assert texts == [text or "⏎" for text in shown]
    assert all(text.startswith(prefix) for text in texts)
    names = {True: "known", False: "new"}
    kinds = [names[t == "Joa"] if e else "cut off" for t, e in zip(whole, ended, strict=True)]
    assert marks == kinds
    assert ", ".join(f"“{text}”" for text in shown) in said
    for kind in set(kinds):
        assert f"{kinds.count(kind)} {kind}" in said
    assert explorer.set(seed=seed) == said


@pytest.mark.parametrize("k", [1, 4, 9])
def test_the_curve_is_the_entropy_of_the_next_letter(k):
    model = writer(NAMES, 6, 2)
    explorer = temperature(model, "Jo")
    said = explorer.set(top_k=k, temperature=0.4)
    logits = model.forward(model.vocab.encode("\nJo")[:, None])[0][-1, 0]
    whole, curve, dot = curves(explorer)
    for found, top_k in ((whole, 9), (curve, k)):
        wanted = [entropy(chances(logits, t, top_k)) for t in TEMPERATURES]
        np.testing.assert_allclose(found, np.column_stack([TEMPERATURES, wanted]), atol=1e-12)
    np.testing.assert_allclose(dot, [[0.4, curve[4, 1]]])
    assert said.endswith(f"Uncertainty of the letter after “Jo”: {curve[4, 1]:.2f} bits.")


def test_at_temperature_0_all_texts_and_all_seeds_are_alike():
    explorer = temperature(writer(NAMES, 6, 2))
    seen = []
    for seed in range(3):
        explorer.set(temperature=0.0, seed=seed)
        seen += written(explorer)[0]
    assert len(set(seen)) == 1


def test_without_known_texts_there_are_no_marks():
    explorer = temperature(writer(NAMES, 6, 2))
    assert set(written(explorer)[1]) == {""}
    assert "new" not in explorer.summary
    marked = temperature(writer(NAMES, 6, 2), known=[])
    assert "known" not in marked.summary
    assert "new" in marked.summary


def test_without_line_breaks_every_text_is_cut_off():
    explorer = temperature(writer("Johanna", 6, 2), n=6, known=corpus.names())
    texts, marks = written(explorer)
    assert {len(text) for text in texts} == {7}
    assert set(marks) == {"cut off"}
    assert "Of these 8 cut off." in explorer.summary


@pytest.mark.parametrize("prefix", ["", "M", "MWMWMWMWMWMWMWMWMWMWMWMW", "$M$ - $W$"])
@pytest.mark.parametrize(("rows", "n"), [(1, 1), (12, 24), (8, 16)])
def test_text_is_neither_cropped_nor_on_other_text(prefix, rows, n):
    explorer = temperature(writer("MW$ -M"), prefix, rows, n, known={"M"})
    for heat in (0.0, 1.0, 2.0):
        explorer.set(temperature=heat, seed=heat)
        assert faults(explorer._fig, explorer._moving) == []
    assert all(t.get_fontsize() >= 6.5 for t in texts_of(explorer._fig, explorer._moving))


@pytest.mark.parametrize(
    "text", ["a", "\n", "中文\n한국어", "שלום\nمرحبا", "$x$ $\t\u0301\u200b𝄞🙂_\n"]
)
def test_every_script_is_drawn_without_a_warning(text):
    explorer = temperature(writer(text, 8, cell=GRU), text[:1].strip(), known={"a"})
    for corner in explorer.corners():
        assert explorer.set(**corner).endswith(" bits.")
        assert faults(explorer._fig, explorer._moving) == []


def test_other_models_and_numbers_are_refused_in_words():
    model = writer(NAMES, 6)
    many = ManyToMany.init(np.random.default_rng(0), 3, 4, 3)
    with pytest.raises(ValueError, match="model: got ManyToMany, wanted a CharModel"):
        temperature(many)
    with pytest.raises(ValueError, match="text: got 'Z' at position 0, wanted one of the 9"):
        temperature(model, "Zoe")
    with pytest.raises(ValueError, match=r"prefix: got '.*', wanted one line of 24 characters"):
        temperature(model, "J" * 25)
    for name, value, most in (("rows", 13, 12), ("n", 25, 24)):
        with pytest.raises(
            ValueError, match=f"{name}: got {value}, wanted a whole number of 1 … {most}"
        ):
            temperature(model, **{name: value})
        with pytest.raises(ValueError, match=f"{name}: got 0, wanted a whole number of 1"):
            temperature(model, **{name: 0})
    with pytest.raises(ValueError, match="known: got one string, wanted a set of texts"):
        temperature(model, known="Joa")
