"""Storing a newer version of a file without losing what somebody has written into the older one.

Standard library only: `make update` runs it before anything is installed.
"""

import os


def store(path, content, untouched):
    """Write the bytes `content` at `path`, whole or not at all; says what happened.

    A file there for whose bytes untouched(bytes) is false has been worked in: it keeps all it has, under a name of
    its own beside the new one. So does a folder.
    """
    old = path.read_bytes() if path.is_file() else None
    if old == content:
        return "as before"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        told = make_way(path, old, untouched)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return told


def make_way(path, old, untouched):
    """Move what is at `path` aside, unless it is missing or untouched."""
    if not os.path.lexists(path):
        return "new"
    if old is not None and untouched(old):
        return "changed"
    kept = free_name(path)
    path.rename(kept)
    return f"changed; the file that was there had been worked in and is now {kept.name}"


def free_name(path):
    """name.yours.ipynb beside it, or .yours-2 and so on: nothing is ever overwritten."""
    names = (
        path.with_name(f"{path.stem}.yours{n}{path.suffix}") for n in ["", *range(-2, -10000, -1)]
    )
    return next(name for name in names if not os.path.lexists(name))
