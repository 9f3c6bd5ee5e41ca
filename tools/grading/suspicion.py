"""What a person should look at in a student's code before its grade is given out.

A check runs in the same Python as the answer it judges, so an answer could change the check. The
sandbox keeps everything else out of reach; this reads the code for what no exercise needs. It is a
sign, not a verdict: every line is told, and the points are counted as they come.
"""

import ast
import builtins
import re

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
# the running check, and objects through which everything else is reached
INSIDE = re.compile(
    r"In|_i\d*|_ii+|_[id]h|(gi|cr|ag|tb|f)_(frame|code|back|globals|locals|builtins)"
)
REACHED = {
    *("atexit", "builtins", "ctypeslib", "gc", "importlib", "inspect", "linecache", "nt", "os"),
    *("posix", "pathlib", "shutil", "socket", "subprocess", "sys", "threading", "types"),
    *("ForwardRef", "get_field", "get_type_hints", "make_dataclass", "parse_expr", "sympify"),
}
BY_NAME = {"attrgetter", "getattr", "hasattr", "methodcaller"}  # which take a name as a text
HARMLESS = {
    *("__name__", "__doc__", "__init__", "__len__", "__repr__", "__str__", "__file__"),
    *("__main__", "__post_init__"),
}
DUNDER = re.compile(r"__\w+?__")
# lines of Jupyter's own: those that only show something, and those that time the code behind them
SHOWS = re.compile(
    r"\s*(%matplotlib[\w -]*|%precision[\w.% ]*|%config InlineBackend\.\w+ *=[\w'\"{}, ]+"
    r"|\?{1,2}[\w.]+|[\w.]+\?{1,2})"
)
TIMES = re.compile(r"^(\s*)%%?(time|timeit)\b( +-[nrtcpqo] *\d*)*")


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
    """The tree of a cell, its `%` and `!` lines too as the calls they stand for; None if it is not Python.

    Lines such as %matplotlib are passed over, and %%time leaves the code that it times.
    """
    try:
        return ast.parse(TransformerManager().transform_cell(without_magic(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError, RuntimeError):
        return None


def without_magic(source):
    """A cell without the lines of Jupyter's own that change nothing; within a text in quotes all stays."""
    try:
        ast.parse(source)
        return source
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        lines = [TIMES.sub(r"\1", line).rstrip() for line in source.split("\n")]
        return "\n".join("" if SHOWS.fullmatch(line) else line for line in lines)


def of_node(node):
    """What is unusual about one node, as the end of a sentence that begins with "its code"."""
    if isinstance(node, ast.Name):
        taken = isinstance(node.ctx, ast.Load) and INSIDE.fullmatch(node.id)
        if taken or node.id in POWERFUL:
            yield f"uses {node.id}"
    elif isinstance(node, ast.Attribute):
        yield from of_attribute(node)
    elif isinstance(node, ast.FunctionDef) and is_dunder(node.name):
        yield f"defines {node.name}"
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from (f"names {name}" for name in DUNDER.findall(node.value) if is_dunder(name))
    elif isinstance(node, ast.Call):
        yield from of_call(node)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from of_import(node)


def of_attribute(node):
    if not isinstance(node.ctx, ast.Load):
        yield f"sets {text_of(node)}"
    elif is_dunder(node.attr):
        yield f"uses {node.attr}"
    elif node.attr.lstrip("_") in (POWERFUL | REACHED) - {"compile"} or INSIDE.fullmatch(node.attr):
        yield f"uses {text_of(node)}"


def of_call(node):
    """Names made out of pieces, which nobody can read here, and classes made without `class`."""
    called = getattr(node.func, "id", getattr(node.func, "attr", ""))
    texts = [isinstance(argument, ast.Constant) for argument in node.args]
    if called in BY_NAME and not all(texts[called.endswith("attr") :][:1]):
        yield f"uses {called} with a name that it makes itself"
    elif called == "type" and len(node.args) > 1:
        yield "makes a class with type"
    elif called in ("format", "format_map") and not isinstance(
        getattr(node.func, "value", None), ast.Constant
    ):
        yield f"uses {called} with a text that it makes itself"


def of_import(node):
    own = isinstance(node, ast.ImportFrom)
    names = [node.module or "."] if own else [alias.name for alias in node.names]
    yield from (f"imports {name}" for name in names if name.split(".")[0] not in NEEDED)
    for alias in node.names if own else []:
        if alias.name == "*":
            yield f"imports everything of {node.module}"
        elif alias.name.lstrip("_") in REACHED | POWERFUL:
            yield f"imports {alias.name} of {node.module}"


def text_of(node):
    """The code of a node, as long as a remark may be."""
    try:
        text = ast.unparse(node)
    except RecursionError:
        return "something very long"
    return text if len(text) < 100 else f"{text[:100]}…"


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
            if isinstance(node, ast.Assign) and text_of(node.targets[0]) == "SEED":
                return text_of(node.value)
    return None
