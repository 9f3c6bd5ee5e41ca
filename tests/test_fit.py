"""Training on a text: which chunks are read with which state, and that a run that stopped goes on to the bit."""

from itertools import islice
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import close
from text_models import KINDS, VOCAB, V, alike, made, text

from rnn_core import (
    SGD,
    Adam,
    CharModel,
    cosine,
    cross_entropy,
    evaluate,
    fit,
    gradcheck,
    load_checkpoint,
    save_checkpoint,
)
from rnn_core.fit import read_on
from rnn_core.text import Place, batches
from rnn_core.train import Record, last
from rnn_core.tree import leaves, tree_map

same = np.testing.assert_array_equal
ALL = pytest.mark.parametrize("kind", KINDS)
WAYS = {
    "SGD": {"optimizer": SGD(0.1)},
    "momentum": {"optimizer": SGD(0.05, 0.9), "clip": 0.3},
    "Adam": {"optimizer": Adam(0.01), "clip": 1.0},
    "cosine": {"optimizer": Adam(0.03), "schedule": cosine(14, 4, 0.1)},
}
IDS, OTHER = text(64, 1), text(31, 2)


def run(kind="GRU", ids=IDS, steps=14, B=3, T=5, seed=7, dtype=np.float64, **options):
    return fit(
        made(kind, dtype=dtype), ids, steps, B, T, rng=np.random.default_rng(seed), **options
    )


def by_hand(model, ids, steps, B, T, rng, optimizer, clip=None, schedule=None):
    """(loss, ‖g‖, model) of every step, with nothing of `fit` and `train`."""
    memory, i = optimizer.start(model), 0
    for step in range(1, steps + 1):
        if i == 0:
            left = (len(ids) - 1) % (B * T)
            first = int(rng.integers(min(max(T, left + 1), len(ids) - B * T)))
            pairs, state = list(batches(ids[first:], B, T)), None
        x, target = pairs[i]
        h, tape = model.cell.forward(x, state)
        y, above = model.readout.forward(h)
        loss, dy = cross_entropy(y, target)
        dreadout, dh = model.readout.backward(above, dy)
        grads = CharModel(model.cell.backward(tape, dh)[0], dreadout, model.vocab)
        flat = np.concatenate([g.ravel() for _, g in leaves(grads)])
        norm = np.linalg.norm(flat.astype(float))
        if clip and norm > clip:
            grads = tree_map(lambda g, norm=norm: g * (clip / norm), grads)
        rate = optimizer.lr * (schedule(step) if schedule else 1)
        model, memory = optimizer._replace(lr=rate).step(model, grads, memory)
        state, i = tape.state, (i + 1) % len(pairs)
        yield loss, norm, model


@pytest.mark.parametrize("way", WAYS)
@ALL
def test_steps_are_those_of_a_plain_loop(kind, way):
    given_ = {"clip": None, "schedule": None} | WAYS[way]
    plain = by_hand(made(kind), IDS, 14, 3, 5, np.random.default_rng(7), **given_)
    for record, (loss, norm, model) in zip(run(kind, **WAYS[way]), plain, strict=True):
        if given_["clip"] is None:
            alike((record.loss, record.model), (loss, model))
        close(record.loss, loss, 1e-13)
        close(record.grad_norm, norm, 1e-13)
        for (name, a), (_, b) in zip(leaves(record.model), leaves(model), strict=True):
            close(a, b, 1e-12, name)  # the norm is summed in another order


@given(st.integers(1, 4), st.integers(1, 6), st.integers(0, 60), st.integers(0, 99))
def test_the_chunks_are_those_of_batches_from_a_first_symbol_that_is_drawn(B, T, more, seed):
    ids, read = text(B * T + 1 + more, seed), []
    forward = CharModel.forward

    def spy(self, x, lengths=None, state=None):
        logits, tape = forward(self, x, lengths, state)
        read.append((x, state, tape[0].state))
        return logits, tape

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CharModel, "forward", spy)
        records = list(run("GRU", ids, 30, B, T, seed, optimizer=SGD(0.01)))
    assert len(read) == len(records) == 30
    at, wanted, firsts = 0, [], []
    while len(wanted) < 30:
        firsts.append(records[at].progress.place.first)
        wanted += [x for x, _ in batches(ids[firsts[-1] :], B, T)]
        at = len(wanted)
    most = max(T, (len(ids) - 1) % (B * T) + 1)
    assert all(0 <= first < most for first in firsts)
    carried = None
    for (x, before, after), chunk, record in zip(read, wanted, records, strict=False):
        same(x, chunk)
        if carried is None:
            assert before is None
        else:
            same(before, carried)
        carried = after if record.progress.place.chunk else None
        assert (record.progress.place.state is None) == (carried is None)


