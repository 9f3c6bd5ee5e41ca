"""Random cells with their inputs, and the definitions that rnn_core is held against.

The definitions go number by number, in plain loops and with other formulas than the core where there are
any (f′ from z and not from h, a Jacobian product for every single loss), so as not to share its mistakes.
"""

import cmath
import math
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from rnn_core import (
    LSTM,
    RNN,
    Bidirectional,
    LinearRNN,
    Readout,
    ReluRNN,
    SigmoidRNN,
    Stacked,
)
from rnn_core.tree import joined, tree_map

CELLS = (RNN, LinearRNN, SigmoidRNN, ReluRNN)
F = {
    RNN: math.tanh,
    LinearRNN: lambda z: z,
    SigmoidRNN: lambda z: 1 / (1 + math.exp(-z)),
    ReluRNN: lambda z: max(0.0, z),
}
F_PRIME = {
    RNN: lambda z: 1 / math.cosh(z) ** 2,
    LinearRNN: lambda z: 1.0,
    SigmoidRNN: lambda z: 1 / (2 + math.exp(z) + math.exp(-z)),
    ReluRNN: lambda z: 1.0 if z > 0 else 0.0,
}


class Case(NamedTuple):
    """One cell with one input and everything that backward may be given."""

    cell: Any
    readout: Readout
    x: np.ndarray  # (T, B, n_x) or (T, B) symbols
    state: Any  # (B, n_h) or None
    lengths: Any  # (B,) or None
    dh: np.ndarray  # (T, B, n_h)
    dstate: np.ndarray  # (B, n_h)
    rng: np.random.Generator  # for whatever else a test needs

    @property
    def sizes(self):
        """T, B, n_x, n_h."""
        return (*self.x.shape[:2], *self.cell.W_x.shape[::-1])


def close(got, wanted, tolerance=1e-12, err_msg=""):
    """Equal in shape, and in value to a part of the largest of them: rounding differs between CPUs."""
    got, wanted = np.asarray(got), np.asarray(wanted)
    assert got.shape == wanted.shape, err_msg
    scale = max(1.0, np.abs(wanted).max(initial=0))
    np.testing.assert_allclose(got, wanted, rtol=0, atol=tolerance * scale, err_msg=err_msg)


def frozen(a):
    """The array, made read-only: whoever writes into it is seen."""
    a.setflags(write=False)
    return a


def vectors(x, n_x):
    """x as floats (T, B, n_x), symbols written out one by one."""
    if x.ndim == 3:
        return x
    out = np.zeros((*x.shape, n_x))
    for t, b in np.ndindex(x.shape):
        out[t, b, x[t, b]] = 1
    return out


def row_lengths(case):
    """A length for every row, also where none are given."""
    T, B = case.x.shape[:2]
    return [T] * B if case.lengths is None else [int(n) for n in case.lengths]


def by_definition(case):
    """(z, h, final state) by h_t = f(Σ_j W_x x_j + Σ_k W_h h_k + b), one number at a time."""
    T, B, n_x, n_h = case.sizes
    W_x, W_h, b = case.cell
    x, f = vectors(case.x, n_x), F[type(case.cell)]
    z, h, last = np.zeros((T, B, n_h)), np.zeros((T, B, n_h)), np.zeros((B, n_h))
    for row, length in enumerate(row_lengths(case)):
        before = [0.0] * n_h if case.state is None else [float(v) for v in case.state[row]]
        for t in range(length):
            for i in range(n_h):
                z[t, row, i] = (
                    sum(W_x[i, j] * x[t, row, j] for j in range(n_x))
                    + sum(W_h[i, k] * before[k] for k in range(n_h))
                    + b[i]
                )
                h[t, row, i] = f(z[t, row, i])
            before = [float(v) for v in h[t, row]]
        last[row] = before
    return z, h, last


