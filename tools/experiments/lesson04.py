"""Lesson 04: what truncation costs on the echo task."""

import numpy as np

from rnn_core import RNN, Adam, Readout, clip_by_global_norm, squared_error
from rnn_core.bptt import chunks, random_carry
from rnn_core.tasks import echo


def truncated_echo(way, size, seed, lag=5, T=40, B=20, n_h=16, steps=300, lr=0.01):
    """Mean loss of the last 20 of `steps` steps on the echo task, with the gradient truncated in some way.

    way: "full", "lags" (truncate = size), "chunks" (of size steps) or "random" (p = 1 − 1/size).
    """
    rng = np.random.default_rng(seed)
    cell, readout = RNN.init(rng, 1, n_h), Readout.init(rng, n_h, 1)
    params = (cell._replace(W_h=1.7 * cell.W_h), readout)
    optimizer = Adam(lr)
    state, losses = optimizer.start(params), []
    for _ in range(steps):
        data = echo(rng, B, T, lag)
        cell, readout = params
        h, tape = cell.forward(data.x)
        y, y_tape = readout.forward(h)
        loss, dy = squared_error(y, data.target, reduction="mean")
        dreadout, dh = readout.backward(y_tape, dy)
        options = {
            "full": {},
            "lags": {"truncate": size},
            "chunks": {"carry": chunks(T, size)},
            "random": {"carry": random_carry(rng, T, 1 - 1 / max(size, 2))},
        }[way]
        grads, _ = clip_by_global_norm((cell.backward(tape, dh, **options)[0], dreadout), 1.0)
        params, state = optimizer.step(params, grads, state)
        losses.append(loss)
    return {"loss": round(float(np.mean(losses[-20:])), 4)}


WAYS = [("full", 40)] + [
    (way, size) for way in ("lags", "chunks", "random") for size in (3, 5, 6, 8, 20)
]
EXPERIMENTS = {
    "04_truncation": (
        truncated_echo,
        [{"way": w, "size": s} for w, s in WAYS],
        range(3),
        {"loss": 0.002},
    ),
}
