"""Other random numbers in a solution: every generator of its hidden tests, and its students' numbers, drawn anew.

default_rng(X) becomes default_rng([number, X]). The calls are found in the syntax tree and changed in the text, so
that all other characters stay.
"""

import ast

from exercise_rules import kind, lines, parsed

STUDENTS = (
    "numbers_of"  # the function of a given cell that makes the numbers of a student out of a seed
)


def hidden_lines(cell):
    """The numbers of the lines between the markers of hidden tests, counted from 1."""
    inside, found = False, set()
    for n, line in enumerate(lines(cell), 1):
        inside = (inside or "BEGIN HIDDEN TESTS" in line) and "END HIDDEN TESTS" not in line
        if inside:
            found.add(n)
    return found


def generators(tree):
    """The calls of default_rng under a node, whatever stands before the dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name == "default_rng":
                yield node


def seed_of(call):
    """What a generator is made from; ValueError where it is made from nothing."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if len(given) != 1 or isinstance(given[0], ast.Starred):
        raise ValueError(f"line {call.lineno}: {ast.unparse(call)}, wanted one seed")
    return given[0]


def mixed(source, calls, number):
    """The source with `number` added to the seed of each call."""
    rows = source.encode().split(b"\n")  # the tree counts bytes
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row) + 1)
    content = b"\n".join(rows)
    seeds = [seed_of(call) for call in calls]
    for seed in sorted(seeds, key=lambda s: (s.lineno, s.col_offset), reverse=True):
        first = starts[seed.lineno - 1] + seed.col_offset
        last = starts[seed.end_lineno - 1] + seed.end_col_offset
        star = b"*" if isinstance(seed, ast.List | ast.Tuple) else b""
        new = b"[%d, %s%s]" % (number, star, content[first:last])
        content = content[:first] + new + content[last:]
    return content.decode()


def renumber_hidden(cell, number):
    """Give the hidden tests of a check their own numbers; says how many generators there were."""
    inside = hidden_lines(cell)
    calls = [call for call in generators(parsed(cell)) if call.lineno in inside]
    cell.source = mixed(cell.source, calls, number)
    return len(calls)


def renumber_students(cell, number):
    """Give every student of a class other numbers than the same seed gives elsewhere; says how many generators."""
    if kind(cell) != "given" or cell.cell_type != "code":
        return 0
    functions = [n for n in ast.walk(parsed(cell)) if isinstance(n, ast.FunctionDef)]
    calls = [call for f in functions if f.name == STUDENTS for call in generators(f)]
    cell.source = mixed(cell.source, calls, number)
    return len(calls)


def insert_hidden(cell, tests):
    """Put an instructor's lines at the end of the hidden tests of a check."""
    rows = lines(cell)
    at = max(n for n, line in enumerate(rows) if "END HIDDEN TESTS" in line)
    cell.source = "\n".join([*rows[:at], *tests.strip("\n").split("\n"), *rows[at:]])
