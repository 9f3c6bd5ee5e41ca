"""From scores to symbols: how a model speaks, one symbol after the other, and reads back what it has said."""

import numpy as np

from . import check
from .losses import softmax


def chances(logits, temperature=1.0, top_k=None):
    """softmax(z / temperature) over the top_k largest scores, 0 for all others; z (…, n) → (…, n).

    temperature 1 leaves the model's own probabilities; near 0 the likeliest takes all, and 0 is that limit (the
    first of equals); far above 1 all become alike. Of equal scores at the border of top_k, the first are kept.
    Raises ValueError for temperature < 0 and top_k < 1.
    """
    temperature = check.number("temperature", temperature, least=0.0)
    z = np.asarray(logits, dtype=float)
    k = z.shape[-1] if top_k is None else check.count("top_k", top_k)
    k = 1 if temperature == 0 else min(k, z.shape[-1])
    z = z - z.max(axis=-1, keepdims=True)  # before the division: no overflow near 0
    rank = np.argsort(np.argsort(-z, axis=-1, kind="stable"), axis=-1)
    with np.errstate(over="ignore"):
        return softmax(np.where(rank < k, z / (temperature or 1.0), -np.inf))


def draw(rng, p):
    """One symbol for each row of probabilities: p (B, n) → (B,)."""
    below = p.cumsum(axis=-1)
    u = rng.random((len(p), 1)) * below[:, -1:]  # the sum is 1 but for rounding
    return (below <= u).sum(axis=-1)


def speaker(cell, readout):
    """speak(x (1, B), state) → (y (1, B, n_y), state): one step of a cell and its readout."""

    def speak(x, state):
        h, tape = cell.forward(x, state)
        return readout.forward(h)[0], tape.state

    return speak


def begins(cell, readout):
    """The symbol that begins a sequence, n_x − 1: the one that a cell reads and its readout does not say."""
    if len(readout.c) != cell.n_x - 1:
        raise ValueError(
            f"readout: got n_y = {len(readout.c)}, wanted {cell.n_x - 1}: all of the cell's n_x = {cell.n_x} "
            f"symbols but the last, which begins a sequence"
        )
    return cell.n_x - 1


def likeliest(y):
    """The symbol of the highest score in every row: y (B, n_y) → (B,)."""
    return y.argmax(axis=-1)


def run_on(speak, state, x, given, choose=likeliest):
    """(inputs, outputs), (T, B) each: at step t read x_t where given[t], else the symbol that was just said.

    speak(x (1, B), state) → (y (1, B, n_y), state); given (T,) or (T, B) booleans, true in step 0; choose(y) says one
    symbol for each row of scores.
    """
    read, said = [], []
    for t in range(len(x)):
        read.append(x[t] if t == 0 else np.where(given[t], x[t], said[-1]))
        y, state = speak(read[-1][None], state)
        said.append(choose(y[0]))
    return np.array(read), np.array(said)