@pytest.mark.parametrize(("n", "most"), [(165, 10), (200, 40), (4 * 10 + 3, 3)])
def test_passes_begin_at_every_symbol_that_leaves_enough_and_the_last_symbol_is_reached(n, most):
    ids, read = text(n), set()
    firsts = [r.progress.place.first for r in run("RNN", ids, 1200, 4, 10)]
    # below T, or below all that a pass from the first symbol would leave
    assert set(firsts) == set(range(most))
    for first in firsts:
        read |= set(range(first, first + (n - 1 - first) // 40 * 40 + 1))
    assert read == set(range(n))


@pytest.mark.parametrize(("B", "T"), [(1, 1), (2, 3), (5, 1), (1, 7)])
def test_a_text_of_one_symbol_more_than_a_chunk_is_enough(B, T):
    records = list(run(ids=text(B * T + 1), steps=4, B=B, T=T))
    assert [r.progress.place.first for r in records] == [0] * 4
    assert [r.progress.place.state for r in records] == [None] * 4


@ALL
def test_the_gradient_is_that_of_one_chunk_with_its_state_given(kind):
    model, rng = made(kind, size=0.7), np.random.default_rng(0)
    _, _, place = read_on(model, IDS, Place(0, 0, None, 64, 0, 2, 4), rng)
    loss, grads, after = read_on(model, IDS, place, rng)
    x, target = list(batches(IDS[place.first :], 2, 4))[1]
    f = lambda m: cross_entropy(m.forward(x, state=place.state)[0], target)[0]
    assert loss == f(model)
    assert gradcheck(f, model, grads) < 1e-7
    alike(after.state, model.forward(x, state=place.state)[1][0].state)
    assert (after.first, after.chunk) == (place.first, 2)


def test_a_seed_fixes_the_run_and_another_gives_another():
    for a, b in zip(run(held_out=OTHER, every=3), run(held_out=OTHER, every=3), strict=True):
        alike(a, b)
    assert last(run()).loss != last(run(seed=8)).loss


def test_it_learns():
    records = list(run(steps=300, optimizer=Adam(0.02), ids=text(500), B=8, T=10, held_out=OTHER))
    assert records[0].loss > 1.5
    assert records[-1].held_out < 1.15  # 0.95 is all that can be learned of such a text


def test_without_sizes_32_rows_are_read_32_symbols_at_a_time():
    record = next(fit(made("RNN"), text(1100), 1, rng=np.random.default_rng(0)))
    assert record.progress.place[-2:] == (32, 32)


def test_held_out_text_is_evaluated_every_so_often_and_at_the_end():
    records = list(run(held_out=OTHER, every=4))
    assert [r.step for r in records if r.held_out is not None] == [4, 8, 12, 14]
    measured = [r for r in records if r.held_out is not None]
    for r in measured:
        assert r.held_out == evaluate(r.model, OTHER)
        least = min((s for s in measured if s.step <= r.step), key=lambda s: s.held_out)
        alike(r.best, least.model)
        assert r.progress.lowest == least.held_out


def test_patience_ends_a_run_that_gets_worse():
    records = list(run(steps=60, optimizer=SGD(30.0), held_out=OTHER, every=2, patience=3))
    assert records[-1].step < 60
    measured = [r.held_out for r in records if r.held_out is not None]
    assert len(measured) - 1 - int(np.argmin(measured)) == 3
    assert records[-1].progress.since == 3


def test_without_held_out_text_the_best_model_is_the_last():
    record = last(run(steps=3))
    assert record.best is record.model
    assert record.held_out is None


@pytest.mark.parametrize("ids", [IDS.tolist(), IDS.astype(np.uint8)])
def test_a_text_may_be_a_list_or_small_integers(ids):
    alike(last(run(ids=ids, steps=3)), last(run(steps=3)))


def test_an_interruption_ends_the_run_after_the_last_whole_step(monkeypatch):
    wanted, calls, forward = list(run(steps=4)), [], CharModel.forward

    def stopped(self, *given_, **named):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return forward(self, *given_, **named)

    monkeypatch.setattr(CharModel, "forward", stopped)
    records = list(run(steps=9))
    monkeypatch.undo()
    assert [r.step for r in records] == [1, 2, 3]
    alike(records[-1], wanted[2])
    alike(next(fit(records[-1], IDS, 1, 3, 5)), wanted[3])


# Going on


def through_a_file(record):
    """The record as it comes back from a file."""
    with TemporaryDirectory() as folder:
        save_checkpoint(f"{folder}/run.npz", record)
        return load_checkpoint(f"{folder}/run.npz")


def said(record):
    """What the model would say next."""
    return record.model.generate(np.random.default_rng(3), 20, "ab")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("way", WAYS)
@ALL
def test_a_run_that_stopped_goes_on_to_the_bit(kind, way, dtype):
    options = WAYS[way] | {"held_out": OTHER, "every": 3}
    whole = list(run(kind, dtype=dtype, **options))  # 4 chunks in a pass
    for k in (4, 7):
        stopped = last(islice(run(kind, dtype=dtype, **options), k))
        onward = list(fit(through_a_file(stopped), IDS, 14 - k, 3, 5, **options))
        assert [r.step for r in onward] == list(range(k + 1, 15))
        for a, b in zip(onward, whole[k:], strict=True):
            alike(a, b)
        assert said(onward[-1]) == said(whole[-1])


@settings(max_examples=30)
@given(
    st.sampled_from(list(KINDS)),
    st.integers(1, 3),
    st.integers(1, 5),
    st.integers(0, 40),
    st.integers(1, 9),
    st.integers(0, 99),
)
def test_any_run_stopped_anywhere_goes_on_to_the_bit(kind, B, T, more, k, seed):
    ids = text(B * T + 1 + more, seed)
    options = {"optimizer": Adam(0.02), "held_out": OTHER, "every": 2, "clip": 0.5}
    whole = list(run(kind, ids, 10, B, T, seed, **options))
    stopped = last(islice(run(kind, ids, 10, B, T, seed, **options), k))
    alike(last(fit(through_a_file(stopped), ids, 10 - k, B, T, **options)), whole[-1])
    alike(last(fit(whole[k - 1], ids, 10 - k, B, T, **options)), whole[-1])


@pytest.mark.parametrize("bits", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_a_run_goes_on_with_the_kind_of_generator_that_it_had(bits):
    def begin():
        rng = np.random.Generator(getattr(np.random, bits)(5))
        rng.integers(10, dtype=np.uint32)  # half of a number is left for the next draw
        return fit(made("RNN"), IDS, 14, 3, 5, rng=rng)

    whole = list(begin())
    onward = list(fit(through_a_file(whole[5]), IDS, 8, 3, 5))
    for a, b in zip(onward, whole[6:], strict=True):
        alike(a, b)


def test_going_on_leaves_the_record_as_it_was_so_that_it_can_be_done_twice():
    record = last(run(steps=6, held_out=OTHER, every=3))
    kept = through_a_file(record)
    first, second = (last(fit(record, IDS, 5, 3, 5, held_out=OTHER)) for _ in range(2))
    alike(first, second)
    alike(record, kept)
    assert first.step == 11


def test_patience_and_the_best_model_are_carried_on():
    options = {"optimizer": SGD(30.0), "held_out": OTHER, "every": 2, "patience": 3}
    whole = list(run(steps=60, **options))
    for k in range(1, len(whole)):
        onward = list(fit(whole[k - 1], IDS, 60 - k, 3, 5, **options))
        assert onward[-1].step == whole[-1].step
        alike(onward[-1], whole[-1])


def test_another_learning_rate_clip_and_measure_may_be_taken_on_the_way():
    record = last(run(steps=4, optimizer=SGD(0.1)))
    after = next(
        fit(record, IDS, 1, 3, 5, optimizer=SGD(1.0, 0.5), clip=0.01, held_out=OTHER, every=1)
    )
    assert after.step == 5
    assert after.held_out == after.progress.lowest == evaluate(after.model, OTHER)


def test_the_model_of_a_record_may_begin_another_run():
    record = last(run(steps=4))
    rng = np.random.default_rng(0)
    again = next(fit(record.model, text(90), 1, 2, 4, rng=rng))
    assert again.step == 1
    assert again.progress.memory.steps == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"ids": IDS[:-1]},
            "ids: got 63 symbols .*, wanted 64 symbols .* as in the run that goes on",
        ),
        (
            {"ids": IDS[::-1]},
            "ids: got 64 symbols with checksum .*, wanted 64 symbols with checksum",
        ),
        ({"B": 2}, "B: got 2, wanted 3 as in the run that goes on; .* give record.model and rng"),
        ({"T": 4}, "T: got 4, wanted 5 as in the run that goes on"),
        (
            {"optimizer": SGD(0.1)},
            "optimizer: got one with CharModel for its memory, wanted .* AdamS",
        ),
        ({"rng": np.random.default_rng(0)}, "rng: got Generator beside a record, wanted None"),
        ({"rng": 3}, "rng: got int beside a record, wanted None"),
    ],
)
def test_a_run_cannot_go_on_as_another(change, message):
    record = last(run(steps=3))
    given_ = {"ids": IDS, "steps": 1, "B": 3, "T": 5} | change
    for it in (record, through_a_file(record)):
        with pytest.raises(ValueError, match=f"^{message}"):
            fit(it, **given_)


def test_adam_cannot_go_on_with_the_memory_of_sgd():
    record = last(run(steps=3, optimizer=SGD(0.1)))
    with pytest.raises(ValueError, match=r"^optimizer: got one with AdamState for its memory"):
        fit(record, IDS, 1, 3, 5)


def test_a_record_of_a_run_that_read_no_text_is_refused():
    record = last(run(steps=3))
    drawn = record._replace(progress=record.progress._replace(place=None))
    with pytest.raises(
        ValueError, match=r"^model: got the record of a run that read no text, wanted"
    ):
        fit(drawn, IDS, 1, 3, 5)
    bare = Record(*record[:-1])
    with pytest.raises(ValueError, match=r"^model: got a record without progress, wanted one that"):
        fit(bare, IDS, 1, 3, 5)


def test_nothing_is_done_before_it_is_asked_for(monkeypatch):
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    monkeypatch.setattr(CharModel, "forward", None)
    fit(made("RNN"), IDS, 1, 3, 5, rng=rng)
    assert rng.bit_generator.state == before
    assert len(VOCAB) == V
