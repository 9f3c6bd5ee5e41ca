"""Parameters as trees: NamedTuples (nested as one likes) whose leaves are NumPy arrays.

The same idea, with the same meaning of "leaf", as JAX's pytrees: a function of arrays is carried over to a
whole set of parameters at once, and the result has the type of the parameters.
"""

import numpy as np


def rebuild(like, parts):
    """A tuple of the type of `like` from its parts."""
    return type(like)(*parts) if hasattr(like, "_fields") else type(like)(parts)


def tree_map(f, tree, *others):
    """f(leaf, …) on every leaf; trees of equal structure go side by side. Other objects pass as they are."""
    if isinstance(tree, np.ndarray):
        return f(tree, *others)
    if isinstance(tree, tuple):
        return rebuild(tree, [tree_map(f, *parts) for parts in zip(tree, *others, strict=True)])
    return tree


def arrays(tree):
    """The arrays of all leaves, in order."""
    if isinstance(tree, np.ndarray):
        return [tree]
    return [a for part in tree for a in arrays(part)] if isinstance(tree, tuple) else []


def _of_one_form(tree, other):
    """Have two trees the same types, and arrays of the same shapes?"""
    if isinstance(tree, np.ndarray):
        return isinstance(other, np.ndarray) and tree.shape == other.shape
    same = type(tree) is type(other)
    if not (same and isinstance(tree, tuple)):
        return same
    return len(tree) == len(other) and all(map(_of_one_form, tree, other))


def same_arrays(name, tree, params):
    """Refuse a tree that has not the arrays, by name and shape, of params."""
    if _of_one_form(tree, params) and arrays(params):
        return  # the usual case; names take three times as long to write
    got, wanted = leaves(tree), leaves(params)
    if not wanted:
        raise ValueError(f"params: got {type(params).__name__}, wanted arrays in a NamedTuple")
    shapes = [[(n, a.shape) for n, a in found] for found in (got, wanted)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"{name}: got {shapes[0]}, wanted the arrays of params, {shapes[1]}")


def leaves(tree, name=""):
    """[(name, array), …] of every leaf, named by its path, such as ``cell.W_h``."""
    if isinstance(tree, np.ndarray):
        return [(name or "array", tree)]
    if not isinstance(tree, tuple):
        return []
    fields = getattr(tree, "_fields", range(len(tree)))
    dot = name + "." if name else ""
    return [
        leaf for f, part in zip(fields, tree, strict=True) for leaf in leaves(part, f"{dot}{f}")
    ]


def joined(tree):
    """All leaves side by side along the last axis: (B, n_1 + n_2 + …)."""
    return np.concatenate([a for _, a in leaves(tree)], axis=-1)


def parted(a, like):
    """The inverse of `joined`: the columns of `a` in a tree like `like`."""
    sizes = [leaf.shape[-1] for _, leaf in leaves(like)]
    pieces = iter(np.split(a, np.cumsum(sizes)[:-1], axis=-1))
    return tree_map(lambda leaf: next(pieces), like)


def size(tree):
    """How many numbers there are in all leaves: of a model, how many it learns."""
    return sum(a.size for _, a in leaves(tree))
