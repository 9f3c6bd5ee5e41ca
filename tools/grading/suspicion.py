"""What a person should look at in a student's code before its grade is given out.

A check runs in the same Python as the answer it judges, so an answer could change the check. The
sandbox keeps everything else out of reach; this reads the code for what no exercise needs. It is a
sign, not a verdict: every line is told, and the points are counted as they come.
"""

import ast
import builtins

from IPython.core.inputtransformer2 import TransformerManager

from grading.remarks import flag

NEEDED = {
    *("collections", "copy", "dataclasses", "decimal", "fractions", "functools", "itertools"),
    *("math", "matplotlib", "numbers", "numpy", "operator", "pprint", "random", "rnn_core"),
    *("scipy", "statistics", "string", "sympy", "textwrap", "time", "typing", "warnings"),
}
POWERFUL = {
    *("__builtins__", "__import__", "breakpoint", "compile", "delattr", "eval", "exec", "exit"),
    *("get_ipython", "globals", "input", "locals", "open", "quit", "setattr", "vars"),
}
HARMLESS = {"__name__", "__doc__", "__init__", "__len__", "__repr__", "__str__", "__file__"}


def suspicions(source, given):
    """Remarks on the code of one cell.

    given: {name: where it comes from} of what the exercise defines or imports, which a check may rely on.
    """
    tree = read(source)
    if tree is None:
        return []  # it does not run, so it changes nothing
    found = [told for node in ast.walk(tree) for told in of_node(node)]
    theirs = dict.fromkeys(dir(builtins), "") | given
    clash = [name for name, origin in origins(tree).items() if theirs.get(name, origin) != origin]
    clash += [name for name, origin in origins(tree).items() if not origin and name in theirs]
    found += [f"gives {name} another meaning" for name in sorted(set(clash))]
    return [flag(f"its code {told}") for told in dict.fromkeys(found)]


def read(source):
    """The tree of a cell, its `%` and `!` lines too as the calls they stand for; None if it is not Python."""
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def of_node(node):
    """What is unusual about one node, as the end of a sentence that begins with "its code"."""
    if isinstance(node, ast.Name) and node.id in POWERFUL:
        yield f"uses {node.id}"
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
        yield f"sets {ast.unparse(node)}"
    elif isinstance(node, ast.Attribute) and is_dunder(node.attr):
        yield f"uses {node.attr}"
    elif isinstance(node, ast.FunctionDef) and is_dunder(node.name):
        yield f"defines {node.name}"
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and is_dunder(node.value):
        yield f"names {node.value}"
    elif isinstance(node, ast.Import | ast.ImportFrom):
        names = (
            [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else [a.name for a in node.names]
        )
        yield from (f"imports {name}" for name in names if name.split(".")[0] not in NEEDED)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            yield f"imports everything of {node.module}"


def is_dunder(name):
    return name.startswith("__") and name.endswith("__") and len(name) > 4 and name not in HARMLESS


def relied_on(checks, given):
    """{name: where it comes from} of what checks take from cells before them, and given functions too."""
    theirs, used = {}, set()
    for tree in given:
        theirs |= origins(tree)
    for tree in [*checks, *given]:
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        stored = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
        used |= {node.id for node in names} - stored
    return {name: origin for name, origin in theirs.items() if name in used}


def origins(tree):
    """{name: the module it is imported from, or "" for one that is made here} of a cell's top level."""
    found = {}
    for node in tree.body if tree else []:
        if isinstance(node, ast.Import):
            found |= {a.asname or a.name.split(".")[0]: a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            found[node.name] = ""
        else:
            stored = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
            found |= {n.id: "" for n in stored if not isinstance(n.ctx, ast.Load)}
    for node in ast.walk(tree) if tree else []:
        if isinstance(node, ast.Global):
            found |= dict.fromkeys(node.names, "")
    return found


def seed_of(sources):
    """What stands after `SEED =` in the student's cells, or None."""
    for tree in map(read, sources):
        for node in tree.body if tree else []:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SEED":
                return ast.unparse(node.value)
    return None
