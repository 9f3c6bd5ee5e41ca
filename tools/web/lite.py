"""JupyterLite: its configuration, the notebooks that it shows, the wheels and, if it is at hand, Pyodide itself."""

import json
import os
import shutil
import sys
import tarfile
from pathlib import Path

from pyodide import PACKAGES, needed
from slides import lessons

from web.source import ROOT, handed_out, place
from web.wheels import collect

KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
EXTENSIONS = (
    "@jupyterlite/pyodide-kernel-extension",
    "@jupyter-widgets/jupyterlab-manager",
    "anywidget",
)
LOCK = "pyodide-lock.json"
START = "pyodide.mjs"
CORE = (START, "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
OURS = "static/pyodide"


def prepare(folder, work, pyodide, date):
    """Fill `folder` with all that JupyterLite is built from; `pyodide` names a distribution, or is empty."""
    for path in [*lessons(), *handed_out(), *ROOT.glob("notebooks/results/*.json")]:
        made = folder / "contents" / place(path)
        made.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, made)
    collect(folder / "pypi", work, date)
    if pyodide:
        take_over(Path(pyodide), folder / OURS, work)
    for name, content in (
        ("jupyter_lite_config.json", build_settings()),
        ("jupyter-lite.json", settings()),
    ):
        (folder / name).write_text(json.dumps(content, indent=1), encoding="utf-8")
    shutil.copy(ROOT / "tools" / "lab" / "overrides.json", folder)
    for path in folder.rglob("*"):
        os.utime(path, (date, date))


def build_settings():
    """What decides how it is built: nothing that happens to lie in this environment or above this folder."""
    return {
        "LiteBuildConfig": {
            "ignore_sys_prefix": ["federated_extensions"],
            "federated_extensions": [str(extension(name)) for name in EXTENSIONS],
            "ignore_contents": [],
            "ignore_lite_config": [],
        }
    }


def extension(name):
    """The folder of an extension; tools/environment.py sets apart what is not for JupyterLab itself."""
    share = Path(sys.prefix) / "share"
    apart = share / "jupyterlite" / "labextensions" / name
    return apart if apart.is_dir() else share / "jupyter" / "labextensions" / name


def settings():
    """What JupyterLite reads when it starts: no package comes from anywhere but this site and Pyodide."""
    kernel = {"disablePyPIFallback": True, "pyodideUrl": published()}
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "Recurrent networks",
            "litePluginSettings": {KERNEL: kernel},
        },
    }


def published():
    """Where Pyodide's makers publish the version that the kernel expects."""
    from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL

    return f"{PYODIDE_CDN_URL}/{START}"


def published_version():
    """The version of Pyodide that the kernel expects."""
    from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

    return PYODIDE_VERSION


def take_over(given, folder, work):
    """Copy of a Pyodide distribution, a folder or a tar, what the lessons need, and a lock of just that."""
    source = unpacked(given, work / "pyodide") if given.is_file() else given
    if not (source / LOCK).is_file():
        raise ValueError(
            f"PYODIDE is {given}, wanted a Pyodide distribution, a folder or tar with {LOCK}"
        )
    lock = json.loads((source / LOCK).read_text(encoding="utf-8"))
    lock["packages"] = chosen(lock["packages"])
    folder.mkdir(parents=True)
    for name in [*CORE, *(package["file_name"] for package in lock["packages"].values())]:
        if not (source / name).is_file():
            raise ValueError(f"PYODIDE is {given}, which lacks {name}")
        shutil.copy(source / name, folder)
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")


def unpacked(archive, folder):
    """The folder of a distribution's tar."""
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    except tarfile.TarError as error:
        raise ValueError(f"PYODIDE is {archive}, wanted a folder or a tar: {error}") from None
    return next((path.parent for path in folder.rglob(LOCK)), folder)


def chosen(packages):
    """The packages that are needed, of a lock's, with all that they need in turn."""
    try:
        return dict(sorted(needed(packages, PACKAGES).items()))
    except KeyError as error:
        raise ValueError(f"PYODIDE has no package {error}, which the lessons need") from None
