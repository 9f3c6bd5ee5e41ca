"""What a benchmark hands back, rows of a table and sentences beside it, and how both are written.

A benchmark is a function measure(**options) → (rows, notes), and `program` makes a command of it. Nothing here
decides whether a run passes: a target stands beside the figure, met or missed.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

import machine


class Row(NamedTuple):
    """One figure: where it stands, what it is, how far half of the rounds lie apart, and what was wanted."""

    table: str
    case: str  # its line of the table
    what: str  # its column
    value: float
    unit: str = ""
    low: float | None = None  # the quartiles over rounds; None for a figure that has none
    high: float | None = None
    target: tuple | None = None  # (least, most), either of them None

    @property
    def met(self):
        """Is the target met? None where there is none."""
        if self.target is None:
            return None
        least, most = self.target
        return (least is None or self.value >= least) and (most is None or self.value <= most)


def row(table, case, what, values, unit="", target=None):
    """The row of a list of figures, one from each round: their median and quartiles."""
    low, value, high = statistics.quantiles(values, n=4, method="inclusive")
    return Row(table, case, what, value, unit, low, high, target)


# Written


def number(value):
    """Three significant digits, without an exponent: 0.0123, 1.23, 12.3, 1,234."""
    if abs(value) < 100:
        value = float(f"{value:.3g}")
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    places = 2
    while abs(value) < 10 ** (2 - places) and places < 9:
        places += 1
    return f"{value:.{places - (abs(value) >= 10)}f}"


def wanted(target):
    """A target in signs: ≥ 1.2, ≤ 300, 0.9 … 1.1."""
    least, most = target
    if least is None or most is None:
        return f"≤ {most:g}" if least is None else f"≥ {least:g}"
    return f"{least:g} … {most:g}"


def cell(row):
    """A figure with its quartiles, and whether its target is met."""
    text = number(row.value)
    if row.low is not None:
        text += f" ({number(row.low)}–{number(row.high)})"
    if row.target is not None:
        text += f" {wanted(row.target)} {'met' if row.met else 'MISSED'}"
    return text


def table(rows):
    """The lines of one table: a line for each case, a column for each figure."""
    columns = list(dict.fromkeys((r.what, r.unit) for r in rows))
    cases = list(dict.fromkeys(r.case for r in rows))
    found = {(r.case, r.what, r.unit): cell(r) for r in rows}
    head = ["", *(f"{what}, {unit}" if unit else what for what, unit in columns)]
    lines = [head, *([c, *(found.get((c, *column), "–") for column in columns)] for c in cases)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        first, *others = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        yield "   ".join([first, *others]).rstrip()


def text(report):
    """A benchmark's tables and notes, as printed."""
    lines, rows = [], [from_json(r) for r in report["rows"]]
    for name in dict.fromkeys(r.table for r in rows):
        lines += [name, "-" * len(name), *table([r for r in rows if r.table == name]), ""]
    lines += [f"* {note}" for note in report["notes"]]
    counted = [r for r in rows if r.target is not None]
    if counted:
        lines.append(f"* {sum(r.met for r in counted)} of {len(counted)} targets met.")
    return "\n".join(lines).rstrip() + "\n"


def to_json(row):
    """A row as a dictionary."""
    return row._asdict() | {"met": row.met}


def from_json(entry):
    """The row of a dictionary."""
    target = entry["target"]
    kept = {field: entry[field] for field in Row._fields}
    return Row(**kept | {"target": None if target is None else tuple(target)})


# A benchmark as a command


def whole(least):
    """argparse's type: an integer of at least so much."""

    def convert(given):
        if not given.lstrip("-").isdigit() or int(given) < least:
            raise argparse.ArgumentTypeError(f"got {given!r}, wanted an integer, {least} or more")
        return int(given)

    return convert


def options(doc, **numbers):
    """A parser with an option for every name=(default, help), all of them integers of 1 or more."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    for name, (default, told) in numbers.items():
        parser.add_argument(f"--{name}", type=whole(1), default=default, help=f"{told} ({default})")
    parser.add_argument("--quick", action="store_true", help="small and few: a try, no measurement")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here, too")
    return parser


def program(measure, parser, arguments=None):
    """Measure as the arguments say, print the tables, write the JSON; 1 where something is wrong, not slow.

    measure(quick=…, **options) → (rows, notes). Settings of this machine that hold one library back are lifted, and
    options `threads` and `avx2` settled, before NumPy is imported.
    """
    chosen = vars(parser.parse_args(arguments))
    file, lifted = chosen.pop("json"), machine.instructions.lift()
    if "threads" in chosen:
        try:
            machine.settle(chosen["threads"], chosen.get("avx2", False))
        except ValueError as error:
            parser.error(str(error))
    about, start = machine.describe(chosen.get("threads")), time.perf_counter()
    try:
        rows, notes = measure(**chosen)
        notes += ["--quick: a try with small sizes and few rounds, no measurement."] * chosen[
            "quick"
        ]
    except ValueError as error:
        sys.exit(str(error))
    if lifted:
        notes += [f"Settings of this machine that were lifted: {', '.join(sorted(lifted))}."]
    report = {
        "machine": about,
        "options": chosen,
        "seconds": round(time.perf_counter() - start, 1),
        "notes": notes,
        "rows": [to_json(r) for r in rows],
    }
    print(text(report), end="", flush=True)
    if file:
        write_json(file, report)


def progress(*words):
    """Say on stderr what is measured now: of what takes minutes one sees where it is."""
    print("   ", *words, file=sys.stderr, flush=True)


def write_json(path, content):
    """One entry a line where it is a row, so that two runs can be compared by eye."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )
