"""Lesson 10's explorer and map: the weights are those of the model's free run, letters stand where they belong."""

import numpy as np
import pytest
from drawing import faults, texts_of
from explorers import live
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from rnn_core import Additive, Dot, EncoderDecoder, softmax
from rnn_core.show import alignment, attention_map
from rnn_core.show.alignment import VISIBLE, letter
from rnn_core.tasks import dates, reversal
from rnn_core.tree import tree_map


def made(draw, score=Dot, size=3, joint="", seed=0, **replaced):
    """(explorer, model, batch) with an untrained model, of large weights so that it has preferences."""
    rng = np.random.default_rng(seed)
    batch = draw(rng)._replace(**replaced)
    n_y = len(batch.words) - 1
    model = EncoderDecoder.init(rng, len(batch.source_words), n_y + 1, 8, n_y, score=score)
    model = tree_map(lambda a: size * a, model)
    return alignment(model, batch, joint), model, batch


def free_run(model, batch, b, T):
    """(said, α (T, S)) of row b alone, cut to its own length, step by step."""
    end = len(batch.source) if batch.source_lengths is None else batch.source_lengths[b]
    source = batch.source[:end, b : b + 1]
    m, tape = model.encoder.forward(source)
    x, state, said, weights = batch.x[:1, b : b + 1], tape.state, [], []
    for _ in range(T):
        h, tape = model.decoder.forward(x, state)
        mixed, _ = model.attention.forward(h, m)
        e, _ = model.attention.score.forward(h, m)
        weights.append(softmax(e)[0, 0])
        x, state = model.readout.forward(mixed)[0].argmax(axis=-1), tape.state
        said.append(int(x[0, 0]))
    return said, np.array(weights)


def shown(explorer):
    """(source, output, beside the map) as read from the picture, without what is hidden."""
    moving = [a for a in explorer._moving if hasattr(a, "get_text")]
    rows = {}
    for text in moving:
        beside = text.get_ha() == "right"
        rows.setdefault("map" if beside else text.get_position()[1], []).append(text)
    above = sorted(key for key in rows if key != "map")  # the axis points down: output first
    output, source = (rows[key] for key in above)
    return [[t for t in row if t.get_text()] for row in (source, output, rows["map"])]


def frames(explorer):
    return [a for a in explorer._moving if isinstance(a, Rectangle)]


def lines(explorer):
    return [a for a in explorer._moving if hasattr(a, "get_xdata")]


@pytest.mark.parametrize(
    ("draw", "score"),
    [
        (lambda rng: dates(rng, 5), Dot),
        (lambda rng: dates(rng, 3), Additive),
        (lambda rng: reversal(rng, 15, 3, 7), Dot),
        (lambda rng: reversal(rng, 4, 1), Additive),
    ],
)
def test_letters_lines_and_map_are_those_of_the_free_run(draw, score):
    explorer, model, batch = made(draw, score)
    T, S = len(batch.x), len(batch.source)
    rows = min(12, batch.source.shape[1])
    assert [c["high"] for c in explorer.controls] == [rows, T]
    for b in range(rows):
        said, weights = free_run(model, batch, b, T)
        n = T if batch.lengths is None else batch.lengths[b]
        for t in {1, n, T}:
            summary = explorer.set(example=b + 1, t=t)
            k, alpha = min(t, n) - 1, weights[:n]
            source, output, beside = shown(explorer)
            assert "".join(x.get_text() for x in source) == batch.source_text(b, "").replace(
                " ", "␣"
            )
            words = [batch.words[i] for i in said[:n]]
            assert [x.get_text() for x in output] == [x.get_text() for x in beside] == words
            for texts, bold in ((source, alpha[k].argmax()), (output, k), (beside, k)):
                assert [x.get_weight() == "bold" for x in texts] == [
                    j == bold for j in range(len(texts))
                ]
            (image,) = [a for a in explorer._moving if isinstance(a, AxesImage)]
            drawn = np.ma.filled(image.get_array(), np.nan)
            assert drawn.shape == (T, S)
            np.testing.assert_allclose(
                drawn[:n, : len(source)], np.where(alpha < VISIBLE, np.nan, alpha), atol=1e-12
            )
            assert np.isnan(drawn[n:]).all()
            assert np.isnan(drawn[:, len(source) :]).all()
            wide = [line.get_linewidth() if line.get_visible() else 0 for line in lines(explorer)]
            order = np.argsort(alpha[k])
            assert (np.diff(np.array(wide)[order]) >= 0).all()
            assert all((w > 0) == (a >= VISIBLE) for w, a in zip(wide, alpha[k], strict=False))
            assert f"Output {k + 1} of {n}, ‘{words[k]}’".replace("-", "‑") in summary
            assert f"with weight {alpha[k].max():.2f}" in summary
            wrong = batch.target[k, b] != said[k]
            assert ("right would be" in summary) == wrong


def test_lines_and_frames_stand_at_what_was_chosen():
    explorer, _, batch = made(lambda rng: dates(rng, 5))
    for t in (1, 4, 10):
        explorer.set(example=2, t=t)
        source, output, beside = shown(explorer)
        around, row = frames(explorer)
        x, y = output[t - 1].get_position()
        assert around.get_x() + around.get_width() / 2 == pytest.approx(x)
        assert around.get_y() < y < around.get_y() + around.get_height()
        assert row.get_y() + row.get_height() / 2 == beside[t - 1].get_position()[1] == t - 1
        assert row.get_width() == len(source) == batch.source_lengths[1]
        for s, line in enumerate(lines(explorer)[: len(source)]):
            assert list(line.get_xdata()) == pytest.approx([x, source[s].get_position()[0]])


