"""The model of a text: what it is made of, the chances it gives, and that it says what it gives chances to."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import close
from text_models import KINDS, VOCAB, V, made, text

from rnn_core import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    CharModel,
    Readout,
    Stacked,
    Vocabulary,
    cross_entropy,
    gradcheck,
    models,
    softmax,
)
from rnn_core.tasks import Batch
from rnn_core.tree import leaves, tree_map

same = np.testing.assert_array_equal
ALL = pytest.mark.parametrize("kind", KINDS)
LETTERS = Vocabulary.from_text("abcd")
WORDS = Vocabulary.from_words(["the", "cat", "sat", "Ärger"])
some = st.sampled_from(list(KINDS))


def logits_after(model, ids):
    """The scores after each symbol, of one reading from the beginning."""
    return model.forward(np.array(ids)[:, None])[0][:, 0]


# What it is made of


@ALL
def test_forward_is_the_cell_and_a_readout_of_each_step(kind):
    model, x = made(kind, size=0.7), np.random.default_rng(1).integers(0, V, (5, 3))
    before = model.forward(x)[1][0].state
    for state, lengths in ((None, None), (before, None), (None, [5, 1, 3])):
        y, tape = model.forward(x, lengths, state)
        h, wanted = model.cell.forward(x, state, lengths)
        close(y, np.einsum("tbh,sh->tbs", h, model.readout.W_y) + model.readout.c)
        for (_, a), (_, b) in zip(leaves(tape[0].state), leaves(wanted.state), strict=True):
            same(a, b)


@ALL
def test_gradients_agree_with_central_differences(kind):
    rng = np.random.default_rng(2)
    model = made(kind, size=0.7, n_h=3)
    batch = Batch(rng.integers(0, V, (4, 3)), rng.integers(0, V, (4, 3)), np.array([4, 1, 3]))
    L, grads = model.loss(batch)
    assert cross_entropy(model.forward(batch.x)[0], batch.target, batch.lengths)[0] == L
    assert type(grads) is CharModel
    assert grads.vocab is model.vocab
    for name, g in leaves(grads):
        assert np.linalg.norm(g) > 1e-6, name
    assert gradcheck(lambda m: m.loss(batch)[0], model, grads) < 1e-7


def test_without_being_told_it_is_an_lstm_of_width_128():
    model = CharModel.init(np.random.default_rng(0), VOCAB)
    assert type(model.cell) is LSTM
    assert (model.cell.n_x, model.cell.width, model.readout.W_y.shape) == (V, 128, (V, 128))
    assert model.vocab is VOCAB


@pytest.mark.parametrize("layers", [2, 3])
@pytest.mark.parametrize("cell", [RNN, GRU, LSTM])
def test_layers_are_cells_of_one_kind_one_above_the_other(cell, layers):
    model = CharModel.init(np.random.default_rng(0), VOCAB, cell, 3, layers)
    assert type(model.cell) is Stacked
    assert [type(c) for c in model.cell.cells] == [cell] * layers
    assert [c.n_x for c in model.cell.cells] == [V, 3, 3][:layers]
    assert model.forward(np.zeros((2, 1), int))[0].shape == (2, 1, V)
    assert type(CharModel.init(np.random.default_rng(0), VOCAB, cell, 3, layers=1).cell) is cell


@ALL
def test_a_seed_fixes_the_weights(kind):
    a, b, c = (made(kind, seed) for seed in (1, 1, 2))
    assert all((p == q).all() for (_, p), (_, q) in zip(leaves(a), leaves(b), strict=True))
    assert any((p != q).any() for (_, p), (_, q) in zip(leaves(a), leaves(c), strict=True))


@ALL
def test_float32_stays_float32(kind):
    model = made(kind, dtype=np.float32)
    assert {a.dtype for _, a in leaves(model)} == {np.dtype(np.float32)}
    y, tape = model.forward(np.zeros((3, 2), int))
    _, grads = model.loss(Batch(np.zeros((3, 2), int), np.ones((3, 2), int)))
    assert {a.dtype for _, a in leaves(grads)} == {y.dtype} == {np.dtype(np.float32)}
    wide = tree_map(lambda a: a.astype(np.float64), model)
    close(y, wide.forward(np.zeros((3, 2), int))[0], 1e-5)
    close(model.log_prob(text(20)), wide.log_prob(text(20)), 1e-5)
    assert model.log_prob(text(20)).dtype == np.float64  # means of many would lose digits
    assert len(model.generate(np.random.default_rng(0), 5)) == 5
    assert tape[0].h.dtype == np.float32


@pytest.mark.parametrize("layers", [1, 2])
def test_a_cell_that_reads_ahead_is_refused(layers):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"^cell: got Bidirectional, wanted a cell that does not"):
        CharModel.init(rng, VOCAB, Bidirectional, 2, layers)
    ahead = Bidirectional.init(rng, V, 2)
    ahead = ahead if layers == 1 else Stacked((RNN.init(rng, V, V), ahead))
    model = CharModel(ahead, Readout.init(rng, 4, V), VOCAB)
    for call in (
        lambda: model.forward([[0], [1]]),
        lambda: model.log_prob([0, 1]),
        lambda: model.next_probs([0, 1]),
        lambda: model.generate(rng, 3, "ab"),
    ):
        with pytest.raises(ValueError, match=r"^cell: got Bidirectional"):
            call()


# The chances it gives


def by_steps(model, ids):
    """log P of every symbol, symbol by symbol and number by number."""
    found, state = [-math.log(len(model.vocab))], None
    for now, then in itertools.pairwise(ids):
        y, tape = model.forward(np.array([[now]]), state=state)
        state = tape[0].state
        top = max(y[0, 0])
        found.append(y[0, 0, then] - top - math.log(sum(math.exp(z - top) for z in y[0, 0])))
    return np.array(found)


@given(some, st.integers(0, 99), st.integers(1, 12))
def test_log_prob_is_that_of_reading_step_by_step(kind, seed, n):
    model, ids = made(kind, seed, size=1.0), np.random.default_rng(seed).integers(0, V, n)
    close(model.log_prob(ids), by_steps(model, ids))


@ALL
def test_log_prob_is_the_same_in_pieces_of_any_length(kind, monkeypatch):
    model, ids = made(kind, size=1.0), text(23)
    whole = model.log_prob(ids)
    for piece in (1, 2, 7, 21, 22, 23):
        monkeypatch.setattr(models, "PIECE", piece)
        close(model.log_prob(ids), whole, 1e-12)


def test_a_long_text_is_read_in_pieces(monkeypatch):
    model, steps, forward = made("RNN"), [], CharModel.forward
    spy = lambda self, x, *rest, **given: steps.append(len(x)) or forward(self, x, *rest, **given)
    monkeypatch.setattr(CharModel, "forward", spy)
    model.log_prob(text(2500))
    assert steps == [1024, 1024, 451]


@ALL
def test_the_chances_of_all_texts_of_three_symbols_add_up_to_1(kind):
    model = made(kind, size=1.0)
    p = [model.log_prob(ids).sum() for ids in itertools.product(range(V), repeat=3)]
    close(np.exp(p).sum(), 1.0)
    for s, t in itertools.product(range(V), repeat=2):
        close(sum(np.exp(model.log_prob([s, t, u])[-1]) for u in range(V)), 1.0)


@ALL
def test_log_prob_is_finite_where_chances_are_too_small_to_be_floats(kind):
    model = made(kind, size=1.0)
    model = model._replace(readout=tree_map(lambda a: a * 1e4, model.readout))
    found = model.log_prob(text(40))
    assert np.isfinite(found).all()
    assert found.min() < -1e3
    assert (softmax(logits_after(model, text(40))) == 0).any()


@given(some, st.integers(0, 99), st.integers(1, 8))
def test_next_probs_are_the_last_step_of_log_prob(kind, seed, n):
    model, ids = made(kind, seed, size=1.0), np.random.default_rng(seed).integers(0, V, n)
    p = model.next_probs(ids)
    assert p.shape == (V,)
    close(np.log(p), [model.log_prob([*ids, s])[-1] for s in range(V)])


def test_before_anything_was_read_all_symbols_are_alike():
    model = made("GRU", size=1.0)
    for nothing in ((), [], np.zeros(0, int)):
        same(model.next_probs(nothing), np.full(V, 1 / V))
    same(model.log_prob([2]), [-np.log(V)])
    assert model.log_prob([2, 3])[0] == -np.log(V)


# What it says


def likeliest(model, read, n):
    """n symbols, each the likeliest after a whole new reading of all before."""
    ids = list(read)
    for _ in range(n):
        ids.append(int(logits_after(model, ids)[-1].argmax()))
    return ids[len(read) :]


@given(some, st.integers(0, 99), st.text("abcd\n", min_size=1, max_size=5), st.integers(1, 6))
def test_without_chance_the_likeliest_comes_step_by_step(kind, seed, prefix, n):
    model, rng = made(kind, seed, size=1.5), np.random.default_rng(0)
    wanted = prefix + VOCAB.decode(likeliest(model, VOCAB.encode(prefix), n))
    assert model.generate(rng, n, prefix, temperature=0) == wanted
    assert model.generate(rng, n, prefix, temperature=0.0, top_k=3) == wanted
    assert model.generate(rng, n, prefix, top_k=1) == wanted
    assert model.generate(rng, n, prefix, temperature=7.0, top_k=1) == wanted
    assert model.generate(rng, n, prefix, temperature=1e-9) == wanted


@ALL
def test_an_empty_prefix_reads_a_line_break_that_is_no_part_of_the_text(kind):
    model = made(kind, size=1.5)
    for n in (1, 2, 9):
        alone, after = (
            model.generate(np.random.default_rng(4), n, prefix) for prefix in ("", "\n")
        )
        assert len(alone) == n
        assert after == "\n" + alone


@ALL
def test_without_a_line_break_the_first_symbol_is_drawn_uniformly(kind):
    model = made(kind, vocab=LETTERS, size=1.5)
    texts = model.generate(np.random.default_rng(0), 4, temperature=0, rows=400)
    for said in set(texts):
        first = LETTERS.encode(said[0])
        assert said[1:] == LETTERS.decode(likeliest(model, first, 3))
    counts = [sum(said[0] == s for said in texts) for s in "abcd"]
    assert ((np.array(counts) - 100) ** 2 / 100).sum() < 16.3  # 1 in 1000 for 3 degrees
    assert model.generate(np.random.default_rng(0), 1) in "abcd"
    alone = model.generate(np.random.default_rng(0), 1, rows=3)
    assert [len(said) for said in alone] == [1, 1, 1]


@pytest.mark.parametrize("kind", ["LSTM", "Stacked GRU", "WindowMLP"])
@pytest.mark.parametrize(
    ("temperature", "top_k"), [(1.0, None), (0.5, None), (2.0, None), (1.0, 2)]
)
def test_symbols_come_as_often_as_their_chances_say(kind, temperature, top_k):
    model = made(kind, size=1.0)
    texts = model.generate(np.random.default_rng(5), 2, "ab", temperature, top_k, rows=3000)
    pairs = np.array([VOCAB.encode(t[2:]) for t in texts])
    counts, wanted = np.zeros((V, V)), np.zeros((V, V))
    np.add.at(counts, tuple(pairs.T), 1)

    def p(ids):
        z = logits_after(model, ids)[-1] / temperature
        least = -np.inf if top_k is None else np.sort(z)[-top_k]
        return softmax(np.where(z >= least, z, -np.inf))

    read = list(VOCAB.encode("ab"))
    for s, share in enumerate(p(read)):
        wanted[s] = 3000 * share * p([*read, s])
    often = wanted > 5
    rare = counts[~often].sum() - wanted[~often].sum()
    chi = ((counts - wanted)[often] ** 2 / wanted[often]).sum()
    df = often.sum()
    assert chi < df + 4 * np.sqrt(2 * df) + 4
    assert abs(rare) < 4 * np.sqrt(wanted[~often].sum() + 1)
    same(counts[wanted == 0], 0)
    assert (wanted == 0).any() == (top_k is not None)


@ALL
def test_a_seed_fixes_all_that_is_said(kind):
    model = made(kind, size=0.5)
    say = lambda seed, rows=None: model.generate(np.random.default_rng(seed), 30, "a", rows=rows)
    assert say(1) == say(1) != say(2)
    assert say(1, 3) == say(1, 3) != say(2, 3)


@ALL
def test_rows_are_texts_of_their_own(kind):
    model = made(kind, size=0.5)
    texts = model.generate(np.random.default_rng(1), 12, "ab", rows=4)
    assert isinstance(texts, list)
    assert len(set(texts)) == 4
    assert {t[:2] for t in texts} == {"ab"}
    assert {len(t) for t in texts} == {14}
    one = model.generate(np.random.default_rng(1), 12, "ab", rows=1)
    assert one == [model.generate(np.random.default_rng(1), 12, "ab")]


def test_the_state_of_a_row_is_its_own():
    # greedy from two first symbols that nothing else tells apart
    model = made("LSTM", vocab=LETTERS, size=1.5)
    texts = model.generate(np.random.default_rng(0), 6, temperature=0, rows=50)
    for said in texts:
        assert said == model.generate(np.random.default_rng(9), 5, said[0], temperature=0)


def test_words_are_said_with_spaces_between_them():
    model = made("GRU", vocab=WORDS, size=1.0)
    said = model.generate(np.random.default_rng(0), 5, "the cat")
    assert said.startswith("the cat ")
    assert len(said.split(" ")) == 7
    assert set(said.split(" ")) <= set(WORDS.symbols)
    alone = model.generate(np.random.default_rng(0), 5)
    assert len(alone.split(" ")) == 5
    assert model.generate(np.random.default_rng(0), 1) in WORDS.symbols


def test_a_prefix_outside_the_vocabulary_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"^text: got 'z' at position 2, wanted one of the 5"):
        made("RNN").generate(rng, 3, "abz")
    with pytest.raises(ValueError, match=r"^text: got 'dog' at position 1"):
        made("RNN", vocab=WORDS).generate(rng, 3, "the dog")
    assert rng.bit_generator.state == np.random.default_rng(0).bit_generator.state
