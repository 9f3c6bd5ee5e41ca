"""Lesson 05: agreement at a distance, from different starts."""

import numpy as np

from rnn_core import RNN, Adam, Readout, ReluRNN, clip_by_global_norm, cross_entropy
from rnn_core.bptt import through_time
from rnn_core.spectrum import fit_gamma, orthogonal, spectral_radius
from rnn_core.tasks import WORDS, agreement


def starting_cell(start, rng, n_x, n_h):
    """A cell before training: "uniform" as RNN.init, "scaled" (the same with ρ(W_h) = 1), "orthogonal" W_h,
    or "identity" W_h with ReLU.
    """
    cell = RNN.init(rng, n_x, n_h)
    if start == "scaled":
        return cell._replace(W_h=cell.W_h / spectral_radius(cell.W_h))
    if start == "orthogonal":
        return cell._replace(W_h=orthogonal(rng, n_h))
    if start == "identity":  # Le, Jaitly & Hinton 2015
        return ReluRNN(cell.W_x, np.eye(n_h), cell.b)
    return cell


def number_agreement(distance, start, seed, n_h=32, B=32, steps=600, lr=0.003):
    """Accuracy on 1000 new sentences after training at one distance, and γ and the mean slope of the trained net."""
    rng = np.random.default_rng([seed, distance])
    params = (starting_cell(start, rng, len(WORDS), n_h), Readout.init(rng, n_h, 2))
    optimizer = Adam(lr)
    state = optimizer.start(params)
    for _ in range(steps):
        cell, readout = params
        data = agreement(rng, B, distance)
        h, tape = cell.forward(data.x)
        y, y_tape = readout.forward(h[-1])
        _, dy = cross_entropy(y, data.target)
        dreadout, dlast = readout.backward(y_tape, dy)
        grads, _ = clip_by_global_norm((cell.backward(tape, dstate=dlast)[0], dreadout), 1.0)
        params, state = optimizer.step(params, grads, state)
    return measured(*params, distance)


def measured(cell, readout, distance):
    """Accuracy, γ and mean slope on 1000 sentences that training has not seen."""
    data = agreement(np.random.default_rng(999), 1000, distance)
    h, tape = cell.forward(data.x)
    y, y_tape = readout.forward(h[-1])
    dh = np.zeros_like(h)
    dh[-1] = readout.backward(y_tape, cross_entropy(y, data.target)[1])[1]
    slope = cell.slope(tape.h)
    total, _ = through_time(dh, cell.back(tape))
    norms = np.linalg.norm(total, axis=(1, 2))
    return {
        "accuracy": round(float((y.argmax(axis=1) == data.target).mean()), 3),
        "gamma": round(fit_gamma(np.maximum(norms, 1e-300)), 3),
        "slope": round(float(slope.mean()), 3),
    }


DISTANCES = (3, 6, 8, 10, 12, 14, 16, 20, 24, 32)
EXPERIMENTS = {
    "05_agreement": (
        number_agreement,
        [{"distance": d, "start": "uniform"} for d in DISTANCES],
        range(5),
        {"accuracy": 0.01, "gamma": 0.01, "slope": 0.01},
    ),
    "05_starts": (
        number_agreement,
        [
            {"distance": d, "start": s}
            for s in ("uniform", "scaled", "orthogonal", "identity")
            for d in (12, 24, 48)
        ],
        range(5),
        {"accuracy": 0.01, "gamma": 0.01, "slope": 0.01},
    ),
    "05_patience": (
        number_agreement,
        [{"distance": 24, "start": "uniform", "steps": steps} for steps in (600, 6000)],
        range(5),
        {"accuracy": 0.01, "gamma": 0.01, "slope": 0.01},
    ),
}
