"""Lesson 08: how many steps back the gradient has to reach, with the state carried on and without."""

import numpy as np

from rnn_core import GRU, Adam, CharModel, Vocabulary, bits, cosine, evaluate, fit, train
from rnn_core.grammar import text
from rnn_core.tasks import Batch
from rnn_core.text import batches
from rnn_core.train import last

WINDOWS = (1, 2, 4, 8, 16, 32, 64)
SYMBOLS = 1024  # that a step reads, whatever the window


def truncation(window, carried, seed, n_h=48, n=200_000, steps=1200, lr=0.005):
    """Held-out bits per character of a GRU trained on chunks of `window` steps."""
    rng = np.random.default_rng(seed)
    written, held_out = text(rng, n), text(np.random.default_rng(999), 10_000)
    vocab = Vocabulary.from_text(written + held_out)
    ids, model = vocab.encode(written), CharModel.init(rng, vocab, GRU, n_h)
    rules = {"optimizer": Adam(lr), "clip": 1.0, "schedule": cosine(steps, 50, 0.02)}
    B = SYMBOLS // window
    if carried:
        run = fit(model, ids, steps, B, window, rng=rng, **rules)
    else:
        pieces = list(batches(ids, B, window))
        draw = lambda rng: Batch(*pieces[rng.integers(len(pieces))])
        run = train(model, draw, steps, rng, **rules)
    model = last(run).model
    return {"bits": round(bits(evaluate(model, vocab.encode(held_out))), 4)}


EXPERIMENTS = {
    "08_truncation": (
        truncation,
        [{"window": w, "carried": c} for c in (1, 0) for w in WINDOWS],
        range(3),
        {"bits": 0.01},
    ),
}
