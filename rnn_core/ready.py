"""Lesson 0's question: is everything here? Answered in words, and without importing what may be missing."""

import importlib.metadata
import re
import sys

NEEDED = {  # the lower bounds of pyproject.toml, which a test compares
    "numpy": (2, 0),
    "matplotlib": (3, 9),
    "sympy": (1, 13),
    "anywidget": (0, 9),
    "ipywidgets": (8, 1),
    "jupyterlab": (4, 3),
    "ipykernel": (6, 29),
}
IN_THE_PAGE = ("jupyterlab", "ipykernel")  # the browser edition is both itself
PYTHON = (3, 11)
MEND = (
    "close JupyterLab and run `make lab` in the course's folder (or see README.md, “Without make”)"
)
RELOAD = "reload this page, and run the lesson's first code cell again"


def report(needed=NEEDED, python=sys.version_info, platform=sys.platform):
    """A few lines of text: each thing the lessons need, whether it is here, and what to do if it is not.

    needed: {distribution: lowest version as a tuple}; python: the interpreter's version as a tuple;
    platform: "emscripten" in the browser edition, whose page is JupyterLab and the kernel.
    """
    page = platform == "emscripten"
    needed = {name: least for name, least in needed.items() if not page or name not in IN_THE_PAGE}
    found = {"Python": (PYTHON, tuple(python[:2]))}
    found |= {name: (least, _version(name)) for name, least in needed.items()}
    lines, missing = [], []
    for name, (least, have) in found.items():
        good = have is not None and have >= least
        state = "here" if good else "missing" if have is None else f"too old ({_dotted(have)})"
        lines.append(f"{name:12} {_dotted(least):>5} or newer: {state}")
        missing += [] if good else [name]
    mend = RELOAD if page else MEND
    verdict = f"Not ready for {', '.join(missing)}: {mend}." if missing else "Everything is here."
    return "\n".join([*lines, verdict])


def _dotted(version):
    return ".".join(map(str, version))


def _version(name):
    """Major and minor version of an installed distribution, or None."""
    try:
        text = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    return tuple(int(re.match(r"\d*", part)[0] or 0) for part in text.split(".")[:2])
