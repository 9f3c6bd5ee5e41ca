"""Every lesson and every solution runs in Pyodide, and prints there what is stored, to the last digit."""

import pytest
import record
from nbformat.v4 import new_code_cell, new_output
from node import said
from notebook_rules import Book

from rnn_core.ready import IN_THE_PAGE

ROOT = record.ROOT
PATHS = record.notebooks()
NO_JAX = "Without JAX ("


def wanted(cell):
    """What a cell says in the browser edition: as stored, but for what its page is itself."""
    return [
        (kind, "".join(line for line in text.splitlines(True) if not line.startswith(IN_THE_PAGE)))
        for kind, text in said(cell.outputs)
    ]


def differences(cell, came):
    """What is not as it should be of what came of a cell, in words."""
    if came["outside"]:
        yield f"{cell.id} asks {came['outside']}"
    got, stored = said(came["outputs"]), wanted(cell)
    if came["status"] != "ok":
        yield f"{cell.id} fails: {got[-1:]}"
    elif "timing" in cell.metadata.get("tags", []):
        return
    elif len(got) == 1 and NO_JAX in got[0][1]:
        rest = [line for line in got[0][1].splitlines() if not line.startswith(NO_JAX)]
        if not set(rest) <= set("\n".join(text for _, text in stored).splitlines()):
            yield f"{cell.id}: got {got}, wanted {stored}, or a line without JAX"
    elif got != stored:
        yield f"{cell.id}: got {got}, wanted {stored}"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name[:9]}-{path.stem}")
def test_a_notebook_says_in_pyodide_what_is_stored(kernel, path, capsys):
    book = Book.read(path)
    running = kernel(path.parent.relative_to(ROOT).as_posix())
    found, seconds, cpu, jax = [], 0.0, 0.0, 0
    for cell in book.code:
        came = running.run(cell.source)
        found += differences(cell, came)
        seconds += came["seconds"]
        cpu += came["cpu"]
        jax += any(NO_JAX in text for _, text in said(came["outputs"]))
    claim = book.seconds_in_a_page
    with capsys.disabled():
        told = f"\n{path.parent.name:22} {path.stem:24} {seconds:6.1f} s, of the CPU {cpu:5.1f} s"
        print(f"{told}; the lesson says {claim} s" if claim else told, end=" ")
    assert found == []
    assert (jax > 0) == record.needs_jax(path)
    assert cpu < 3 * (claim or cpu)  # computers differ, but not so much


TEXT = "jupyterlab     4.3 or newer: here\nEverything is here.\n"
CELL = new_code_cell(id="a", outputs=[new_output("stream", text=TEXT)])


def came(*texts, status="ok", outside=()):
    outputs = [new_output("stream", text=text) for text in texts]
    return {"status": status, "outputs": outputs, "outside": list(outside)}


@pytest.mark.parametrize(
    "good",
    [
        came("Everything ", "is here.\n"),
        came("Without JAX (`make lab EXTRAS=jax`): three digits.\nEverything is here.\n"),
    ],
)
def test_what_is_as_stored_passes(good):
    assert list(differences(CELL, good)) == []


@pytest.mark.parametrize(
    "bad",
    [
        came("Everything is there.\n"),
        came(TEXT),
        came(),
        came("Everything is here.\n", status="error"),
        came("Everything is here.\n", outside=["https://example.org/"]),
        came("Without JAX (`make lab EXTRAS=jax`): three digits.\nNothing is here.\n"),
    ],
)
def test_what_is_not_as_stored_is_told(bad):
    assert list(differences(CELL, bad)) != []
