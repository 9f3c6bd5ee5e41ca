"""The training loop: what it records, when it looks and stops, and what an interruption leaves."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from text_models import alike

from rnn_core import (
    GRU,
    LSTM,
    SGD,
    Adam,
    EncoderDecoder,
    ManyToOne,
    cosine,
    load_checkpoint,
    save_checkpoint,
    squared_error,
    train,
)
from rnn_core.tasks import Batch, adding
from rnn_core.train import Progress, Record, last
from rnn_core.tree import leaves, tree_map

same = np.testing.assert_array_equal


class Bowl(NamedTuple):
    """L = ‖p − batch‖², which has one lowest point."""

    p: Any

    def loss(self, batch):
        return float(((self.p - batch) ** 2).sum()), Bowl(2 * (self.p - batch))


class Scripted(NamedTuple):
    """A step of 1 each time, whatever the batch; a held-out batch is an iterator over what is to be measured."""

    p: Any

    def loss(self, batch):
        return (0.0 if batch is None else next(batch)), Scripted(np.array([-1.0]))


GOAL = np.array([3.0, -4.0])


def bowl(steps=10, start=(0.0, 0.0), **options):
    return train(
        Bowl(np.array(start)), lambda rng: GOAL, steps, np.random.default_rng(0), **options
    )


def scripted(held_out, steps=100, every=1, **options):
    """The records of models 1, 2, … whose held-out losses are given."""
    records = train(
        Scripted(np.zeros(1)),
        lambda rng: None,
        steps,
        np.random.default_rng(0),
        SGD(1.0),
        held_out=iter(held_out),
        every=every,
        **options,
    )
    return list(records)


def test_a_record_says_what_its_step_found_and_made():
    first, second = bowl(2, optimizer=SGD(0.25))
    assert type(first) is Record
    assert first[:4] == (1, 25.0, 10.0, None)  # ‖2 (0 − (3, −4))‖ = 10
    same(first.model.p, GOAL / 2)
    assert second[:4] == (2, 6.25, 5.0, None)
    same(second.model.p, GOAL * 3 / 4)
    assert first.best is first.model
    assert second.best is second.model
    same(first.model.p, GOAL / 2)  # the model of an earlier record stays as it was


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.02, 0.9), Adam(0.1)])
def test_a_bowl_is_followed_to_its_lowest_point(optimizer):
    record = last(bowl(600, optimizer=optimizer))
    np.testing.assert_allclose(record.model.p, GOAL, atol=1e-3)
    assert record.loss < 1e-6


def test_the_optimizer_is_adam_where_none_is_given():
    for a, b in zip(bowl(3), bowl(3, optimizer=Adam()), strict=True):
        same(a.model.p, b.model.p)
    assert (last(bowl(3)).model.p != last(bowl(3, optimizer=SGD(1e-3))).model.p).any()


def test_a_seed_fixes_the_whole_run():
    def run(seed):
        rng = np.random.default_rng(seed)
        model = ManyToOne.init(rng, 2, 4, 1, GRU)
        return list(train(model, lambda rng: adding(rng, 4, 6), 5, rng, Adam(0.01), 1.0))

    a, b, c = run(1), run(1), run(2)
    assert [r[:3] for r in a] == [r[:3] for r in b]
    for (name, p), (_, q) in zip(leaves(a[-1].model), leaves(b[-1].model), strict=True):
        same(p, q, err_msg=name)
    assert [r.loss for r in a] != [r.loss for r in c]
    assert len({r.loss for r in a}) == 5  # a fresh batch for every step


def test_the_loss_and_the_gradient_are_those_of_the_batch_before_the_step():
    rng = np.random.default_rng(0)
    model = ManyToOne.init(rng, 2, 4, 1, GRU)
    batch = adding(rng, 4, 6)
    first, second = train(model, lambda rng: batch, 2, rng, SGD(0.1))
    L, grads = model.loss(batch)
    assert squared_error(model.forward(batch.x)[0], batch.target, reduction="mean")[0] == L
    flat = np.concatenate([g.ravel() for _, g in leaves(grads)])
    assert first.loss == L
    assert first.grad_norm == pytest.approx(np.linalg.norm(flat))
    stepped = tree_map(lambda p, g: p - 0.1 * g, model, grads)
    assert second.loss == pytest.approx(stepped.loss(batch)[0], rel=1e-14)


@pytest.mark.parametrize(
    ("steps", "every", "at"),
    [(12, 5, [5, 10, 12]), (10, 5, [5, 10]), (3, 50, [3]), (3, 1, [1, 2, 3])],
)
def test_held_out_data_are_measured_every_so_often_and_at_the_end(steps, every, at):
    records = list(bowl(steps, held_out=np.zeros(2), every=every))
    assert [r.step for r in records] == list(range(1, steps + 1))
    assert [r.step for r in records if r.held_out is not None] == at
    for r in records:
        if r.held_out is not None:  # of the model after the step
            assert r.held_out == pytest.approx((r.model.p**2).sum())


def test_held_out_data_are_measured_every_50_steps_where_nothing_is_said():
    records = bowl(120, held_out=np.zeros(2))
    assert [r.step for r in records if r.held_out is not None] == [50, 100, 120]


def test_the_best_model_is_that_of_the_lowest_held_out_loss():
    losses = [5.0, 4.0, 6.0, 4.0, 3.0, 7.0]
    records = scripted(losses, steps=6)
    assert [r.held_out for r in records] == losses
    assert [r.model.p.item() for r in records] == [1, 2, 3, 4, 5, 6]
    assert [r.best.p.item() for r in records] == [1, 2, 2, 2, 5, 5]  # of two alike, the first


def test_the_best_model_before_any_measurement_is_the_first():
    records = scripted([1.0, 2.0], steps=4, every=2)
    assert [r.best.p.item() for r in records] == [0, 2, 2, 2]


@pytest.mark.parametrize(
    ("patience", "steps"),
    [
        (1, 3),  # 6 is the first that is not lower
        (2, 4),
        (3, 8),  # 3 begins the count anew
        (4, 9),
        (5, 10),
        (None, 10),
    ],
)
def test_patience_ends_after_so_many_measurements_without_a_new_lowest(patience, steps):
    losses = [5.0, 4.0, 6.0, 4.0, 3.0, 7.0, 7.0, 7.0, 3.0, 7.0]
    assert len(scripted(losses, steps=10, patience=patience)) == steps


def test_patience_counts_measurements_not_steps():
    records = scripted([5.0, 6.0, 6.0, 0.0], steps=40, every=10, patience=2)
    assert records[-1].step == 30
    assert records[-1].best.p.item() == 10


def test_a_held_out_loss_that_is_no_number_is_no_new_lowest():
    records = scripted([np.nan, np.nan, 1.0], steps=3, patience=2)
    assert len(records) == 2
    assert records[-1].best.p.item() == 0


@pytest.mark.parametrize("where", ["draw", "loss", "held out"])
def test_an_interruption_ends_the_run_with_the_last_record_usable(where):
    calls = {"draw": 0, "loss": 0, "held out": 0}

    def at(place):
        calls[place] += 1
        if place == where and calls[place] == 4:
            raise KeyboardInterrupt

    class Stopped(NamedTuple):
        p: Any

        def loss(self, batch):
            at("loss" if batch == "drawn" else "held out")
            return 1.0, Stopped(np.array([-1.0]))

    def draw(rng):
        at("draw")
        return "drawn"

    records = train(
        Stopped(np.zeros(1)), draw, 9, np.random.default_rng(0), SGD(1.0), held_out="kept", every=1
    )
    seen = list(records)
    assert [r.step for r in seen] == [1, 2, 3]
    assert [r.model.p.item() for r in seen] == [1, 2, 3]
    assert seen[-1].best.p.item() == 1
    assert seen[-1].model.loss("drawn")[0] == 1.0


def test_an_interruption_outside_the_step_is_the_callers():
    records = bowl(5)
    next(records)
    with pytest.raises(KeyboardInterrupt):
        records.throw(KeyboardInterrupt)


@pytest.mark.parametrize("clip", [0.5, 2, 100.0])
def test_clipping_bounds_the_step_and_records_the_length_before(clip):
    before = np.zeros(2)
    for record in bowl(5, optimizer=SGD(0.1), clip=clip):
        wanted = 2 * np.linalg.norm(before - GOAL)
        assert record.grad_norm == pytest.approx(wanted)
        step = np.linalg.norm(record.model.p - before)
        assert step == pytest.approx(0.1 * min(clip, wanted))
        before = record.model.p


@pytest.mark.parametrize("clip", [None, 1.0])
def test_a_gradient_with_nan_is_refused_by_name(clip):
    records = bowl(start=(0.0, np.nan), clip=clip)
    with pytest.raises(ValueError, match=r"^grads: got nan in p, wanted finite numbers only"):
        next(records)


def test_nothing_is_done_before_it_is_asked_for():
    drawn = []
    records = train(
        Bowl(np.zeros(2)), lambda rng: drawn.append(1) or GOAL, 5, np.random.default_rng(0)
    )
    assert not drawn
    next(records)
    assert len(drawn) == 1


def test_last_is_the_last_record_or_none():
    assert last(bowl(7)).step == 7
    assert last(iter([1, 2])) == 2
    assert last([]) is None


# Schedules


def test_a_schedule_multiplies_the_learning_rate_of_each_step():
    # p ← p − 0.25 f (2 (p − 3)): with f = 1, ½, 0, 2 the way to 3 is ½, ¾, 1 and 0 times as long
    factors = {1: 1, 2: 0.5, 3: 0, 4: np.float64(2.0)}
    records = bowl(4, (0.0, -4.0), optimizer=SGD(0.25), schedule=factors.get)
    assert [r.model.p[0] for r in records] == [1.5, 1.875, 1.875, 3.0]


def test_a_schedule_counts_on_when_a_run_goes_on():
    seen = []
    options = {"optimizer": SGD(0.1), "schedule": lambda step: seen.append(step) or 1.0}
    record = last(bowl(3, **options))
    last(train(record, lambda rng: GOAL, 2, **options))
    assert seen == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("optimizer", [SGD(0.1, 0.5), Adam(0.1)])
def test_a_cosine_schedule_is_a_learning_rate_for_every_step(optimizer):
    factor, model = cosine(6, 2), Bowl(np.zeros(2))
    memory = optimizer.start(model)
    for step, record in enumerate(bowl(6, optimizer=optimizer, schedule=factor), start=1):
        now = optimizer._replace(lr=optimizer.lr * factor(step))
        model, memory = now.step(model, model.loss(GOAL)[1], memory)
        same(record.model.p, model.p)


@pytest.mark.parametrize(
    ("factor", "got"),
    [(np.nan, "nan"), (-0.1, "-0.1"), (np.inf, "inf"), (None, "None"), ("1", "'1'")],
)
def test_a_factor_that_is_no_factor_is_refused_when_it_comes(factor, got):
    records = bowl(5, schedule=lambda step: 1.0 if step < 3 else factor)
    assert [next(records).step, next(records).step] == [1, 2]
    with pytest.raises(
        ValueError, match=f"^schedule: got {got}, wanted a finite number at least 0"
    ):
        next(records)


# Going on


def drawing(rng):
    """Sums of two numbers."""
    return adding(rng, 4, 6)


def translating(rng):
    """A sequence to say backwards."""
    source = rng.integers(0, 3, (4, 3))
    x = np.concatenate([np.full((1, 3), 3), source[:0:-1]])
    return Batch(x, source[::-1], None, source)


MODELS = {
    "ManyToOne": (lambda rng: ManyToOne.init(rng, 2, 4, 1, GRU), drawing),
    "EncoderDecoder": (lambda rng: EncoderDecoder.init(rng, 3, 4, 3, 3, LSTM), translating),
}


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.05, 0.9), Adam(0.01)])
@pytest.mark.parametrize("which", MODELS)
def test_a_run_on_drawn_batches_goes_on_to_the_bit(tmp_path, which, optimizer):
    init, draw = MODELS[which]
    held_out = draw(np.random.default_rng(9))
    options = {"optimizer": optimizer, "clip": 1.0, "held_out": held_out, "every": 3}

    def begin(steps):
        rng = np.random.default_rng(1)
        return train(init(rng), draw, steps, rng, **options)

    whole = list(begin(9))
    for k in (1, 3, 5):
        save_checkpoint(tmp_path / "run.npz", whole[k - 1])
        onward = list(train(load_checkpoint(tmp_path / "run.npz"), draw, 9 - k, **options))
        assert [r.step for r in onward] == list(range(k + 1, 10))
        for a, b in zip(onward, whole[k:], strict=True):
            alike(a, b)
    alike(last(train(last(begin(3)), draw, 6, **options)), whole[-1])


def test_what_a_record_says_of_progress():
    first, second, third = bowl(3, optimizer=SGD(0.25, 0.5), held_out=np.zeros(2), every=2)
    assert type(first.progress) is Progress
    same(first.progress.memory.p, -2 * GOAL)
    assert first.progress[1:2] + first.progress[3:] == (None, np.inf, 0)
    assert second.progress[3:] == (second.held_out, 0)
    lowest = min(second.held_out, third.held_out)
    assert third.progress[3:] == (lowest, int(third.held_out >= second.held_out))
    assert third.progress.rng == np.random.default_rng(0).bit_generator.state


def test_patience_goes_on_counting():
    losses = [5.0, 4.0, 6.0, 4.0, 3.0, 7.0, 7.0, 7.0, 3.0]
    whole = scripted(losses, patience=3)
    assert len(whole) == 8
    for k in range(1, 8):
        options = {"held_out": iter(losses[k:]), "every": 1, "patience": 3}
        onward = list(train(whole[k - 1], lambda rng: None, 50, None, SGD(1.0), **options))
        assert onward[-1].step == 8
        assert onward[-1].best.p == 5
        assert onward[-1].progress.since == 3


class Moments(NamedTuple):
    """A memory that looks like Adam's."""

    m: Any
    v: Any
    steps: int


