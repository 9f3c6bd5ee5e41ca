"""The training loop: what it records, when it looks and stops, and what an interruption leaves."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from rnn_core import GRU, SGD, Adam, ManyToOne, squared_error, train
from rnn_core.tasks import adding
from rnn_core.train import Record, last
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
