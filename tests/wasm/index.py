"""The wheels that a browser edition holds itself, with their index as piplite reads it, in build/wasm-wheels."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pyodide

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "wasm-wheels"
KERNEL = (
    "jupyterlite-pyodide-kernel==0.8.6"  # carries piplite, pyodide-kernel and two empty packages
)
OWN = ("anywidget", "comm", "ipywidgets", "jupyterlab-widgets", "psygnal")  # what Pyodide lacks


def wheels(folder=FOLDER):
    """The folder with all wheels; rnn_core's is made anew, the others are fetched where they are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    pins = dict(re.findall(r"^(\S+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    missing = [f"{n}=={pins[n]}" for n in OWN if not list(folder.glob(wheel(n, pins[n])))]
    if missing:
        pyodide.pip_download(folder, *missing)
    if not list(folder.glob("piplite-*")):
        with tempfile.TemporaryDirectory() as work:
            pyodide.pip_download(work, KERNEL)
            carried(next(Path(work).glob("*.whl")), folder)
    ours(folder)
    write_index(folder)
    return folder


def wheel(name, version):
    return f"{name.replace('-', '_')}-{version}-*.whl"


def carried(carrier, folder):
    """The wheels inside the kernel's own wheel."""
    with zipfile.ZipFile(carrier) as archive:
        for name in archive.namelist():
            if "/static/pypi/" in name and name.endswith(".whl") and "extension-3" not in name:
                (folder / Path(name).name).write_bytes(archive.read(name))


def ours(folder):
    """rnn_core as it now stands, built from a copy, so that no earlier build creeps in."""
    with tempfile.TemporaryDirectory() as work:
        for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-text"):
            shutil.copy(ROOT / name, work)
        shutil.copytree(ROOT / "rnn_core", Path(work, "rnn_core"))
        shutil.copytree(ROOT / "notebooks" / "results", Path(work, "rnn_core", "data", "results"))
        pip = (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation")
        subprocess.run([*pip, "--disable-pip-version-check", "-w", folder, work], check=True)


def write_index(folder):
    """all.json: of each package its one release."""
    index = {}
    for path in sorted(folder.glob("*.whl")):
        name, version = path.name.split("-")[:2]
        digests = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        release = {"filename": path.name, "url": f"./{path.name}", "digests": digests}
        index[name.replace("_", "-").lower()] = {"releases": {version: [release]}}
    (folder / "all.json").write_text(json.dumps(index), encoding="utf-8")
