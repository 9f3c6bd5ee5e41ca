"""The stored numbers of the long experiments: what `make results` computed, read back for a lesson."""

import json
from pathlib import Path

CARRIED = Path(__file__).parent / "data" / "results"  # in the browser edition's wheel, not here


def load(name, folder="results"):
    """The rows of results/{name}.json, each a dictionary: configuration, seed and what was measured.

    A lesson runs in the folder `notebooks`, beside `results`. The browser edition has no folder in a private window:
    there the wheel's own copy is read. Raises ValueError where there is no such file.
    """
    path = Path(folder) / f"{name}.json"
    if not path.exists():
        path = CARRIED / path.name
    if not path.exists():
        there = sorted(p.stem for p in Path(folder).glob("*.json"))
        raise ValueError(f"name: got {name!r}, wanted one of the files in {folder}: {there}")
    return json.loads(path.read_text(encoding="utf-8"))["rows"]


def table(rows, by, value):
    """{setting of `by`: [value of each seed]} in the order of the rows."""
    found = {}
    for row in rows:
        found.setdefault(row[by], []).append(row[value])
    return found
