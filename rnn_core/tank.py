"""An LSTM with one unit whose gates are set by hand, a tank with valves, and what it keeps of what was written.

The cell's input carries the four numbers that its gates and its proposal are made of: W_x is the identity. W_h and
b are 0, so nothing comes back by way of h, and ∂C_t/∂C_s = f_{s+1} ⋯ f_t is all that steps say to each other.
"""

from typing import NamedTuple

import numpy as np

from . import check
from .gated import LSTM

CELL = LSTM(np.eye(4), np.zeros((4, 1)), np.zeros(4))
FAR = 40.0  # σ(±40) and tanh(±40) are 0 and ±1 to the last digit of a float64


class Steps(NamedTuple):
    """What happened, (T,) each: the gates, the proposal, the memory and what goes out."""

    i: np.ndarray  # input gate
    f: np.ndarray  # forget gate
    g: np.ndarray  # proposal: the water that wants in
    o: np.ndarray  # output gate
    C: np.ndarray  # memory
    h: np.ndarray  # output


def run(i, f, g, o):
    """`LSTM.forward` where gates i, f, o (T,) in 0 … 1 and proposal g (T,) in −1 … 1 are these; (Steps, tape).

    Raises ValueError for numbers out of range and for lengths that differ.
    """
    i = _within("i", i, 0, "T")
    f, g, o = (_within(*given, len(i)) for given in (("f", f, 0), ("g", g, -1), ("o", o, 0)))
    with np.errstate(divide="ignore"):  # of 0 and 1: infinite, and clipped
        logits = [np.log(p) - np.log1p(-p) for p in (i, f, o)]
        z = np.stack([*logits[:2], np.arctanh(g), logits[2]], axis=-1)
    h, tape = CELL.forward(np.clip(z, -FAR, FAR)[:, None])
    return Steps(*(a[:, 0, 0] for a in (*tape.inner, h))), tape


def kept(tape, s):
    """(T − s + 1,) numbers ∂C_t/∂C_s for t = s … T, from backpropagation; s in 1 … T, else ValueError.

    One row for each t > s, as long as it is from s to t, whose final memory is the loss.
    """
    T = len(tape.x)
    if check.count("s", s) > T:
        raise ValueError(f"s: got {s}, wanted 1 … {T} (T = {T} steps)")
    n = T - s
    if n == 0:
        return np.ones(1)
    at_s = tuple(np.repeat(a[s - 1], n, axis=0) for a in (tape.h, tape.inner.c))
    _, tail = CELL.forward(np.repeat(tape.x[s:], n, axis=1), at_s, lengths=np.arange(1, n + 1))
    _, _, (_, dC) = CELL.backward(tail, dstate=(np.zeros((n, 1)), np.ones((n, 1))))
    return np.concatenate([[1.0], dC[:, 0]])


def _within(name, values, least, T):
    where = "" if T == "T" else " like i"
    values = check.floats(name, check.array(name, values).astype(float), (T,), where=where)
    if (values < least).any() or (values > 1).any():
        bad = values[(values < least) | (values > 1)][0]
        raise ValueError(f"{name}: got {bad:g}, wanted numbers {least} … 1")
    return values
