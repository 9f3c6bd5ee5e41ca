"""make notebooks: run every lesson and solution and store its outputs, deterministically.

    python tools/record.py [notebook …]

What differs from run to run is not stored: timings, execution dates, widget ids, the interpreter's version.
Run twice, the bytes are equal. A cell that fails or writes to stderr stops the recording, and the file on
disk stays as it was.
"""

import importlib.util
import os
import re
import sys
import time
from pathlib import Path

import nbformat
import variants
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError

from rnn_core.saving import WIDGET

ROOT = Path(__file__).resolve().parent.parent
# Sums in another order differ in the last digit, and a curve may move by a pixel: one thread, one order.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
NEED_JAX = ("notebooks/11_frameworks.ipynb",)  # without it they run too, but say less
# Pictures of what rounding alone decides differ from processor to processor. This is one that every x86 since
# 2013 can play, so that the bytes are equal there; numbers have to be stable anyway (make test-cpus).
PROCESSOR = {"OPENBLAS_CORETYPE": "Haswell"}
# The first code cell of every notebook. Its first line is what JupyterLab shows of it: the rest is folded away.
FETCHES = """\
# In the browser edition this fetches the course's packages; elsewhere it does nothing.
import sys

if sys.platform == "emscripten":
    %pip install -q rnn_core[show]"""
FOLDED = {"jupyter": {"source_hidden": True}}
TIMING = "Timings differ from machine to machine: run this cell to see yours.\n"
KEPT = ("nbgrader", "tags")  # of a cell's metadata: what decides how it is graded and compared
FAILURES = (CellControlSignal, DeadKernelError, OSError, ValueError, nbformat.ValidationError)


def notebooks():
    """All notebooks with stored outputs: the lessons and the solutions."""
    return sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("solutions/*/*.ipynb")])


def needs_jax(path):
    """Is this a notebook whose outputs are those of a run with JAX?"""
    return f"{path.parent.name}/{path.name}" in NEED_JAX


def lacks_jax(path):
    """Does this notebook need JAX, and is JAX missing?"""
    return needs_jax(path) and importlib.util.find_spec("jax") is None


def record(path):
    """Execute one notebook in a fresh kernel and write it back, normalised."""
    before = path.read_bytes()
    nb = nbformat.reads(before.decode(), as_version=4)
    clear(nb)
    client = NotebookClient(
        nb,
        kernel_name="python3",
        timeout=600,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],  # its warnings are about networks
    )
    client.execute(env=os.environ | ONE_THREAD | PROCESSOR)
    normalise(nb)
    nbformat.validate(nb)
    after = written(nb).encode()
    path.write_bytes(after)
    return before != after


def written(nb):
    """The notebook as the text of a file."""
    return nbformat.writes(nb).rstrip("\n") + "\n"


def plain(source):
    """A cell's source as Python alone: a `%` line is the call that it stands for."""
    return TransformerManager().transform_cell(source)


def clear(nb):
    """Forget old outputs, so that none survives in a cell that is no longer run."""
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def normalise(nb, kept=KEPT):
    """Keep of a run only what the next run will say again, and of what was written the choices."""
    (ours, name), chosen = variants.PLACE, variants.choices(nb)
    nb.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        **({ours: {name: chosen}} if chosen else {}),
    }
    for cell in nb.cells:
        tags = cell.metadata.get("tags")
        said = {key: cell.metadata.get(key) for key in kept}
        cell.metadata = {key: value for key, value in said.items() if value not in (None, [], {})}
        if cell.source == FETCHES:
            cell.metadata |= FOLDED
        if cell.cell_type == "code":
            cell.outputs = [stored(output) for output in cell.outputs]
            if "timing" in (tags or []):
                cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=TIMING)]


def stored(output):
    """The output without ids of this session; stderr and its like are refused."""
    if output.output_type == "stream" and output.name == "stderr":
        raise ValueError(f"a cell wrote to stderr:\n{output.text}")
    if "data" in output:
        output.data.pop(WIDGET, None)
        output.metadata = {k: v for k, v in output.metadata.items() if k in output.data}
    return output


def main(names):
    """Record the named notebooks, or all; say how long each took and whether it changed."""
    for path in [Path(n).resolve() for n in names] or notebooks():
        if lacks_jax(path):
            print(f"{path.stem:28} not recorded, JAX is missing: the file is as it was", flush=True)
            continue
        start = time.perf_counter()
        try:
            changed = record(path)
        except FAILURES as error:
            plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
            sys.exit(f"{path.stem}: not recorded, the file is as it was\n{plain}")
        took = time.perf_counter() - start
        print(f"{path.stem:28} {took:5.1f} s  {'changed' if changed else 'as before'}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
