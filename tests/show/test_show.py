"""rnn_core.show as a whole: every explorer is tested, and the mathematics stays in the core."""

import ast
import inspect
from pathlib import Path

import pytest
from explorers import MAKERS, live

from rnn_core import show

FILES = sorted(Path(show.__file__).parent.glob("*.py"))
CORE = {
    "bptt",
    "cells",
    "check",
    "cliff",
    "encoder_decoder",
    "gated",
    "losses",
    "metrics",
    "models",
    "optim",
    "readout",
    "speaking",
    "spectrum",
    "start",
    "tank",
    "tasks",
    "worked",
}  # where explorers get their numbers from
MATHEMATICS = {
    *("tanh", "exp", "log", "sqrt", "dot", "matmul", "einsum", "outer", "cumsum", "linalg"),
    *("power", "tensordot", "inner", "gradient", "diff"),
}


def functions():
    """{name: function} of all that rnn_core.show gives away."""
    return {n: f for n in show.__all__ if inspect.isfunction(f := getattr(show, n))}


def returns(function, name):
    """Whether some return statement of the function itself calls `name`."""
    tree = ast.parse(inspect.getsource(function))
    calls = [n.value.func for n in ast.walk(tree) if isinstance(n, ast.Return) and is_call(n.value)]
    return any(getattr(f, "id", None) == name for f in calls)


def is_call(node):
    return isinstance(node, ast.Call)


def mathematics(text):
    """What a source computes by itself: functions of numpy or math that do, and matrix products."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr in MATHEMATICS:
            found.add(node.attr)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            found.add("@")
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = {a.name for a in node.names} | {getattr(node, "module", None) or ""}
            found |= names & {"math", "cmath", "scipy", "sympy", "numpy.linalg", *MATHEMATICS}
    return found


def test_no_explorer_is_forgotten():
    assert {n for n, f in functions().items() if returns(f, "LiveFigure")} == set(MAKERS)
    assert all(isinstance(live(name), show.LiveFigure) for name in MAKERS)


def test_all_that_is_given_away_is_explained():
    for name in show.__all__:
        assert getattr(show, name).__doc__.rstrip().endswith("."), name
    assert show.__all__ == sorted(show.__all__)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_pictures_do_no_mathematics(file):
    assert mathematics(file.read_text(encoding="utf-8")) == set()


def test_mathematics_is_recognised():
    assert mathematics("import numpy as np\nnp.tanh(x) + a @ b") == {"tanh", "@"}
    assert mathematics("from numpy import linalg\nimport math") == {"linalg", "math"}


def test_explorers_get_their_numbers_from_the_core():
    used = {
        node.module
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level == 2
    }
    assert used == CORE
