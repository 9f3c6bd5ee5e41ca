"""The scalar network in symbols (sympy): every intermediate has a name and one equation that defines it.

    z_t = W_x x_t + W_h h_{t−1},   h_t = tanh z_t,   ŷ_t = W_y h_t,   L_t = (ŷ_t − y*_t)²,   L = Σ_t L_t

Because every name is kept apart from its equation, the two derivatives that are so often mixed up are two
different acts: `immediate` differentiates one equation and holds every other name still (∂⁺), `total` first
puts all equations into each other and differentiates what comes out (∂).
"""

from dataclasses import dataclass

import sympy

from . import check

WEIGHTS = ("W_x", "W_h", "W_y")


class Prediction(sympy.Symbol):
    """A symbol that is y_t in plain text, as in code, and wears its hat in formulas."""

    def _latex(self, printer):
        return rf"\hat{{y}}_{{{self.name[2:]}}}"


@dataclass(frozen=True)
class Unrolled:
    """T steps in symbols. Tuples hold one symbol per step; with untied weights W_x, W_h, W_y are tuples too."""

    W_x: object
    W_h: object
    W_y: object
    x: tuple
    y_star: tuple
    h_0: sympy.Symbol
    z: tuple
    h: tuple
    y: tuple
    losses: tuple
    L: sympy.Symbol
    equations: dict  # name → the expression that defines it, in the order of computation

    def immediate(self, quantity, by):
        """∂⁺quantity/∂by: the derivative of the one equation that defines `quantity`, other names held still."""
        return sympy.diff(self.equation(quantity), by)

    def total(self, quantity, by):
        """∂quantity/∂by: the derivative after every name between the two has been replaced by its equation."""
        return sympy.diff(self.expand(quantity, keep=by), by)

    def equation(self, quantity):
        """The expression that defines a name; ValueError for a symbol that no equation defines."""
        if quantity not in self.equations:
            raise ValueError(
                f"quantity: got {quantity}, wanted one of {', '.join(map(str, self.equations))}"
            )
        return self.equations[quantity]

    def expand(self, expression, keep=None):
        """The expression with all names but `keep` replaced by their equations, down to weights and inputs."""
        for name in reversed(self.equations):  # the last computed first, so one pass is enough
            if name != keep:
                expression = expression.subs(name, self.equations[name])
        return expression

    def value(self, expression, numbers):
        """The expression as a float; numbers: {symbol: number} for weights, inputs, targets and h_0.

        Raises ValueError where a symbol is left without a number.
        """
        result = self.expand(sympy.sympify(expression)).subs(numbers)
        if result.free_symbols:
            left = ", ".join(sorted(map(str, result.free_symbols)))
            raise ValueError(f"numbers: got none for {left}, wanted one for every symbol")
        return float(result.evalf(30))

    def finite_difference(self, quantity, numbers, eps=1e-5):
        """∂L/∂quantity ≈ (L(q + ε) − L(q − ε)) / 2ε: `quantity` is moved, all that follows from it follows.

        numbers: {symbol: number} as for `value`. The error is of order ε², and of order 1e−16/ε by rounding.
        """
        others = {name: number for name, number in numbers.items() if name != quantity}
        L = sympy.lambdify(quantity, self.expand(self.L, keep=quantity).subs(others))
        q = self.value(quantity, numbers)
        return float(L(q + eps) - L(q - eps)) / (2 * eps)

    def numbers(self, W_x, W_h, W_y, x, y_star, h_0=0.0):
        """{symbol: number} for `value`, from the arguments of `worked.work`; each copy of an untied weight alike.

        Raises ValueError where x or y_star has not one number per step.
        """
        pairs = {self.h_0: h_0}
        for name, symbols, given in (("x", self.x, x), ("y_star", self.y_star, y_star)):
            check.shape(name, (len(given),), (len(symbols),), ": one number per step")
            pairs |= dict(zip(symbols, given, strict=True))
        for weight, number in ((self.W_x, W_x), (self.W_h, W_h), (self.W_y, W_y)):
            copies = weight if isinstance(weight, tuple) else (weight,)
            pairs |= dict.fromkeys(copies, number)
        return {name: sympy.Rational(str(number)) for name, number in pairs.items()}


def unrolled(T=2, tied=True):
    """`Unrolled` for T ≥ 1 steps. With tied=False every step has its own copy W^(t) of each weight."""
    T = check.count("T", T)
    steps = range(1, T + 1)
    each = lambda pattern: tuple(sympy.Symbol(pattern.format(t), real=True) for t in steps)
    W = {n: each(n + "^({})") if not tied else (sympy.Symbol(n, real=True),) * T for n in WEIGHTS}
    x, y_star = each("x_{}"), each("y_{}^*")
    z, h, losses = each("z_{}"), each("h_{}"), each("L_{}")
    y = tuple(Prediction(f"y_{t}", real=True) for t in steps)
    h_0, L = sympy.Symbol("h_0", real=True), sympy.Symbol("L", real=True)
    equations = {}
    for t, h_before in enumerate((h_0, *h[:-1])):
        equations[z[t]] = W["W_x"][t] * x[t] + W["W_h"][t] * h_before
        equations[h[t]] = sympy.tanh(z[t])
        equations[y[t]] = W["W_y"][t] * h[t]
        equations[losses[t]] = (y[t] - y_star[t]) ** 2
    equations[L] = sum(losses)
    weights = {n: W[n] if not tied else W[n][0] for n in WEIGHTS}
    return Unrolled(
        **weights,
        x=x,
        y_star=y_star,
        h_0=h_0,
        z=z,
        h=h,
        y=y,
        losses=losses,
        L=L,
        equations=equations,
    )