def gradients_by_definition(case, truncate=None, carry=None):
    """(dW_x, dW_h, db, dx, dstate0): every loss alone, sent back step by step, at most truncate − 1 steps."""
    T, B, n_x, n_h = case.sizes
    W_x, W_h, _ = case.cell
    x, f_prime = vectors(case.x, n_x), F_PRIME[type(case.cell)]
    z, h, _ = by_definition(case)
    state = np.zeros((B, n_h)) if case.state is None else case.state
    lags = T if truncate is None else truncate
    dW_x, dW_h, db = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros(n_h)
    dx, dstate0 = np.zeros((T, B, n_x)), np.zeros((B, n_h))
    for row, length in enumerate(row_lengths(case)):
        for s in range(length):
            message = case.dh[s, row] + (case.dstate[row] if s == length - 1 else 0)
            for lag in range(lags):
                t = s - lag
                if t == -1:
                    break
                factor = 1 if lag == 0 or carry is None else carry[t]
                delta = np.array([f_prime(v) for v in z[t, row]]) * factor * message
                before = h[t - 1, row] if t else state[row]
                dW_x += np.outer(delta, x[t, row])
                dW_h += np.outer(delta, before)
                db += delta
                dx[t, row] += W_x.T @ delta
                message = W_h.T @ delta
                dstate0[row] += message if t == 0 else 0
    return dW_x, dW_h, db, dx, dstate0


def away_from_kink(case, margin=1e-3):
    """ReLU has no derivative at 0: finite differences need every z that counts to keep off it."""
    z, _, _ = by_definition(case)
    alive = np.concatenate([z[:n, row].ravel() for row, n in enumerate(row_lengths(case))])
    return bool((np.abs(alive) > margin).all())


@st.composite
def cases(draw, kinds=CELLS, dtype=np.float64, symbols=None, lengths=None, state=None, T=None):
    """A Case; symbols, lengths and state are drawn (None), always there (True) or never (False)."""
    kind = draw(st.sampled_from(kinds))
    T = draw(st.integers(1, 6)) if T is None else draw(T)
    B, n_x, n_h = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 5))
    n_y = draw(st.integers(1, 4))
    symbols, lengths, state = (
        draw(st.booleans()) if given is None else given for given in (symbols, lengths, state)
    )
    ends = [draw(st.integers(1, T)) for _ in range(B)] if lengths else None
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def numbers(*shape):
        return frozen(rng.normal(0, 0.8, shape).astype(dtype))

    while True:
        case = Case(
            kind(numbers(n_h, n_x), numbers(n_h, n_h), numbers(n_h)),
            Readout(numbers(n_y, n_h), numbers(n_y)),
            frozen(rng.integers(0, n_x, (T, B))) if symbols else numbers(T, B, n_x),
            numbers(B, n_h) if state else None,
            frozen(np.array(ends)) if ends else None,
            numbers(T, B, n_h),
            numbers(B, n_h),
            rng,
        )
        if kind is not ReluRNN or away_from_kink(case):
            return case


class Net(NamedTuple):
    """A cell, or layers of cells, with one input and everything that backward may be given."""

    net: Any
    x: np.ndarray  # (T, B, n_x) or (T, B) symbols
    state: Any  # a tree like net.zeros(B), or None
    lengths: Any  # (B,) or None
    dh: np.ndarray  # (T, B, width)
    dstate: Any  # a tree like net.zeros(B)
    rng: np.random.Generator  # for whatever else a test needs


def one_of(*kinds):
    """How to build a single cell of one of these kinds, biases and all drawn from a normal distribution."""

    def build(draw, rng, n_x):
        cell = draw(st.sampled_from(kinds)).init(rng, n_x, draw(st.integers(1, 3)))
        return tree_map(lambda a: frozen(rng.normal(0, 0.8, a.shape)), cell)

    return build


def stacked(below, most=3):
    """How to build 1 … most layers, each of them built by one of `below`."""

    def build(draw, rng, n_x):
        cells = []
        for _ in range(draw(st.integers(1, most))):
            n = cells[-1].width if cells else n_x
            cells.append(draw(st.sampled_from(below))(draw, rng, n))
        return Stacked(tuple(cells))

    return build


def both_ways(one):
    """How to build two of a kind, or of unequal kinds and widths, that read in both directions."""
    return lambda draw, rng, n_x: Bidirectional(one(draw, rng, n_x), one(draw, rng, n_x))


@st.composite
def nets(draw, builders, symbols=None, lengths=None, state=None, T=None):
    """A Net built by one of the builders; symbols, lengths and state are drawn (None), or as told."""
    T = draw(st.integers(1, 5)) if T is None else draw(T)
    B, n_x = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    symbols, lengths, state = (
        draw(st.booleans()) if given is None else given for given in (symbols, lengths, state)
    )
    ends = [draw(st.integers(1, T)) for _ in range(B)] if lengths else None
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    net = draw(st.sampled_from(builders))(draw, rng, n_x)

    def numbers(like):
        return frozen(rng.normal(size=like.shape))

    return Net(
        net,
        frozen(rng.integers(0, n_x, (T, B))) if symbols else numbers(np.empty((T, B, n_x))),
        tree_map(numbers, net.zeros(B)) if state else None,
        frozen(np.array(ends)) if ends else None,
        numbers(np.empty((T, B, net.width))),
        tree_map(numbers, net.zeros(B)),
        rng,
    )


