"""Refuse bad input in words: which argument, what came, what was wanted.

Nothing here computes. Every function returns its argument as an array when it is good and raises
`ValueError` when it is not, so that no wrong shape is silently broadcast and no NaN starts to spread.
A wanted shape is a tuple such as ``("T", "B", 3)``: a number must match, a name may be any size from 1.
"""

import math
import numbers

import numpy as np

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def array(name, value):
    """`value` as an array; a ragged list is refused by name."""
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name}: got rows of unequal length, wanted one rectangular array"
        ) from None


def _written(shape):
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def _fit(size, wanted):
    return size >= 1 if isinstance(wanted, str) else size == wanted


def _fits(got, wanted):
    # `map`, at half the price of a generator: this is asked of every argument in every step
    return got == wanted or (len(got) == len(wanted) and all(map(_fit, got, wanted)))


def shape(name, got, wanted, where=""):
    """The tuple `got` must be `wanted`; ``where`` says what fixed the numbers in it."""
    if not _fits(got, wanted):
        empty = " (it is empty)" if 0 in got else ""
        raise ValueError(
            f"{name}: got shape {_written(got)}{empty}, wanted {_written(wanted)}{where}"
        )


def dtype(value, name="dtype"):
    """float32 or float64, as a `numpy.dtype`."""
    try:
        kind = np.dtype(value)
    except (TypeError, ValueError):
        kind = np.dtype(object)  # not None: np.dtype(float) == None, so None would pass
    if kind not in FLOATS:
        raise ValueError(f"{name}: got {value!r}, wanted np.float32 or np.float64")
    return kind


def floats(name, value, wanted, kind=None, where=""):
    """A finite float32 or float64 array of the wanted shape (and of dtype `kind`, if given)."""
    if (
        type(value) is np.ndarray
        and value.dtype == kind
        and value.shape == wanted
        and finite(value)
    ):
        return value
    a = array(name, value)
    if a.dtype not in FLOATS:
        raise ValueError(f"{name}: got dtype {a.dtype}, wanted float32 or float64")
    if kind is not None and a.dtype != kind:
        raise ValueError(
            f"{name}: got dtype {a.dtype}, wanted {kind} like the parameters; "
            f"convert it with .astype(np.{kind})"
        )
    shape(name, a.shape, wanted, where)
    if not finite(a):
        at = tuple(int(i) for i in np.argwhere(~np.isfinite(a))[0])
        raise ValueError(f"{name}: got {a[at]} at index {at}, wanted finite numbers only")
    return a


def finite(a):
    """Is every number in an array finite? Where Σ a² is, yes; where it is not, each number is looked at."""
    flat = a.ravel("K")  # in the order of memory: no copy
    return math.isfinite(np.vdot(flat, flat)) or bool(np.isfinite(a).all())


def parameter(name, value, wanted, kind=None, where=""):
    """As `floats`, and an array already: a cell computes with its parameters as they stand."""
    if not isinstance(value, np.ndarray):
        raise ValueError(
            f"{name}: got {type(value).__name__}, wanted a NumPy array {_written(wanted)}{where}"
        )
    return floats(name, value, wanted, kind, where)


def steps(name, value, n, kind=None, where=""):
    """Floats (T, B, n), or (B, n) for a single step."""
    a = array(name, value)
    also = "" if a.ndim in (2, 3) else f" or (T, B, {n})"
    return floats(name, a, ("T", "B", n) if a.ndim == 3 else ("B", n), kind, also + where)


def symbols(name, value, wanted, n, where=""):
    """Integers 0 … n−1 of the wanted shape, as `numpy.intp`."""
    a = array(name, value)
    if a.dtype.kind not in "iu":
        raise ValueError(f"{name}: got dtype {a.dtype}, wanted integers (symbols 0 … {n - 1})")
    shape(name, a.shape, wanted, where)
    found = a.astype(np.intp, order="C")
    outside = found.view(np.uintp) >= n  # a negative number is a very large one there
    if np.count_nonzero(outside):
        at = tuple(int(i) for i in np.argwhere(outside)[0])
        raise ValueError(
            f"{name}: got symbol {a[at]} at index {at}, wanted 0 … {n - 1} (n = {n} symbols)"
        )
    return found


