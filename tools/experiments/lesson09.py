"""Lesson 09: every model on the same text, whose entropy is known, at three lengths of the text."""

import time

import numpy as np

from rnn_core import (
    GRU,
    LSTM,
    RNN,
    Adam,
    CharModel,
    NGram,
    Readout,
    Vocabulary,
    WindowMLP,
    best_order,
    bits,
    cosine,
    evaluate,
    fit,
)
from rnn_core.grammar import agreement_pairs, text
from rnn_core.train import last
from rnn_core.tree import size

SIZES = (10_000, 100_000, 1_000_000)
STEPS = dict(zip(SIZES, (300, 1200, 3000), strict=True))
B, T = 64, 32
# widths that give about 50,000 parameters each, and a learning rate that each learns well with
NETS = {
    "window MLP": (WindowMLP, 212, 0.004),
    "RNN": (RNN, 200, 0.003),
    "GRU": (GRU, 112, 0.006),
    "LSTM": (LSTM, 96, 0.01),
}
COUNTS = {"uniform": [0], "unigram": [1], "n-gram": range(2, 15)}
DISTANCES = (0, 3, 4, 6, 7, 8, 11, 14)


def ladder(model, n, seed):
    """Trained on nine tenths of n characters, chosen on the last tenth, judged on 20,000 others."""
    written, held_out = (
        text(np.random.default_rng(seed), n),
        text(np.random.default_rng(999), 20_000),
    )
    vocab = Vocabulary.from_text(held_out)
    ids, begin = vocab.encode(written), time.perf_counter()
    part = ids[: n * 9 // 10], ids[n * 9 // 10 :][:20_000]
    made, numbers = (_counted if model in COUNTS else _trained)(model, vocab, part, n, seed)
    seconds = time.perf_counter() - begin
    return {
        "bits": round(bits(evaluate(made, vocab.encode(held_out))), 4),
        "numbers": numbers,
        "seconds": round(seconds, 1),
        **{f"agree_{d}": agreement(made, vocab, d) for d in DISTANCES},
    }


def floor(n, seed, n_h=96, lr=0.01):
    """An LSTM that reads n characters once each, so that none can be learned by heart; judged on 100,000 others."""
    rng = np.random.default_rng(seed)
    written, held_out = text(rng, n), text(np.random.default_rng(999), 100_000)
    vocab, steps = Vocabulary.from_text(held_out), n // (B * T) - 1
    model = CharModel.init(rng, vocab, LSTM, n_h, dtype=np.float32)
    rules = {"clip": 1.0, "schedule": cosine(steps, 50, 0.02)}
    run = fit(model, vocab.encode(written), steps, B, T, Adam(lr), rng=rng, **rules)
    found = bits(evaluate(last(run).model, vocab.encode(held_out)))
    return {"bits": round(found, 4)}


def _counted(model, vocab, part, n, seed):
    """The n-gram of the best order and smoothing, and how many counts it keeps."""
    kinds = ("witten-bell", "kneser-ney")
    found = {kind: best_order(*part, len(vocab), COUNTS[model], kind) for kind in kinds}
    kind = min(kinds, key=lambda kind: found[kind].nats[found[kind].order])
    made = NGram(found[kind].order, kind).fit(part[0], len(vocab))
    return made, sum(len(level.grams) for level in made.levels)


def _trained(model, vocab, part, n, seed):
    """The network of the lowest loss on the last tenth, and how many parameters it has."""
    rng, (kind, n_h, lr) = np.random.default_rng(seed), NETS[model]
    cell = kind.init(rng, len(vocab), n_h, np.float32)
    made = CharModel(cell, Readout.init(rng, n_h, len(vocab), np.float32), vocab)
    rules = {"clip": 1.0, "schedule": cosine(STEPS[n], 50, 0.02), "every": STEPS[n] // 20}
    run = fit(made, part[0], STEPS[n], B, T, Adam(lr), held_out=part[1], rng=rng, **rules)
    return last(run).best, size(made)


def agreement(model, vocab, distance, n=300):
    """In what share of n sentences, with so many words between subject and verb, the right verb is the likelier."""
    right, begin = 0, "\n"  # as sentences begin in a text
    for pair in agreement_pairs(np.random.default_rng(999), n, distance):
        ids = [vocab.encode(begin + pair.prefix + verb) for verb in (pair.right, pair.wrong)]
        scores = [model.log_prob(i)[len(begin + pair.prefix) :].sum() for i in ids]
        right += float(scores[0] > scores[1])
    return round(right / n, 3)


EXPERIMENTS = {
    "09_floor": (floor, [{"n": n} for n in (1_000_000, 10_000_000)], range(3), {"bits": 0.01}),
    "09_ladder": (
        ladder,
        [{"model": model, "n": n} for model in (*COUNTS, *NETS) for n in SIZES],
        range(3),
        {
            "bits": 0.01,
            "numbers": 0,
            "seconds": float("inf"),
            **{f"agree_{d}": 0.06 for d in DISTANCES},
        },
    ),
}
