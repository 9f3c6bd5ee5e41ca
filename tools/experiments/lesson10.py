"""Lesson 10: accuracy against the length of the input, and three ways to feed a decoder while it learns."""

import numpy as np

from rnn_core import GRU, Adam, Dot, EncoderDecoder, accuracy
from rnn_core.tasks import reversal
from rnn_core.train import last, train

FORCED = (4, 6, 8, 10, 12)
LENGTHS = (2, 4, 6, 8, 10, 12, 14, 16)  # trained up to 12


def by_length(score, n_h, seed, longest=12, B=32, steps=1500, lr=0.005):
    """Share of letters said right, free running, on 500 new sequences of each length."""
    rng = np.random.default_rng(seed)
    model = EncoderDecoder.init(rng, 8, 9, n_h, 8, GRU, Dot if score == "dot" else None)
    run = train(model, lambda rng: reversal(rng, B, 2, longest), steps, rng, Adam(lr), clip=1.0)
    model, found = last(run).model, {}
    for n in LENGTHS:
        data = reversal(np.random.default_rng(999), 500, n)
        said = model.generate(data.source, n, data.source_lengths)
        found[f"right_{n}"] = round(accuracy(said, data.target), 3)
    return found


def forcing(p, seed, n_h=32, longest=12, B=32, steps=1500, lr=0.005):
    """Reversal without attention: share of right letters teacher-forced and free running, on 500 new sequences.

    In step k of training each decoder input is the model's own symbol with probability p k / steps.
    """
    rng = np.random.default_rng(seed)
    model = EncoderDecoder.init(rng, 8, 9, n_h, 8, GRU)
    now = {"model": model, "k": 0}

    def draw(rng):
        now["k"] += 1
        return now["model"].scheduled(rng, reversal(rng, B, 2, longest), p * now["k"] / steps)

    for record in train(model, draw, steps, rng, Adam(lr), clip=1.0):
        now["model"] = record.model
    found = {}
    for n in FORCED:
        data = reversal(np.random.default_rng(999), 500, n)
        forced, _ = record.model.forward(data.source, data.x, data.source_lengths)
        free = record.model.generate(data.source, n, data.source_lengths)
        found[f"forced_{n}"] = round(accuracy(forced, data.target), 3)
        found[f"free_{n}"] = round(accuracy(free, data.target), 3)
    return found


EXPERIMENTS = {
    "10_length": (
        by_length,
        [{"score": score, "n_h": n_h} for score in ("none", "dot") for n_h in (16, 32, 64)],
        range(3),
        {f"right_{n}": 0.03 for n in LENGTHS},
    ),
    "10_forcing": (
        forcing,
        [{"p": p} for p in (0.0, 0.25, 0.5, 1.0)],
        range(3),
        # For p = 0 a sum taken in another order moves a seed's scores by up to 0.05, a mean of three seeds by 0.027,
        # and with p = 0.25 and more a seed's by 0.012.
        {f"{way}_{n}": limit for n in FORCED for way, limit in (("forced", 0.03), ("free", 0.04))},
    ),
}
