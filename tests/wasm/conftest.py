"""Pyodide in Node, with the packages of a browser edition; fetched once, then kept in build/."""

import contextlib
import shutil
from pathlib import Path

import index
import needs
import pyodide
import pytest
import record
from node import Kernel

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def sources(tmp_path_factory):
    """(distribution, wheels), on disk."""
    if not shutil.which("node"):
        needs.absent("Node", "the browser edition's Python runs in it; apt-get install nodejs npm")
    needs.needed("jupyterlite_pyodide_kernel", "make test-wasm installs it")
    folder = tmp_path_factory.mktemp("wheels")
    try:
        index.wheels(folder / "pypi", folder)
        return pyodide.distribution(), folder / "pypi"
    except pyodide.Refused as error:
        needs.absent("Pyodide", str(error))


@pytest.fixture
def kernel(sources, tmp_path):
    """A function: folder of the course → a kernel there that has run the notebooks' first code cell."""
    with contextlib.ExitStack() as stack:

        def start(folder):
            started = Kernel(*sources, ROOT, f"/drive/{folder}", tmp_path / "node.log")
            stack.enter_context(started)
            came = started.run(record.FETCHES)
            assert (came["status"], came["outputs"], came["outside"]) == ("ok", [], [])
            return started

        yield start
