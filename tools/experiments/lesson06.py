"""Lesson 06: one layer or several, at equal numbers of parameters."""

import numpy as np

from rnn_core import Adam, ManyToMany, ManyToOne, Stacked, accuracy
from rnn_core.tasks import SENTIMENT, parity, sentiment
from rnn_core.train import last, train
from rnn_core.tree import size

TASKS = {  # model, n_x, draw(rng, B), steps
    "parity": (ManyToMany, 2, lambda rng, B: parity(rng, B, 32), 600),
    "reviews": (ManyToOne, len(SENTIMENT), lambda rng, B: sentiment(rng, B), 1000),
}


def built(task, layers, n_h, rng):
    """A model of the task with so many layers of tanh units."""
    kind, n_x, *_ = TASKS[task]
    model = kind.init(rng, n_x, n_h, 2)
    return model._replace(cell=Stacked.init(rng, n_x, n_h, layers=layers))


def depth(task, layers, seed, patience=1, budget=800, B=32, lr=0.01):
    """Share of right answers on 1000 new sequences, with as many units as the budget of parameters allows.

    patience: so many times the steps that the task is given.
    """
    n_h = 1
    while size(built(task, layers, n_h + 1, np.random.default_rng(0))) <= budget:
        n_h += 1
    rng, (_, _, draw, steps) = np.random.default_rng(seed), TASKS[task]
    run = train(
        built(task, layers, n_h, rng),
        lambda r: draw(r, B),
        patience * steps,
        rng,
        Adam(lr),
        clip=1.0,
    )
    model, data = last(run).model, draw(np.random.default_rng(999), 1000)
    y, _ = model.forward(data.x, data.lengths)
    return {"n_h": n_h, "right": round(accuracy(y, data.target), 3)}


EXPERIMENTS = {
    "06_depth": (
        depth,
        [{"task": task, "layers": layers} for task in TASKS for layers in (1, 2, 3)]
        + [{"task": "parity", "layers": 1, "patience": 5}],
        range(5),
        {"n_h": 0, "right": 0.02},
    ),
}