def sequence(name, value, n, kind, where=""):
    """Floats (T, B, n), or symbols 0 … n−1 (T, B)."""
    a = array(name, value)
    if a.dtype.kind in "iu":
        return symbols(name, a, ("T", "B"), n, ": integers are symbols, one-hot implied")
    return floats(name, a, ("T", "B", n), kind, where)


def lengths(value, T, B, name="lengths"):
    """One length for each of the B rows, integers 1 … T, as `numpy.intp`."""
    a = array(name, value)
    if a.dtype.kind not in "iu":
        raise ValueError(f"{name}: got dtype {a.dtype}, wanted integers 1 … {T}")
    shape(name, a.shape, (B,), ": one length per row of the batch")
    if ((a < 1) | (a > T)).any():
        bad = a[(a < 1) | (a > T)][0]
        raise ValueError(f"{name}: got {bad}, wanted 1 … {T} (T = {T} steps)")
    return a.astype(np.intp)


def mask(value, T, B):
    """(T, B, 1) booleans, true where t < lengths[b]; None when every row has all T steps."""
    if value is None:
        return None
    return (np.arange(T)[:, None] < lengths(value, T, B))[:, :, None]


def count(name, value, least=1):
    """A whole number, `least` or more."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        raise ValueError(f"{name}: got {value!r}, wanted a whole number of {least} or more")
    return int(value)


def number(name, value, least=None, most=None, above=None, below=None):
    """A finite number within the stated bounds (`least` and `most` included, `above` and `below` not)."""
    good = isinstance(value, numbers.Real) and not isinstance(value, bool) and np.isfinite(value)
    good = good and (least is None or value >= least) and (most is None or value <= most)
    if not (good and (above is None or value > above) and (below is None or value < below)):
        bounds = {"at least": least, "at most": most, "above": above, "below": below}
        wanted = " and ".join(f"{word} {b:g}" for word, b in bounds.items() if b is not None)
        raise ValueError(f"{name}: got {value!r}, wanted a finite number {wanted}".rstrip())
    return float(value)


def generator(rng):
    """A `numpy.random.Generator`, so that every draw has a known seed."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"rng: got {type(rng).__name__}, wanted a generator such as np.random.default_rng(0)"
        )
    return rng


def choice(name, value, allowed):
    """One of the allowed words."""
    if not isinstance(value, str) or value not in allowed:
        got = repr(value) if isinstance(value, str) else type(value).__name__
        words = " or ".join(repr(a) for a in allowed)
        raise ValueError(f"{name}: got {got}, wanted {words}")
    return value


def fields(batch, *names):
    """A batch that has what the model reads."""
    missing = [name for name in names if getattr(batch, name, None) is None]
    if missing:
        raise ValueError(f"batch: got no {', no '.join(missing)}, wanted {', '.join(names)}")


def kind(name, value):
    """A class with an `init`, such as RNN."""
    if not hasattr(value, "init"):
        got = repr(value) if isinstance(value, str) else type(value).__name__
        raise ValueError(f"{name}: got {got}, wanted a class with an `init`")
    return value


def has(name, value, method):
    """An object, not its class, with such a method."""
    if isinstance(value, type) or not hasattr(value, method):
        got = f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
        raise ValueError(f"{name}: got {got}, wanted an object with `{method}`")
    return value


def simple_cell(cell):
    """A cell with one activation and no gates."""
    if not hasattr(cell, "slope"):
        got = type(cell).__name__
        raise ValueError(
            f"cell: got {got}, wanted RNN, LinearRNN, SigmoidRNN or ReluRNN: a cell without gates"
        )
    return cell
