"""What a few seconds of training must reach, on fresh data: scores far from chance and from the baseline."""

import numpy as np
import pytest

from rnn_core import (
    GRU,
    RNN,
    Adam,
    Additive,
    Dot,
    EncoderDecoder,
    ManyToMany,
    ManyToOne,
    OneToMany,
    accuracy,
    exact,
    tasks,
    train,
)
from rnn_core.train import last

SEEDS = pytest.mark.parametrize("seed", [0, 1, 2])


def trained(seed, make, draw, steps, lr=0.01):
    """(model, 500 fresh rows) after so many steps on batches of 32; draw(rng, B)."""
    rng = np.random.default_rng(seed)
    record = last(train(make(rng), lambda rng: draw(rng, 32), steps, rng, Adam(lr), clip=1.0))
    assert record.step == steps
    return record.model, draw(np.random.default_rng(1000 + seed), 500)


@SEEDS
def test_a_gru_adds(seed):
    make = lambda rng: ManyToOne.init(rng, 2, 16, 1, GRU)
    model, fresh = trained(seed, make, lambda rng, B: tasks.adding(rng, B, 20), 400)
    error = ((model.forward(fresh.x)[0] - fresh.target) ** 2).mean()
    assert error < fresh.baseline / 20


@SEEDS
def test_a_gru_copies_better_than_anything_without_memory(seed):
    make = lambda rng: ManyToMany.init(rng, 6, 24, 5, GRU)
    draw = lambda rng, B: tasks.copy(rng, B, 10, 3, 4)
    model, fresh = trained(seed, make, draw, 400)
    y, _ = model.forward(fresh.x)
    assert model.loss(fresh)[0] < 0.8 * fresh.baseline
    assert accuracy(y[-3:], fresh.target[-3:]) > fresh.chance + 0.15


@SEEDS
def test_a_gru_tells_praise_from_blame(seed):
    n = len(tasks.SENTIMENT)
    make = lambda rng: ManyToOne.init(rng, n, 16, 2, GRU)
    model, fresh = trained(seed, make, tasks.sentiment, 400)
    assert accuracy(model.forward(fresh.x, fresh.lengths)[0], fresh.target) > 0.9


@SEEDS
@pytest.mark.parametrize("cell", [RNN, GRU])
def test_captions_are_said_whole(cell, seed):
    n = len(tasks.CAPTION)
    make = lambda rng: OneToMany.init(rng, 8, n, 32, n - 1, cell)
    model, fresh = trained(seed, make, tasks.captions, 600)
    said = model.generate(fresh.source, len(fresh.target))
    assert exact(said, fresh.target, fresh.lengths) > 0.8


@SEEDS
@pytest.mark.parametrize("score", [Dot, Additive])
def test_an_encoder_and_a_decoder_with_attention_say_letters_backwards(score, seed):
    make = lambda rng: EncoderDecoder.init(rng, 8, 9, 32, 8, GRU, score)
    draw = lambda rng, B: tasks.reversal(rng, B, 3, 6)
    model, fresh = trained(seed, make, draw, 350)
    said = model.generate(fresh.source, len(fresh.target), fresh.source_lengths)
    assert accuracy(said, fresh.target, fresh.lengths) > 0.9
