"""The scalar network worked by hand: every intermediate number of forward and backward, in order.

    z_t = W_x x_t + W_h h_{t−1},   h_t = tanh z_t,   ŷ_t = W_y h_t,   L = Σ_t (ŷ_t − y*_t)²

Plain Python numbers and one loop each way, so that a hand calculation can be followed line by line, and
rounded the way a hand calculation is. The general code is `cells.RNN`; the tests hold both to the same values.
"""

import math
import numbers
from typing import NamedTuple

from . import check


class Worked(NamedTuple):
    """Tuples hold one number per step t = 1 … T (index t − 1). ∂⁺ immediate, ∂ total derivative."""

    z: tuple  # z_t, pre-activation
    h: tuple  # h_t = tanh z_t
    y: tuple  # ŷ_t = W_y h_t
    losses: tuple  # L_t = (ŷ_t − y*_t)²
    loss: float  # L = Σ L_t
    dy: tuple  # ∂L/∂ŷ_t = 2 (ŷ_t − y*_t)
    dh_now: tuple  # ∂⁺L/∂h_t = W_y ∂L/∂ŷ_t
    dh_later: tuple  # W_h δ_{t+1}, what comes back from step t + 1
    dh: tuple  # ∂L/∂h_t, the sum of the two
    slope: tuple  # 1 − h_t²
    delta: tuple  # δ_t = ∂L/∂z_t = (1 − h_t²) ∂L/∂h_t
    dW_x: float  # Σ δ_t x_t
    dW_h: float  # Σ δ_t h_{t−1}
    dW_y: float  # Σ ∂L/∂ŷ_t h_t


EXAMPLE = {"W_x": 1.0, "W_h": 2.0, "W_y": 1.0, "x": (1.0, 2.0), "y_star": (0.0, 1.0), "h_0": 0.0}


def exactly(number):
    """The number itself: no rounding."""
    return number


def to_decimals(d):
    """A function that rounds to d decimals, as one does by hand; ValueError for d < 0."""
    d = check.count("d", d, least=0)
    return lambda number: round(number, d)


def work(W_x, W_h, W_y, x, y_star, h_0=0.0, keep_state=exactly, keep=exactly, carry=1.0):
    """All numbers of the example as `Worked`. x and y_star hold T ≥ 1 numbers each.

    keep_state(number) is what is kept of each h_t, keep(number) of every other result (`exactly`, or
    `to_decimals(d)`). carry multiplies W_h δ_{t+1}: 0 is the famous bug, a gradient that forgets time.
    Raises ValueError where x and y_star differ in length or are empty, or a number is not finite.
    """
    W_x, W_h, W_y, h_0 = _scalars(W_x=W_x, W_h=W_h, W_y=W_y, h_0=h_0)
    x = _sequence("x", x, "T")
    y_star = _sequence("y_star", y_star, len(x), where=": one target per x")
    z, h = [], [keep_state(h_0)]
    for x_t in x:
        z.append(keep(W_x * x_t + W_h * h[-1]))
        h.append(keep_state(math.tanh(z[-1])))
    before, h = h[:-1], h[1:]
    y = [keep(W_y * h_t) for h_t in h]
    losses = [keep((y_t - target) ** 2) for y_t, target in zip(y, y_star, strict=True)]
    dy = [keep(2 * (y_t - target)) for y_t, target in zip(y, y_star, strict=True)]
    dh_now = [keep(W_y * dy_t) for dy_t in dy]
    back = _backward(dh_now, [keep(1 - h_t * h_t) for h_t in h], W_h * carry, keep)
    sums = [keep(sum(map(keep, terms))) for terms in _terms(back["delta"], dy, x, before, h)]
    forward = {"z": z, "h": h, "y": y, "losses": losses, "dy": dy, "dh_now": dh_now}
    tuples = {name: tuple(values) for name, values in (forward | back).items()}
    return Worked(loss=keep(sum(losses)), dW_x=sums[0], dW_h=sums[1], dW_y=sums[2], **tuples)


def _backward(dh_now, slope, W_h, keep):
    """δ_t = (1 − h_t²) (∂⁺L/∂h_t + W_h δ_{t+1}) from the last step to the first."""
    later, dh, delta = [], [], []
    for now, s in zip(reversed(dh_now), reversed(slope), strict=True):
        later.append(keep(W_h * delta[-1]) if delta else 0.0)
        dh.append(keep(now + later[-1]))
        delta.append(keep(s * dh[-1]))
    return {"dh_later": later[::-1], "dh": dh[::-1], "slope": slope, "delta": delta[::-1]}


def _terms(delta, dy, x, before, h):
    pairs = [(delta, x), (delta, before), (dy, h)]
    return [[a * b for a, b in zip(*pair, strict=True)] for pair in pairs]


def _scalars(**scalars):
    for name, value in scalars.items():
        if not isinstance(value, numbers.Real) or not math.isfinite(value):
            raise ValueError(f"{name}: got {value!r}, wanted one finite number")
    return map(float, scalars.values())


def _sequence(name, values, T, where=""):
    a = check.array(name, values)
    a = a.astype(float) if a.dtype.kind in "iu" else a
    return check.floats(name, a, (T,), where=where).tolist()


# The same example as lecture notes print it, with their own digits: a quotation, not a result.
PRINTED = {
    "h_1": "0.761",
    "L_1": "0.579",
    "z_2": "3.522",
    "h_2": "0.998",
    "L_2": "0.000004",
    "dL/dy_2": "-0.004",
    "1-h_2^2": "0.004",
    "delta_2": "-0.000016",
    "W_h delta_2": "-0.000032",
    "dL/dy_1": "1.522",
    "1-h_1^2": "0.42",
    "delta_1": "0.64",
    "dL/dW_h": "-0.000012",
}


# How each number of the example follows from those above it.
FORMULAS = {
    name.format(t=t): formula.format(t=t, s=t - 1)
    for t in (1, 2)
    for name, formula in {
        "z_{t}": "W_x x_{t} + W_h h_{s}",
        "h_{t}": "tanh z_{t}",
        "L_{t}": "(y_{t} - y*_{t})^2",
        "dL/dy_{t}": "2 (y_{t} - y*_{t})",
        "1-h_{t}^2": "slope of tanh at z_{t}",
        "delta_{t}": "(1-h_{t}^2) dL/dh_{t}",
    }.items()
} | {
    "W_h delta_2": "carried back to h_1",
    "dL/dW_x": "delta_1 x_1 + delta_2 x_2",
    "dL/dW_h": "delta_1 h_0 + delta_2 h_1",
    "dL/dW_y": "dL/dy_1 h_1 + dL/dy_2 h_2",
}


def named(w):
    """{name: number} of a two-step `Worked`, under the names of `PRINTED` and of the three weights."""
    steps = [
        {
            f"z_{t}": w.z[t - 1],
            f"h_{t}": w.h[t - 1],
            f"L_{t}": w.losses[t - 1],
            f"dL/dy_{t}": w.dy[t - 1],
            f"1-h_{t}^2": w.slope[t - 1],
            f"delta_{t}": w.delta[t - 1],
        }
        for t in (1, 2)
    ]
    weights = {"dL/dW_x": w.dW_x, "dL/dW_h": w.dW_h, "dL/dW_y": w.dW_y}
    return steps[0] | steps[1] | {"W_h delta_2": w.dh_later[0]} | weights
