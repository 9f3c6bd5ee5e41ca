"""The site's own packages: rnn_core and what it needs of pure Python that Pyodide does not bring.

Which ones is not written down but followed from the extra `show` through what each package requires, for the platform
of the browser. Versions are those of constraints.txt; what has been fetched once is kept in build/wheels.
"""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pyodide import PACKAGES

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "wheels"
PYODIDE_HAS = (*PACKAGES, "traitlets")  # and more that these need, and nothing of ours asks for
KERNEL_HAS = ("widgetsnbextension",)  # an empty one: its scripts are JupyterLab's own
PAGE = {
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "platform_machine": "wasm32",
    "python_version": "3.14",
    "extra": "",
}
PURE = ("--no-deps", "--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none")
PACKAGE = ("pyproject.toml", "README.md", "LICENSE", "LICENSE-text", "rnn_core")


def own():
    """The names of the packages, besides rnn_core, whose wheels the site must hold."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["show"]]
    found, names = set(), [canonicalize_name(Requirement(r).name) for r in wanted]
    while names:
        name = names.pop()
        if name not in found and name not in (*PYODIDE_HAS, *KERNEL_HAS):
            found.add(name)
            names += required(name)
    return sorted(found)


def required(name):
    """What an installed package requires in the page."""
    requirements = map(Requirement, importlib.metadata.requires(name) or [])
    return [
        canonicalize_name(r.name) for r in requirements if not r.marker or r.marker.evaluate(PAGE)
    ]


def pinned(name):
    """The version in constraints.txt."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(name)}==(\S+)$", text, re.MULTILINE)
    if not found:
        raise ValueError(f"constraints.txt has no version of {name}, which the site needs")
    return found[1]


def fetched(name):
    """The wheel of a package, fetched where it is not yet kept."""
    pattern = f"{name.replace('-', '_')}-{pinned(name)}-*none-any.whl"
    if not list(KEPT.glob(pattern)):
        pip(
            "download",
            *PURE,
            f"--python-version={PAGE['python_version']}",
            f"{name}=={pinned(name)}",
        )
    return next(KEPT.glob(pattern))


def pip(what, *arguments, **variables):
    """Run pip, which puts wheels into build/wheels; ValueError with its last words where it fails."""
    into = "--dest" if what == "download" else "--wheel-dir"
    command = [sys.executable, "-m", "pip", what, "--disable-pip-version-check", "--no-input"]
    command += [into, str(KEPT), *arguments]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", env=os.environ | variables
    )
    if done.returncode:
        last = "\n".join(f"{done.stdout}{done.stderr}".strip().splitlines()[-5:])
        raise ValueError(f"pip {what} {arguments[-1]} failed:\n{last}")


def built(work, date):
    """The wheel of rnn_core, made from a copy: an older build beside the source would creep in."""
    source = work / "rnn_core"
    source.mkdir(parents=True)
    for name in PACKAGE:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source / name)
    shutil.copytree(ROOT / "notebooks" / "results", source / "rnn_core" / "data" / "results")
    for path in source.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)  # a wheel stores it, and clones differ
    for old in KEPT.glob("rnn_core-*.whl"):
        old.unlink()
    pip("wheel", "--no-deps", "--no-build-isolation", str(source), SOURCE_DATE_EPOCH=str(date))
    return next(KEPT.glob("rnn_core-*.whl"))


def collect(folder, work, date):
    """Put all wheels into `folder`, each with the same date, in seconds since 1970."""
    KEPT.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True)
    for wheel in [built(work, date), *map(fetched, own())]:
        shutil.copy(wheel, folder)
        os.utime(folder / wheel.name, (date, date))