class Other(NamedTuple):
    """An optimizer of one's own, with such a memory."""

    def start(self, params):
        return Moments(params, params, 0)

    def step(self, params, grads, memory):
        return params, memory


def test_a_memory_that_only_looks_alike_is_not_gone_on_with():
    with pytest.raises(
        ValueError, match=r"^optimizer: got one with Moments for its memory, wanted"
    ):
        train(last(bowl(2, optimizer=Adam())), lambda rng: GOAL, 1, optimizer=Other())


def test_a_generator_goes_on_from_its_state_and_the_callers_is_left_alone():
    rng = np.random.default_rng(3)
    drawn = []
    record = last(train(Bowl(np.zeros(2)), lambda rng: drawn.append(rng.random()) or GOAL, 3, rng))
    before = rng.bit_generator.state
    last(train(record, lambda rng: drawn.append(rng.random()) or GOAL, 3))
    assert rng.bit_generator.state == before
    same(drawn, np.random.default_rng(3).random(6))


@pytest.mark.parametrize(
    ("record", "options", "message"),
    [
        ({}, {"rng": np.random.default_rng(0)}, "rng: got Generator beside a record, wanted None"),
        (
            {},
            {"optimizer": SGD(0.1)},
            "optimizer: got one with Bowl for its memory, wanted one that",
        ),
        (
            {"progress": None},
            {},
            "model: got a record without progress, wanted one that a training",
        ),
        ({"model": Bowl(np.zeros(3))}, {}, "optimizer: got one with AdamState for its memory"),
    ],
)
def test_a_run_that_cannot_go_on_is_refused(record, options, message):
    given_ = last(bowl(2))._replace(**record)
    with pytest.raises(ValueError, match=f"^{message}"):
        train(given_, lambda rng: GOAL, 1, **options)


@pytest.mark.parametrize(
    "state",
    [None, {}, {"bit_generator": "os"}, {"bit_generator": 3}, {"bit_generator": "Generator"}],
)
def test_a_state_of_no_generator_is_refused(state):
    record = last(bowl(2))
    record = record._replace(progress=record.progress._replace(rng=state))
    with pytest.raises(ValueError, match=r"^model.progress.rng: got .*, wanted 'PCG64' or "):
        train(record, lambda rng: GOAL, 1)