def _sigma(z):
    return 1 / (1 + cmath.exp(-z))


def gated_step(cell, x, s):
    """One step of one row of an LSTM or GRU, number by number; s is [h] or [h, c] in one list, real or complex."""
    n, (W_x, W_h, *biases) = cell.W_h.shape[1], cell
    h, c = s[:n], s[n:]

    def of_x(block, i):
        row = block * n + i
        return sum(W_x[row, j] * x[j] for j in range(len(x))) + biases[0][row]

    def of_h(block, i):
        row = block * n + i
        own = biases[1][row] if len(biases) == 2 else 0
        return sum(W_h[row, k] * h[k] for k in range(n)) + own

    h_new, c_new = [], []
    for i in range(n):
        a = [of_x(block, i) + of_h(block, i) for block in range(len(W_x) // n)]
        if isinstance(cell, LSTM):
            let_in, keep, out = _sigma(a[0]), _sigma(a[1]), _sigma(a[3])
            c_new.append(keep * c[i] + let_in * cmath.tanh(a[2]))
            h_new.append(out * cmath.tanh(c_new[i]))
        else:
            reset, keep = _sigma(a[0]), _sigma(a[1])
            proposal = cmath.tanh(of_x(2, i) + reset * of_h(2, i))
            h_new.append(proposal + keep * (h[i] - proposal))
    return h_new + c_new


def gated_by_definition(case):
    """s_0, s_1, … s_T of every row (T + 1, B, n_s), held where a row has ended."""
    T, B = case.x.shape[:2]
    x = vectors(case.x, case.net.n_x)
    s = [joined(case.net.zeros(B) if case.state is None else case.state)]
    for t in range(T):
        s.append(s[-1].copy())
        for row, length in enumerate(row_lengths(case)):
            if t < length:
                s[-1][row] = [complex(v).real for v in gated_step(case.net, x[t, row], s[-2][row])]
    return np.array(s)


def _along(step, values):
    """∂step/∂values (n_s, *values.shape), by a step of 1e−20 i: no difference is taken, so nothing is lost."""
    columns = []
    for at in np.ndindex(values.shape):
        moved = values.astype(complex)
        moved[at] += 1e-20j
        columns.append([complex(v).imag / 1e-20 for v in step(moved)])
    return np.array(columns).T.reshape(-1, *values.shape)


def gated_jacobians(case, t, row):
    """∂s_t/∂(parameters, x_t, s_{t−1}) of one row, step t = 0 … T − 1, from the definition alone."""
    cell, x = case.net, vectors(case.x, case.net.n_x)[t, row]
    s = gated_by_definition(case)[t, row]
    by_parameter = [
        _along(lambda p, f=f: gated_step(cell._replace(**{f: p}), x, s), getattr(cell, f))
        for f in cell._fields
    ]
    return (
        by_parameter,
        _along(lambda p: gated_step(cell, p, s), x),
        _along(lambda p: gated_step(cell, x, p), s),
    )


def gated_gradients_by_definition(case, truncate=None, carry=None):
    """([dparameter, …], dx, ds_0): every loss alone, sent back step by step, at most truncate − 1 steps."""
    (T, B), n, n_s = case.x.shape[:2], case.net.width, joined(case.dstate).shape[1]
    lags = T if truncate is None else truncate
    grads = [np.zeros_like(p) for p in case.net]
    dx, ds_0 = np.zeros((T, B, case.net.n_x)), np.zeros((B, n_s))
    for row, length in enumerate(row_lengths(case)):
        by = [gated_jacobians(case, t, row) for t in range(length)]
        for s in range(length):
            message = np.zeros(n_s)
            message[:n] = case.dh[s, row]
            message += joined(case.dstate)[row] if s == length - 1 else 0
            for t in range(s, max(-1, s - lags), -1):
                if t < s and carry is not None:
                    message = message * (carry[t, row] if np.ndim(carry) == 2 else carry[t])
                for g, J in zip(grads, by[t][0], strict=True):
                    g += np.tensordot(message, J, 1)
                dx[t, row] += message @ by[t][1]
                message = message @ by[t][2]
                ds_0[row] += message if t == 0 else 0
    return grads, dx, ds_0
