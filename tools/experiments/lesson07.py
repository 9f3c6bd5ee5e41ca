"""Lesson 07: how long each cell remembers, at equal numbers of parameters; and the forget gate's bias."""

import numpy as np

from rnn_core import GRU, LSTM, RNN, Adam, ManyToMany, ManyToOne
from rnn_core.tasks import WORDS, adding, agreement, copy
from rnn_core.train import last, train
from rnn_core.tree import size

CELLS = {"RNN": RNN, "GRU": GRU, "LSTM": LSTM}
TASKS = {  # model, n_x, n_y, draw(rng, B, lag)
    "copy": (ManyToMany, 10, 9, lambda rng, B, lag: copy(rng, B, lag, length=1)),
    "adding": (ManyToOne, 2, 1, lambda rng, B, lag: adding(rng, B, lag)),
    "agreement": (ManyToOne, len(WORDS), 2, lambda rng, B, lag: agreement(rng, B, lag)),
}
RATES = {
    "copy": 0.01,
    "adding": 0.01,
    "agreement": 0.003,
}  # of Adam: the better of the two in trials
CLOSE = 0.1  # a sum counts as right when it is as close as this


def largest(task, cell, budget):
    """The largest n_h with which the model of a task has at most `budget` parameters."""
    kind, n_x, n_y, _ = TASKS[task]
    rng, n_h = np.random.default_rng(0), 1
    while size(kind.init(rng, n_x, n_h + 1, n_y, CELLS[cell])) <= budget:
        n_h += 1
    return n_h


def right(task, y, data):
    """Share of right answers: the last symbol of copy, the verb, a sum within CLOSE."""
    if task == "adding":
        return float((np.abs(y - data.target) < CLOSE).mean())
    if task == "copy":
        y, data = y[-1], data._replace(target=data.target[-1])
    return float((y.argmax(axis=-1) == data.target).mean())


def memory(task, cell, lag, keep, seed, budget=2500, B=32, steps=1500):
    """Share of right answers to 1000 new sequences after training at one lag.

    keep: the bias at the start of the gate that keeps, f of an LSTM, z of a GRU; an RNN has none.
    """
    kind, n_x, n_y, draw = TASKS[task]
    rng, n_h = np.random.default_rng([seed, lag]), largest(task, cell, budget)
    model = kind.init(rng, n_x, n_h, n_y, CELLS[cell])
    if cell != "RNN":  # the second block of both: of i, f, g, o and of r, z, n
        bias = model.cell.b if cell == "LSTM" else model.cell.b_x
        bias[n_h : 2 * n_h] = keep
    run = train(model, lambda rng: draw(rng, B, lag), steps, rng, Adam(RATES[task]), clip=1.0)
    model, data = last(run).model, draw(np.random.default_rng(999), 1000, lag)
    return {"right": round(right(task, model.forward(data.x)[0], data), 3)}


def forget_bias(bias, seed, lag=24, n_h=23, B=32, steps=800):
    """Share of right verbs of an LSTM on agreement, by the forget gate's bias at the start."""
    rng = np.random.default_rng([seed, lag])
    kind, n_x, n_y, draw = TASKS["agreement"]
    model = kind.init(rng, n_x, n_h, n_y, LSTM)
    model = model._replace(cell=LSTM.init(rng, n_x, n_h, forget_bias=float(bias)))
    optimizer = Adam(RATES["agreement"])
    run = train(model, lambda rng: draw(rng, B, lag), steps, rng, optimizer, clip=1.0)
    model, data = last(run).model, draw(np.random.default_rng(999), 1000, lag)
    return {"right": round(right("agreement", model.forward(data.x)[0], data), 3)}


LAGS = {"copy": (5, 10, 20, 40, 80), "adding": (10, 20, 40, 80), "agreement": (6, 12, 24, 48)}
EXPERIMENTS = {
    "07_memory": (
        memory,
        [
            {"task": task, "cell": cell, "lag": lag, "keep": keep}
            for task, lags in LAGS.items()
            for lag in lags
            for cell in CELLS
            for keep in ((0,) if cell == "RNN" else (1, 3))
        ],
        range(3),
        {"right": 0.02},
    ),
    "07_forget_bias": (
        forget_bias,
        [{"bias": bias} for bias in (-2, -1, 0, 1, 2, 4)],
        range(5),
        {"right": 0.02},
    ),
}