def test_beyond_the_end_of_an_output_the_last_one_is_shown():
    explorer, _, batch = made(lambda rng: reversal(rng, 9, 2, 6))
    b = int(np.argmin(batch.lengths))
    n = int(batch.lengths[b])
    at_end = explorer.set(example=b + 1, t=n), explorer.frame
    assert (explorer.set(example=b + 1, t=6), explorer.frame) == at_end
    assert f"Output {n} of {n}, " in at_end[0]


def test_a_single_letter_is_looked_at_alone():
    explorer, _, batch = made(lambda rng: reversal(rng, 2, 1))
    assert explorer.summary.endswith(
        f"looks at ‘{batch.source_text(0)}’ (position 1 of 1) with weight 1.00."
    )


def test_rows_without_lengths_are_whole():
    explorer, *_ = made(lambda rng: reversal(rng, 3, 4), source_lengths=None, lengths=None)
    source, output, _ = shown(explorer)
    assert (len(source), len(output)) == (4, 4)


@pytest.mark.parametrize(
    ("draw", "words", "joint"),
    [
        (lambda rng: dates(rng, 12), None, ""),
        (lambda rng: reversal(rng, 12, 30), None, ""),
        (lambda rng: reversal(rng, 12, 2, 8), "january of wonderful march eleven blue on or", " "),
        (lambda rng: reversal(rng, 12, 1), None, ""),
        (lambda rng: reversal(rng, 12, 3, 12), "a bb c dd e ff g hh", " "),
    ],
)
def test_text_is_neither_cropped_nor_on_other_text(draw, words, joint):
    named = {"source_words": words.split(), "words": (*words.split(), "^")} if words else {}
    explorer, _, batch = made(draw, joint=joint, **named)
    T = len(batch.x)
    for example in range(1, 13, 3):
        for t in {1, T // 2 + 1, T}:
            summary = explorer.set(example=example, t=t)
            assert faults(explorer._fig, explorer._moving) == []
            text = batch.source_text(example - 1, joint)
            assert summary.startswith(f"“{text}” → “")
    assert all(t.get_fontsize() >= 7 for t in texts_of(explorer._fig, explorer._moving))
    assert explorer.size[:2] == [1.5 * n for n in explorer.size[2:]]


def test_hyphens_are_no_minus_signs():
    summary = live("alignment").summary
    explorer, *_ = made(lambda rng: dates(rng, 12))
    said = [explorer.set(example=b, t=t) for b in range(1, 13) for t in (1, 5)]
    assert not any("-" in text for text in (*said, summary))
    assert any("‘‑’" in text for text in said)


def test_what_cannot_be_shown_is_refused_in_words():
    rng = np.random.default_rng(0)
    batch = dates(rng, 3)
    sizes = len(batch.source_words), len(batch.words), 4, len(batch.words) - 1
    deaf = EncoderDecoder.init(rng, *sizes)
    with pytest.raises(ValueError, match="model: got EncoderDecoder without attention, wanted"):
        alignment(deaf, batch)
    with pytest.raises(ValueError, match="model: got list without attention"):
        alignment([], batch)
    model = EncoderDecoder.init(rng, *sizes, score=Dot)
    with pytest.raises(ValueError, match="batch: got no source, wanted source, x, target"):
        alignment(model, batch._replace(source=None))
    for missing in ("words", "source_words"):
        with pytest.raises(ValueError, match="batch: got no words for its symbols"):
            alignment(model, batch._replace(**{missing: ()}))


def test_a_map_has_a_row_for_each_output_and_a_column_for_each_letter_read():
    weights = np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]])
    fig = attention_map(weights, ["a", " ", "b"], ["1", "-"], "A map")
    ax, bar = fig.axes
    np.testing.assert_array_equal(ax.images[0].get_array(), weights)
    assert ax.images[0].get_clim() == (0, 1)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["a", "␣", "b"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["1", "-"]
    assert ax.get_ylim() == (1.5, -0.5)  # the first output is on top
    assert ax.get_title("left") == "A map"
    assert "alpha" in bar.get_ylabel()
    assert faults(fig) == []
    assert letter("x") == "x"


@pytest.mark.parametrize(("T", "S", "word"), [(1, 1, "a"), (10, 18, "a"), (25, 12, "wonderful")])
def test_a_map_has_room_for_its_words(T, S, word):
    weights = np.random.default_rng(0).dirichlet(np.ones(S), size=T)
    fig = attention_map(weights, [word] * S, [word] * T, "What it looks at")
    assert faults(fig) == []
    assert fig.get_figheight() <= 6.1
    turned = {t.get_rotation() for t in fig.axes[0].get_xticklabels()}
    assert turned == {90.0 if word == "wonderful" else 0.0}


def test_a_map_with_other_words_is_refused():
    with pytest.raises(
        ValueError, match=r"weights: got shape \(2, 3\), wanted \(3, 2\): a row for"
    ):
        attention_map(np.ones((2, 3)), ["a", "b"], ["c", "d", "e"], "No map")
