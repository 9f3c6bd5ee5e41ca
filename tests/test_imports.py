"""The shape of the core: what imports what, how much there is to read, and that all of it is explained."""

import ast
import inspect
import io
import os
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

import rnn_core

ROOT = Path(rnn_core.__file__).parent
APART = {"symbolic", "jax_twin", "jax_columns"}  # may import SymPy and JAX
MODULES = {p.stem: p for p in sorted(ROOT.glob("*.py"))}
CORE = sorted(set(MODULES) - APART)
HEAVY = (
    "sympy",
    "matplotlib",
    "IPython",
    "ipywidgets",
    "anywidget",
    "jax",
    "rnn_core.show",
    "rnn_core.symbolic",
)
READING_PATH = ("losses", "cells", "bptt", "models")


def source(module):
    return MODULES[module].read_text(encoding="utf-8")


def imports(text):
    """Names imported by the code of a module of rnn_core, wherever in it: outside ones and "rnn_core.…"."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inside = "rnn_core" if node.level else ""
            base = ".".join(filter(None, [inside, node.module]))
            names = {f"{base}.{alias.name}" for alias in node.names}
            found |= names if base == "rnn_core" else {base}
    return found


def siblings(module):
    """The modules of rnn_core that a module imports."""
    inside = {
        name.split(".")[1] for name in imports(source(module)) if name.startswith("rnn_core.")
    }
    return inside - {module}


def code_lines(text):
    """Lines that hold code: no blanks, no comments, no docstrings."""
    skip = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    lines = {
        n
        for t in tokens
        if t.type not in (*skip, tokenize.ENDMARKER)
        for n in range(t.start[0], t.end[0] + 1)
    }
    for node in ast.walk(ast.parse(text)):
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            doc = node.body[0]
            lines -= set(range(doc.lineno, doc.end_lineno + 1))
    return len(lines)


def test_the_readers_of_source_read_rightly():
    text = (
        '"""Doc\n\nstring."""\nimport os  # why\n\n\n'
        'def f():\n    """Doc."""\n    # no\n    return (\n        1\n    )\n'
    )
    assert code_lines(text) == 5
    text = (
        "from . import a\nfrom .b import c\nimport x.y\n"
        "def f():\n    from z import w\n    import rnn_core.d\n"
    )
    assert imports(text) == {"rnn_core.a", "rnn_core.b", "x.y", "z", "rnn_core.d"}


def test_importing_the_core_imports_nothing_heavy():
    code = f"import sys, rnn_core; print([m for m in {HEAVY!r} if m in sys.modules])"
    path = os.pathsep.join([str(ROOT.parent), os.environ.get("PYTHONPATH", "")])
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("module", CORE)
def test_the_core_imports_numpy_the_standard_library_and_itself(module):
    outside = {name.split(".")[0] for name in imports(source(module))} - {"rnn_core", "numpy"}
    assert outside <= sys.stdlib_module_names
    assert siblings(module) <= set(CORE), f"{module} imports what is not of the core"


def lacking(text):
    """What a module or cell imports that a page in a browser does not have."""
    names = {name.split(".")[0] for name in imports(text)}
    return names & {"concurrent", "ctypes", "multiprocessing", "socket", "subprocess", "threading"}


@pytest.mark.parametrize(
    "path", sorted(ROOT.rglob("*.py")), ids=lambda p: f"{p.parent.name}-{p.stem}"
)
def test_nothing_needs_what_the_browser_edition_lacks(path):
    assert lacking(path.read_text(encoding="utf-8")) == set()


def test_what_the_browser_edition_lacks_is_found():
    assert lacking("def f():\n    import threading") == {"threading"}
    assert lacking("from concurrent.futures import Executor\nimport numpy") == {"concurrent"}


def test_arrows_point_one_way():
    left = {module: siblings(module) & set(MODULES) for module in MODULES}
    while left:
        free = [module for module, needs in left.items() if not needs & set(left)]
        assert free, f"these import each other in a circle: {sorted(left)}"
        left = {module: needs for module, needs in left.items() if module not in free}


def test_the_reading_path_stays_short():
    counts = {module: code_lines(source(module)) for module in READING_PATH}
    print(f"\nlines of code on the reading path: {counts}, together {sum(counts.values())}")
    assert sum(counts.values()) < 350
    assert counts["cells"] + counts["bptt"] < 200


def test_every_name_in_all_is_there_once():
    assert len(set(rnn_core.__all__)) == len(rnn_core.__all__)
    for name in rnn_core.__all__:
        assert getattr(rnn_core, name) is not None


@pytest.mark.parametrize("name", rnn_core.__all__)
def test_every_public_name_and_method_is_explained(name):
    thing = getattr(rnn_core, name)
    assert thing.__doc__
    assert not thing.__doc__.startswith(f"{name}("), "this docstring was generated"
    if inspect.isclass(thing):
        ours = [c for c in thing.__mro__ if c.__module__.startswith("rnn_core")]
        for c in ours:
            for method, f in vars(c).items():
                f = getattr(f, "__func__", f)
                if method[0] != "_" and inspect.isfunction(f) and f.__name__ == method:
                    assert f.__doc__, f"{c.__name__}.{method} has no docstring"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_every_module_is_explained(module):
    assert ast.get_docstring(ast.parse(source(module)))
