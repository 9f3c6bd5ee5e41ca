"""A run on disk: all that a `Record` holds, as plain arrays and a description in JSON, in one .npz file.

Numbers come back to the bit. Nothing in the file is run (no pickle): it may name the tuples of this package only.
"""

import contextlib
import json
import os
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

from . import (
    attention,
    cells,
    encoder_decoder,
    gated,
    layers,
    models,
    optim,
    readout,
    start,
    text,
    train,
    window,
)

MODULES = (
    *(attention, cells, encoder_decoder, gated, layers, models, optim, readout, start),
    *(text, train, window),
)
FORMAT = "rnn_core run 1"
BROKEN = (
    *(OSError, EOFError, KeyError, TypeError, ValueError, AttributeError, IndexError),
    *(RecursionError, NotImplementedError, zipfile.BadZipFile, zlib.error),
)


def save_checkpoint(path, record):
    """Save a `Record` of a training to a file (of any name; .npz is usual), so that the run can go on from it.

    The file is written beside its place first and then put there in one step: an interruption leaves the old one
    whole. What is there is overwritten if it is a checkpoint. Raises ValueError for anything but a Record, where
    another file is in the place, and where it cannot be written.
    """
    if not isinstance(record, train.Record):
        got = type(record).__name__
        raise ValueError(f"record: got {got}, wanted a Record, as a training gives")
    path = _path(path)
    if path.exists():
        _opened(path, "a new name: saving would overwrite it")
    arrays = {}
    about = json.dumps({"format": FORMAT, "record": _described(record, arrays)})
    parts = dict(arrays.values())
    parts["about"] = np.frombuffer(about.encode(), dtype=np.uint8)
    try:
        _written(path, parts)
    except OSError as error:
        what = f"which cannot be written ({error.strerror or error})"
        raise _refused(path, what, "a file in a folder with room in it") from None


def load_checkpoint(path, also=()):
    """The `Record` of `save_checkpoint`. also: NamedTuple classes of your own, such as a cell, that are in it.

    Raises ValueError for what is not there, is no checkpoint, is cut short or damaged, or names another class.
    """
    path, kinds = _path(path), _kinds(also)
    if not path.exists():
        raise _refused(path, "which is not there", "a file of save_checkpoint")
    wanted = "a file of save_checkpoint"
    about, file = _opened(path, wanted)
    with file:
        try:
            record = _rebuilt(about["record"], file, kinds)
        except _Unknown as unknown:
            raise _refused(path, f"which holds a {unknown}", "also=(its class,)") from None
        except BROKEN as error:
            raise _refused(path, f"which is damaged ({error})", wanted) from None
    if not isinstance(record, train.Record):
        raise _refused(path, f"which holds a {type(record).__name__}", wanted)
    return record


# The file


def _path(path):
    if not isinstance(path, str | os.PathLike) or not str(path):
        raise ValueError(f"path: got {path!r}, wanted the name of a file")
    if os.path.isdir(path):
        raise _refused(path, "which is a folder", "a file in it")
    return Path(path)


def _refused(path, what, wanted):
    return ValueError(f"path: got {str(path)!r}, {what}, wanted {wanted}")


def _opened(path, wanted):
    """(the description, the open file) of a checkpoint; anything else is refused."""
    try:
        file = np.load(path, allow_pickle=False)
    except BROKEN:
        what = "which is no checkpoint, or one that was cut short"
        raise _refused(path, what, wanted) from None
    try:
        about = json.loads(file["about"].tobytes().decode())
        known = about["format"] == FORMAT
    except BROKEN:
        known = False
    if known:
        return about, file
    with contextlib.suppress(AttributeError):  # a single array is no open file
        file.close()
    raise _refused(path, f"which is not in the format {FORMAT!r}", wanted)


def _written(path, parts):
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **parts)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:  # Ctrl-C too: nothing is left behind
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


# The description


class _Unknown(Exception):
    """The name of a class that is not known here."""


def _kinds(also):
    kinds = [value for module in MODULES for value in vars(module).values()]
    found = {
        kind.__name__: kind
        for kind in [*kinds, *also]
        if isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")
    }
    for kind in also:
        if kind not in found.values():
            raise ValueError(f"also: got {kind!r}, wanted classes that are NamedTuples")
    return found


def _described(value, arrays, name="record"):
    """The value as JSON can hold it; its arrays are put into `arrays`, each once, by the place where it stands."""
    if isinstance(value, np.ndarray):
        at, _ = arrays.setdefault(id(value), (name, value))
        return {"array": at}
    if isinstance(value, tuple):
        fields = getattr(value, "_fields", range(len(value)))
        parts = [_described(v, arrays, f"{name}.{f}") for f, v in zip(fields, value, strict=True)]
        return {"tuple": type(value).__name__, "parts": parts}
    if isinstance(value, text.Vocabulary):
        return {"symbols": value.symbols, "joint": value.joint}
    if isinstance(value, dict):
        return {"dict": {key: _described(v, arrays, f"{name}.{key}") for key, v in value.items()}}
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    got = type(value).__name__
    raise ValueError(f"record: got {got} in {name}, wanted numbers, arrays, strings and tuples")


def _rebuilt(value, file, kinds):
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return file[value["array"]]
    if "symbols" in value:
        return text.Vocabulary(tuple(value["symbols"]), value["joint"])
    if "dict" in value:
        return {key: _rebuilt(v, file, kinds) for key, v in value["dict"].items()}
    parts = tuple(_rebuilt(v, file, kinds) for v in value["parts"])
    if value["tuple"] == "tuple":
        return parts
    if value["tuple"] not in kinds:
        raise _Unknown(value["tuple"])
    return kinds[value["tuple"]](*parts)
