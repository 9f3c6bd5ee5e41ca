"""Finite differences: a gradient from function values alone, to hold a derived one against."""

import numbers

import numpy as np

from .tree import leaves, same_arrays, tree_map


def numerical_gradient(f, params, step=None):
    """∂f/∂p ≈ (f(p + ε) − f(p − ε)) / 2ε for every number p in params; same type as params.

    f(params) returns a scalar. params: a NamedTuple of arrays (nested as one likes) or one array. The error
    has two parts, ε² |f‴| / 6 from the formula and ~ 10⁻¹⁶ |f| / ε from rounding (float64); `step`, ε,
    defaults to the cube root of the dtype's resolution (6e−6 in float64, 5e−3 in float32), near the best for
    parameters of order 1, and is multiplied by |p| where that is larger than 1.
    Raises ValueError where params holds no float array or f is not a finite scalar.
    """
    _checked_leaves("params", params)
    # A copy, so that the caller's parameters stay as they are; in C order, so that reshape is a view of it.
    work = tree_map(lambda a: np.array(a, order="C"), params)

    def one_array(a):
        grad, flat = np.zeros_like(a), a.reshape(-1)
        eps = flat.dtype.type(np.cbrt(np.finfo(a.dtype).eps) if step is None else step)
        for i, p in enumerate(flat.copy()):
            wide = eps * max(1, abs(p))
            flat[i] = p + wide
            up, above = flat[i], _value(f, work)
            flat[i] = p - wide
            down, below = flat[i], _value(f, work)
            flat[i] = p
            if up == down:
                raise ValueError(f"step: got {eps}, wanted one that changes {p} in {a.dtype}")
            grad.reshape(-1)[i] = (above - below) / float(
                up - down
            )  # the step that was really made
        return grad

    return tree_map(one_array, work)


def gradcheck(f, params, grads):
    """The largest, over arrays, of ‖g − ĝ‖ / max(‖g‖, ‖ĝ‖, 1e−4 max(1, |L|)), ĝ by central differences.

    The last entry of the max keeps gradients that are almost zero from failing by rounding alone.
    In float64 a right gradient gives less than 1e−7, a wrong one usually 1e−3 to 1. f(params) is the loss L.
    Raises ValueError where grads has not the arrays and shapes of params.
    """
    _checked_leaves("params", params)
    same_arrays("grads", grads, params)
    for n, g in leaves(grads):
        if not np.isfinite(g).all():
            raise ValueError(f"grads: got NaN or infinity in {n}, wanted finite numbers only")
    floor = 1e-4 * max(1.0, abs(_value(f, params)))
    pairs = zip(leaves(grads), leaves(numerical_gradient(f, params)), strict=True)
    return max(_distance(g, g_hat, floor) for (_, g), (_, g_hat) in pairs)


def _distance(g, g_hat, floor):
    norm = np.linalg.norm
    return float(norm(g - g_hat) / max(norm(g), norm(g_hat), floor))


def _value(f, params):
    value = f(params)
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, numbers.Real) or not np.isfinite(value):
        got = value if np.isscalar(value) else type(value).__name__
        raise ValueError(f"f: got {got}, wanted one finite number (the loss)")
    return float(value)


def _checked_leaves(name, tree):
    found = leaves(tree)
    if not found or any(a.dtype.kind != "f" for _, a in found):
        got = [(n, str(a.dtype)) for n, a in found] or type(tree).__name__
        raise ValueError(f"{name}: got {got}, wanted arrays of floats in a NamedTuple")
    return found
