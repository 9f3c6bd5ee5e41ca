"""Whole models: their gradients, their definitions, and what padding and free running must not change."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import close, frozen

from rnn_core import (
    GRU,
    LSTM,
    RNN,
    Additive,
    Attention,
    Bidirectional,
    Dot,
    EncoderDecoder,
    ManyToMany,
    ManyToOne,
    OneToMany,
    Readout,
    Stacked,
    cross_entropy,
    gradcheck,
    one_hot,
    squared_error,
)
from rnn_core.models import Start, criterion, run_on
from rnn_core.tasks import Batch
from rnn_core.tree import joined, leaves, parted, tree_map

same = np.testing.assert_array_equal
T, S, B, N_X, N_H, N_Y, N_V = 4, 3, 3, 2, 3, 4, 2
BEGIN = N_Y


class Of(NamedTuple):
    """A kind of cell with its options: Stacked of LSTM, say."""

    kind: Any
    options: dict

    def init(self, rng, n_x, n_h, dtype=np.float64):
        return self.kind.init(rng, n_x, n_h, dtype, **self.options)


FORWARD = {
    "RNN": RNN,
    "LSTM": LSTM,
    "GRU": GRU,
    "Stacked": Stacked,
    "Stacked LSTM": Of(Stacked, {"cell": LSTM}),
}
BOTH_WAYS = {
    "Bidirectional": Bidirectional,
    "Bidirectional LSTM": Of(Bidirectional, {"cell": LSTM}),
    "Stacked Bidirectional": Of(Stacked, {"cell": Bidirectional}),
}
SCORES = {"no attention": None, "Dot": Dot, "Additive": Additive}
READS = {  # what forward takes of a batch
    ManyToOne: ("x", "lengths"),
    ManyToMany: ("x", "lengths"),
    OneToMany: ("source", "x", "lengths"),
    EncoderDecoder: ("source", "x", "source_lengths", "lengths"),
}
ALL = [
    *((model, c, None) for model in (ManyToOne, ManyToMany) for c in {**FORWARD, **BOTH_WAYS}),
    *((OneToMany, c, None) for c in FORWARD),
    *((EncoderDecoder, c, score) for c in FORWARD for score in SCORES),
]
MODELS = pytest.mark.parametrize(
    ("model", "cell", "score"),
    ALL,
    ids=[f"{m.__name__}-{c}-{s or ''}".strip("-") for m, c, s in ALL],
)
SPEAKING = pytest.mark.parametrize(
    ("model", "cell", "score"),
    [row for row in ALL if row[0] in (OneToMany, EncoderDecoder)],
    ids=[
        f"{m.__name__}-{c}-{s or ''}".strip("-")
        for m, c, s in ALL
        if m in READS and "source" in READS[m]
    ],
)


def drawn(tree, rng, size=0.7):
    """The same tree with normal numbers: no gradient is tiny, no bias zero."""
    return tree_map(lambda a: frozen(rng.normal(0, size, a.shape).astype(a.dtype)), tree)


def made(model, cell, score=None, seed=0, numbers=False, dtype=np.float64, B=B, T=T, size=0.7):
    """(model, batch) of unequal lengths; targets are classes, or numbers."""
    rng = np.random.default_rng(seed)
    kind = {**FORWARD, **BOTH_WAYS}[cell]
    normal = lambda *shape: frozen(rng.normal(size=shape).astype(dtype))
    ends = lambda n: frozen(rng.permutation([n, 1, *rng.integers(1, n + 1, B)][:B]))
    steps = (B,) if model is ManyToOne else (T, B)
    target = normal(*steps, N_Y) if numbers else frozen(rng.integers(0, N_Y, steps))
    if model in (ManyToOne, ManyToMany):
        m = model.init(rng, N_X, N_H, N_Y, kind, dtype)
        batch = Batch(normal(T, B, N_X), target, ends(T))
    else:
        x = rng.integers(0, N_Y, (T, B))
        x[0] = BEGIN
        batch = Batch(frozen(x), target, ends(T))
        if model is OneToMany:
            m = model.init(rng, N_V, N_Y + 1, N_H, N_Y, kind, dtype)
            batch = batch._replace(source=normal(B, N_V))
        else:
            m = model.init(
                rng, N_X, N_Y + 1, N_H, N_Y, kind, SCORES[score or "no attention"], dtype
            )
            batch = batch._replace(source=normal(S, B, N_X), source_lengths=ends(S))
    return drawn(m, rng, size), batch


def forward(model, batch):
    return model.forward(*(getattr(batch, field) for field in READS[type(model)]))


def scored(model, batch):
    """(y, L, grads, dinput) of a batch, by forward, criterion and backward."""
    y, tape = forward(model, batch)
    L, dy = criterion(y, batch.target, None if y.ndim == 2 else batch.lengths)
    return y, L, *model.backward(tape, dy)


def read_in(model):
    """The field of a batch that is read as floats."""
    return READS[type(model)][0]


class Everything(NamedTuple):
    """All that a loss depends on."""

    model: Any
    read: Any


@MODELS
def test_gradients_of_whole_models_agree_with_central_differences(model, cell, score):
    agree(*made(model, cell, score, seed=5))


@pytest.mark.parametrize("model", READS)
def test_gradients_of_models_of_numbers_agree_with_central_differences(model):
    agree(*made(model, "GRU", "Additive" if model is EncoderDecoder else None, numbers=True))


def agree(m, batch):
    """Assert that loss and backward give the gradient of loss."""
    field = read_in(m)
    _, L, grads, dread = scored(m, batch)
    loss, its_grads = m.loss(batch)
    assert loss == L
    for (name, a), (_, b) in zip(leaves(its_grads), leaves(grads), strict=True):
        same(a, b, err_msg=name)
        assert np.linalg.norm(a) > 1e-6, name  # else nothing would be compared
    p = Everything(m, getattr(batch, field))
    f = lambda p: p.model.loss(batch._replace(**{field: p.read}))[0]
    assert type(its_grads) is type(m)
    assert gradcheck(f, p, Everything(grads, dread)) < 1e-6


@given(st.sampled_from(ALL), st.integers(0, 2**16))
def test_garbage_in_the_padding_changes_nothing(which, seed):
    m, batch = made(*which, seed=seed)
    rng = np.random.default_rng(seed + 1)

    def spoilt(a, lengths):
        a = a.copy()
        for b, n in enumerate(lengths):
            a[n:, b] = rng.integers(0, N_Y, a[n:, b].shape) if a.dtype.kind == "i" else 1e3
        return a

    other = batch._replace(x=spoilt(batch.x, batch.lengths))
    if type(m) is not ManyToOne:
        other = other._replace(target=spoilt(batch.target, batch.lengths))
    if type(m) is EncoderDecoder:
        other = other._replace(source=spoilt(batch.source, batch.source_lengths))
    (y, *rest), (y_other, *rest_other) = scored(m, batch), scored(m, other)
    for b, n in enumerate(batch.lengths):
        at = b if type(m) is ManyToOne else (slice(n), b)
        same(y[at], y_other[at])
    same(rest[0], rest_other[0])
    for (name, a), (_, b) in zip(
        leaves(tuple(rest[1:])), leaves(tuple(rest_other[1:])), strict=True
    ):
        same(a, b, err_msg=name)


@given(st.sampled_from(ALL), st.integers(0, 2**16))
def test_a_padded_batch_equals_its_rows_alone(which, seed):
    m, batch = made(*which, seed=seed)
    y, L, grads, dread = scored(m, batch)
    one_each = type(m) is ManyToOne
    steps = np.ones(B) if one_each else batch.lengths
    total, losses = tree_map(np.zeros_like, m), 0.0
    for b, n in enumerate(batch.lengths):
        cut = lambda a, n, b=b: a[:n, b : b + 1]
        alone = Batch(
            cut(batch.x, n), batch.target[b : b + 1] if one_each else cut(batch.target, n)
        )
        if type(m) is OneToMany:
            alone = alone._replace(source=batch.source[b : b + 1])
        if type(m) is EncoderDecoder:
            alone = alone._replace(source=cut(batch.source, batch.source_lengths[b]))
        y_b, L_b, grads_b, dread_b = scored(m, alone)
        close(y[b : b + 1] if one_each else cut(y, n), y_b)
        share = steps[b] / steps.sum()
        losses += share * L_b
        total = tree_map(lambda a, g, share=share: a + share * g, total, grads_b)
        if type(m) is OneToMany:
            close(dread[b : b + 1], share * dread_b)
        else:
            close(dread[: len(dread_b), b : b + 1], share * dread_b)
            same(dread[len(dread_b) :, b], 0)
    assert pytest.approx(losses, rel=1e-12) == L
    for (name, a), (_, b) in zip(leaves(grads), leaves(total), strict=True):
        close(a, b, err_msg=name)


@pytest.mark.parametrize("cell", FORWARD)
def test_many_to_one_reads_out_h_at_the_end_of_each_row(cell):
    m, batch = made(ManyToOne, cell)
    h, _ = m.cell.forward(batch.x, lengths=batch.lengths)
    at_end = np.array([h[n - 1, b] for b, n in enumerate(batch.lengths)])
    close(m.forward(batch.x, batch.lengths)[0], at_end @ m.readout.W_y.T + m.readout.c)


@pytest.mark.parametrize("cell", ["Bidirectional", "Bidirectional LSTM"])
def test_many_to_one_of_both_directions_reads_out_both_ends(cell):
    m, batch = made(ManyToOne, cell)
    h, _ = m.cell.forward(batch.x, lengths=batch.lengths)
    ends = [[*h[n - 1, b, :N_H], *h[0, b, N_H:]] for b, n in enumerate(batch.lengths)]
    close(m.forward(batch.x, batch.lengths)[0], np.array(ends) @ m.readout.W_y.T + m.readout.c)


@pytest.mark.parametrize("cell", {**FORWARD, **BOTH_WAYS})
def test_many_to_many_reads_out_every_h(cell):
    m, batch = made(ManyToMany, cell)
    h, _ = m.cell.forward(batch.x, lengths=batch.lengths)
    y, _ = m.forward(batch.x, batch.lengths)
    for t, b in np.ndindex(T, B):
        close(y[t, b], m.readout.W_y @ h[t, b] + m.readout.c)


@pytest.mark.parametrize("model", [ManyToOne, ManyToMany])
@pytest.mark.parametrize("cell", {**FORWARD, **BOTH_WAYS})
def test_symbols_equal_their_one_hot_vectors(model, cell):
    m, batch = made(model, cell)
    symbols = batch._replace(x=np.random.default_rng(0).integers(0, N_X, (T, B)))
    y, L, grads, dx = scored(m, symbols)
    y_v, L_v, grads_v, dx_v = scored(m, symbols._replace(x=one_hot(symbols.x, N_X)))
    assert dx is None
    assert dx_v.shape == (T, B, N_X)
    close(y, y_v)
    close(L, L_v)
    for (name, a), (_, b) in zip(leaves(grads), leaves(grads_v), strict=True):
        close(a, b, err_msg=name)


def test_a_start_is_the_tanh_of_a_linear_map_number_by_number():
    rng = np.random.default_rng(0)
    W_0, b_0, v = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=(2, 3))
    s_0, _ = Start(W_0, b_0).forward(v)
    for row, i in np.ndindex(2, 4):
        z = sum(W_0[i, j] * v[row, j] for j in range(3)) + b_0[i]
        assert s_0[row, i] == pytest.approx(np.tanh(z), rel=1e-14)


@pytest.mark.parametrize("cell", FORWARD)
def test_one_to_many_starts_its_cell_from_the_vector(cell):
    m, batch = made(OneToMany, cell)
    s_0 = np.tanh(batch.source @ m.start.W_0.T + m.start.b_0)
    state = {
        "RNN": lambda s: s,
        "GRU": lambda s: s,
        "LSTM": lambda s: (s[:, :N_H], s[:, N_H:]),
        "Stacked": lambda s: (s[:, :N_H], s[:, N_H:]),
        "Stacked LSTM": lambda s: (
            (s[:, :N_H], s[:, N_H : 2 * N_H]),
            (s[:, 2 * N_H : 3 * N_H], s[:, 3 * N_H :]),
        ),
    }[cell](s_0)
    h, _ = m.cell.forward(batch.x, state, batch.lengths)
    close(forward(m, batch)[0], m.readout.forward(h)[0])


def test_one_to_many_starts_layers_of_unequal_kinds_and_widths():
    rng = np.random.default_rng(0)
    cell = Stacked([GRU.init(rng, N_Y + 1, 2), LSTM.init(rng, 2, 3)])
    m = drawn(OneToMany(Start.init(rng, N_V, 2 + 3 + 3), cell, Readout.init(rng, 3, N_Y)), rng)
    _, batch = made(OneToMany, "RNN")
    agree(m, batch)
    s = np.tanh(batch.source @ m.start.W_0.T + m.start.b_0)
    h, _ = m.cell.forward(batch.x, (s[:, :2], (s[:, 2:5], s[:, 5:])), batch.lengths)
    close(forward(m, batch)[0], m.readout.forward(h)[0])


def test_a_state_that_is_joined_and_parted_is_the_same():
    like = (np.ones((2, 1)), (np.full((2, 3), 2.0), np.full((2, 2), 3.0)))
    a = joined(like)
    same(a, [[1, 2, 2, 2, 3, 3]] * 2)
    for (name, got), (_, wanted) in zip(leaves(parted(a, like)), leaves(like), strict=True):
        same(got, wanted, err_msg=name)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_init_of_a_start_draws_within_one_over_root_n_v_and_no_bias(dtype):
    start = Start.init(np.random.default_rng(3), 16, 50, dtype)
    assert [(n, a.shape, a.dtype) for n, a in leaves(start)] == [
        ("W_0", (50, 16), dtype),
        ("b_0", (50,), dtype),
    ]
    assert 0.24 < start.W_0.max() <= 0.25
    assert -0.25 <= start.W_0.min() < -0.24
    same(start.b_0, 0)


@SPEAKING
def test_generate_equals_the_likeliest_symbol_after_every_prefix(model, cell, score):
    said_at_all = set()
    for seed in range(4):
        m, batch = made(model, cell, score, seed=seed, size=3)
        x = np.full((1, B), BEGIN)
        for t in range(7):  # the whole prefix anew at every step: no state is carried by hand
            y, _ = forward(m, batch._replace(x=x, lengths=None))
            said = [max(range(N_Y), key=lambda k, b=b, t=t, y=y: y[t, b, k]) for b in range(B)]
            x = np.concatenate([x, [said]])
        rest = () if model is OneToMany else (batch.source_lengths,)
        got = m.generate(batch.source, 7, *rest)
        same(got, x[1:])
        said_at_all |= {tuple(row) for row in got}
    assert len(said_at_all) > 1


@pytest.mark.parametrize("cell", FORWARD)
def test_run_on_with_everything_given_equals_teacher_forcing(cell):
    m, _ = made(ManyToMany, cell, seed=2)
    x = np.random.default_rng(0).integers(0, N_X, (T, B))

    def speak(x, state):
        h, tape = m.cell.forward(x, state)
        return m.readout.forward(h)[0], tape.state

    read, said = run_on(speak, m.cell.zeros(B), x, np.ones((T, B), bool))
    same(read, x)
    same(said, m.forward(x)[0].argmax(-1))


def test_run_on_reads_what_is_given_and_else_what_it_said():
    speak = lambda x, state: (np.eye(10)[(x + state) % 10], state)  # says x + 3
    x = np.array([[0, 1], [5, 5], [8, 8], [2, 2]])
    read, said = run_on(speak, 3, x, np.array([[1, 1], [0, 1], [0, 0], [1, 0]], bool))
    same(read, [[0, 1], [3, 5], [6, 8], [2, 1]])
    same(said, [[3, 4], [6, 8], [9, 1], [5, 4]])
    read, _ = run_on(speak, 3, x, np.array([True, False, True, False]))  # one for all rows
    same(read, [[0, 1], [3, 4], [8, 8], [1, 1]])


def translator(score="Dot", B=B, seed=3, cell="GRU"):
    return made(EncoderDecoder, cell, score, seed=seed, B=B, size=1.5)


@pytest.mark.parametrize("score", SCORES)
def test_scheduled_sampling_at_0_is_teacher_forcing(score):
    m, batch = translator(score)
    got = m.scheduled(np.random.default_rng(0), batch, 0.0)
    for a, b in zip(got, batch, strict=True):
        same(a, b)


@pytest.mark.parametrize("score", SCORES)
def test_scheduled_sampling_at_1_reads_its_own_words_only(score):
    m, batch = translator(score)
    got = m.scheduled(np.random.default_rng(0), batch, 1)
    own = m.generate(batch.source, T, batch.source_lengths)
    same(got.x, np.concatenate([batch.x[:1], own[:-1]]))
    assert (got.x != batch.x).any()
    for field in set(Batch._fields) - {"x"}:
        assert getattr(got, field) is getattr(batch, field)


def test_scheduled_sampling_between_draws_for_every_symbol_anew():
    m, batch = translator(B=400)
    got = m.scheduled(np.random.default_rng(5), batch, 0.3)
    same(got.x[0], BEGIN)
    told, owned = [], []  # where it can be told which of the two was read, and where it was its own
    for t in range(1, T):  # what it would say after what it has read
        y, _ = m.forward(batch.source, got.x[:t], batch.source_lengths)
        own, true = y[-1].argmax(-1), batch.x[t]
        assert ((got.x[t] == own) | (got.x[t] == true)).all()
        told.append(own != true)
        owned.append(got.x[t] == own)
        share = owned[-1][told[-1]].mean()
        assert abs(share - 0.3) < 4 * np.sqrt(0.3 * 0.7 / told[-1].sum())
    both = told[0] & told[1]
    share = (owned[0] & owned[1])[both].mean()
    assert abs(share - 0.09) < 4 * np.sqrt(0.09 * 0.91 / both.sum())


def test_scheduled_sampling_is_fixed_by_its_seed():
    m, batch = translator(B=20)
    a, b, c = (m.scheduled(np.random.default_rng(s), batch, 0.5).x for s in (1, 1, 2))
    same(a, b)
    assert (a != c).any()
    assert np.shares_memory(a, batch.x) is False


@pytest.mark.parametrize("score", ["Additive", "no attention"])
def test_two_ends_of_a_bidirectional_encoder_may_start_two_layers(score):
    rng = np.random.default_rng(0)
    encoder, decoder = Bidirectional.init(rng, N_X, N_H), Stacked.init(rng, N_Y + 1, N_H)
    attention = None if SCORES[score] is None else Attention.init(rng, N_H, 2 * N_H, score=Additive)
    m = EncoderDecoder(encoder, decoder, Readout.init(rng, N_H, N_Y), attention)
    m, (_, batch) = drawn(m, rng), made(EncoderDecoder, "RNN")
    _, _, grads, dsource = scored(m, batch)
    f = lambda p: p.model.loss(batch._replace(source=p.read))[0]
    assert gradcheck(f, Everything(m, batch.source), Everything(grads, dsource)) < 1e-6


@pytest.mark.parametrize(
    ("encoder", "decoder", "got", "wanted"),
    [
        ((RNN, 3), (RNN, 4), "[(3, 3)]", "[(3, 4)]"),
        ((LSTM, 3), (GRU, 3), "[(3, 3), (3, 3)]", "[(3, 3)]"),
        ((GRU, 3), (LSTM, 3), "[(3, 3)]", "[(3, 3), (3, 3)]"),
        ((Stacked, 3), (RNN, 3), "[(3, 3), (3, 3)]", "[(3, 3)]"),
    ],
)
def test_an_encoder_and_a_decoder_that_do_not_fit_are_refused_in_words(
    encoder, decoder, got, wanted
):
    rng = np.random.default_rng(0)
    _, batch = made(EncoderDecoder, "RNN")
    m = EncoderDecoder(
        encoder[0].init(rng, N_X, encoder[1]),
        decoder[0].init(rng, N_Y + 1, decoder[1]),
        Readout.init(rng, decoder[1], N_Y),
    )
    for call in (lambda: m.loss(batch), lambda: m.generate(batch.source, 2)):
        with pytest.raises(ValueError, match=r"^encoder: got a final state of shapes ") as caught:
            call()
        assert f"shapes {got}, wanted {wanted}, the decoder's first" in str(caught.value)


def test_the_criterion_is_picked_by_the_kind_of_the_target():
    rng = np.random.default_rng(0)
    y, lengths = rng.normal(size=(T, B, N_Y)), [4, 1, 3]
    for dtype in (np.int64, np.int8, np.uint8):
        target = rng.integers(0, N_Y, (T, B)).astype(dtype)
        for ends in (None, lengths):
            (L, dy), (L_ce, dy_ce) = criterion(y, target, ends), cross_entropy(y, target, ends)
            assert L_ce == L
            same(dy, dy_ce)
    target = rng.normal(size=y.shape)
    (L, dy), (L_se, dy_se) = (
        criterion(y, target, lengths),
        squared_error(y, target, lengths, "mean"),
    )
    assert L_se == L
    same(dy, dy_se)
    assert criterion(y, target)[0] == pytest.approx(((y - target) ** 2).mean())
    assert criterion(y[0], [0, 1, 2])[0] == cross_entropy(y[0], [0, 1, 2])[0]  # a list will do


@MODELS
def test_float32_stays_float32(model, cell, score):
    m, batch = made(model, cell, score, numbers=True, dtype=np.float32)
    y, _, grads, dread = scored(m, batch)
    wide = lambda a: a.astype(float) if a.dtype == np.float32 else a
    y_w, *wider = scored(tree_map(wide, m), tree_map(wide, batch))
    close(y, y_w, 1e-5)
    for (name, a), (_, b) in zip(leaves((grads, dread)), leaves(tuple(wider[1:])), strict=True):
        assert a.dtype == np.float32, name
        close(a, b, 1e-5, err_msg=name)


@MODELS
def test_the_arrays_of_a_model_have_the_sizes_that_were_asked_for(model, cell, score):
    m, batch = made(model, cell, score, dtype=np.float32)
    assert m.readout.W_y.shape == (N_Y, (m.decoder if model is EncoderDecoder else m.cell).width)
    assert {a.dtype for _, a in leaves(m)} == {np.dtype(np.float32)}
    if model is OneToMany:
        assert m.start.W_0.shape == (joined(m.cell.zeros(1)).shape[1], N_V)
    if model is EncoderDecoder:
        assert (m.encoder.n_x, m.decoder.n_x) == (N_X, N_Y + 1)
        kind = None if m.attention is None else type(m.attention.score)
        assert kind is SCORES[score or "no attention"]
        _, tape = forward(m, batch)
        if kind is not None:
            close(tape[3].weights.sum(-1), np.ones((T, B)), 1e-6)


def test_models_know_a_cell_by_default():
    rng = np.random.default_rng(0)
    assert type(ManyToOne.init(rng, 2, 3, 4).cell) is RNN
    assert type(ManyToMany.init(rng, 2, 3, 4).cell) is RNN
    assert type(OneToMany.init(rng, 2, 5, 3, 4).cell) is RNN
    m = EncoderDecoder.init(rng, 2, 5, 3, 4)
    assert (type(m.encoder), type(m.decoder), m.attention) == (RNN, RNN, None)
    assert type(ManyToOne.init(rng, 2, 3, 4)) is ManyToOne
    assert type(ManyToMany.init(rng, 2, 3, 4)) is ManyToMany
