"""rnn_core computes in Pyodide what it computes here, to 12 decimals."""

import json
from pathlib import Path

import core
import numpy as np
import pytest

ROOT = Path(core.__file__).resolve().parents[2]
SOURCE = Path(core.__file__).read_text(encoding="utf-8")
TELL = "\nimport json\nprint(json.dumps(figures()))"
DECIMALS = 12


@pytest.fixture(scope="module")
def here():
    return core.figures()


def apart(here, there):
    """{part: the largest difference}; infinite where something is missing or is no number."""
    found = {}
    for name in sorted({*here, *there}):
        a, b = (np.array(side.get(name, [])) for side in (here, there))
        same = a.shape == b.shape and len(a) and np.isfinite(a).all() and np.isfinite(b).all()
        found[name] = float(np.abs(a - b).max()) if same else np.inf
    return found


def wrong(distances):
    return [name for name, distance in distances.items() if not distance < 0.5 * 10**-DECIMALS]


def test_the_core_computes_the_same_in_pyodide(kernel, here, capsys):
    came = kernel("tests").run(SOURCE + TELL)
    text = "".join(o.get("text", str(o)) for o in came["outputs"])
    assert came["status"] == "ok", text
    distances = apart(here, json.loads(text))
    with capsys.disabled():
        print(f"\n{'part':28} numbers   largest difference")
        for name, distance in distances.items():
            print(f"{name:28} {len(here.get(name, [])):7}   {distance:.1e}")
        print(f"{came['seconds']:.1f} s in Pyodide")
    assert wrong(distances) == []


def test_every_part_has_numbers(here):
    assert {name for name, numbers in here.items() if len(numbers) < 3} == set()
    assert set(here) == set(core.PARTS)


@pytest.mark.parametrize("spoil", [1e-12, -1e-12, np.nan, np.inf])
@pytest.mark.parametrize("name", core.PARTS)
def test_one_number_that_differs_is_found(here, name, spoil):
    there = {**here, name: [*here[name][:-1], here[name][-1] + spoil]}
    assert wrong(apart(here, there)) == [name]


@pytest.mark.parametrize("name", core.PARTS)
def test_what_is_missing_is_found(here, name):
    assert wrong(apart(here, {k: v for k, v in here.items() if k != name})) == [name]
    assert wrong(apart(here, {**here, name: here[name][1:]})) == [name]
    assert wrong(apart(here, here)) == []


def test_stored_numbers_are_there_without_a_drive(kernel):
    names = sorted(path.stem for path in ROOT.glob("notebooks/results/*.json"))
    code = f"import os\nos.chdir('/tmp')\nfrom rnn_core import results\nfor name in {names}:\n"
    came = kernel("tests").run(code + "    print(name, len(results.load(name)))")
    told = "".join(output.get("text", str(output)) for output in came["outputs"])
    assert [line.split()[0] for line in told.splitlines()] == names
