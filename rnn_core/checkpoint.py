"""A run on disk: all that a `Record` holds, as plain arrays and a description in JSON, in one .npz file.

Numbers come back to the bit. Nothing in the file is run (no pickle): it may name the tuples of this package only.
"""

import contextlib
import json
import os
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
WANTED = "a file of save_checkpoint"


def save_checkpoint(path, record):
    """Save a `Record` of a training to a file (of any name; .npz is usual), so that the run can go on from it.

    The file is written beside its place first and then put there in one step: an interruption leaves the old one
    whole. What is there is overwritten if it is a checkpoint. Raises ValueError for anything but a Record, where
    another file is in the place, and where it cannot be written.
    """
    if not isinstance(record, train.Record):
        got = type(record).__name__
        raise ValueError(f"record: got {got}, wanted a Record, as a training gives")
    path, arrays = _path(path), {}
    if path.exists():
        with _opened(path, "a new name: saving would overwrite it"):
            pass
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
        raise _refused(path, "which is not there", WANTED)
    with _opened(path, WANTED) as (about, file):
        try:
            record = _rebuilt(about["record"], file, kinds)
        except _Unknown as unknown:
            raise _refused(path, f"which holds a {unknown}", "also=(its class,)") from None
        except Exception as error:  # whatever else NumPy and zipfile say of bytes that are wrong
            raise _refused(path, f"which is damaged ({error})", WANTED) from None
    if not isinstance(record, train.Record):
        raise _refused(path, f"which holds a {type(record).__name__}", WANTED)
    return record


def place_to_save(path, parts, step):
    """The path of a run's file, refused before the run at `step` begins where saving would fail, or lose another run.

    parts: what each record of the run will hold, such as its model.
    """
    path = _path(path, "checkpoint")
    _described(parts, {})
    if not os.access(path.parent, os.W_OK | os.X_OK):
        what = "which cannot be written (its folder is not there, or not yours)"
        raise _refused(path, what, "a file in a folder that you may write to", "checkpoint")
    if path.exists():
        with _opened(path, "a new name: saving would overwrite it", "checkpoint") as (about, _):
            there = about["record"]["parts"][0]
        if there > step:
            raise ValueError(
                f"checkpoint: got {str(path)!r}, which holds step {there} of a run, wanted another name; to go on "
                f"with that run, give load_checkpoint({str(path)!r}) in place of the model"
            )
    return path


# The file


def _path(path, name="path"):
    if not isinstance(path, str | os.PathLike) or not str(path):
        raise ValueError(f"{name}: got {path!r}, wanted the name of a file")
    if os.path.isdir(path):
        raise _refused(path, "which is a folder", "a file in it", name)
    return Path(path)


def _refused(path, what, wanted, name="path"):
    return ValueError(f"{name}: got {str(path)!r}, {what}, wanted {wanted}")


@contextlib.contextmanager
def _opened(path, wanted, name="path"):
    """(the description, the open file) of a checkpoint; anything else is refused."""
    with contextlib.ExitStack() as stack:
        try:
            raw = stack.enter_context(open(path, "rb"))
        except OSError as error:
            what = f"which cannot be read ({error.strerror})"
            raise _refused(path, what, wanted, name) from None
        try:
            file = stack.enter_context(np.load(raw, allow_pickle=False))
            about = json.loads(file["about"].tobytes().decode())
            step = about["record"]["parts"][0]
            known = about["format"] == FORMAT and isinstance(step, int)
        except Exception:
            what = "which is no checkpoint, or one that was cut short"
            raise _refused(path, what, wanted, name) from None
        if not known:
            raise _refused(path, f"which is not in the format {FORMAT!r}", wanted, name)
        yield about, file


def _written(path, parts):
    path = path.resolve()  # what a link leads to is written, and the link stays
    name = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with name.open("wb") as file:
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
    is_kind = lambda k: isinstance(k, type) and issubclass(k, tuple) and hasattr(k, "_fields")
    if not isinstance(also, list | tuple) or not all(map(is_kind, also)):
        raise ValueError(f"also: got {also!r}, wanted classes that are NamedTuples, in a tuple")
    ours = [value for module in MODULES for value in vars(module).values()]
    return {_name(kind): kind for kind in [*ours, *also] if is_kind(kind)}


def _name(kind):
    """The name of a class in a file: that of one of your own is not taken for ours."""
    ours = kind.__module__.startswith(f"{__package__}.") or kind is tuple
    return kind.__name__ if ours else f"{kind.__name__} of your own"


def _described(value, arrays, name="record"):
    """The value as JSON can hold it; its arrays are put into `arrays`, each once, by the place where it stands."""
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        at, _ = arrays.setdefault(id(value), (name, value))
        return {"array": at}
    if isinstance(value, tuple):
        fields = getattr(value, "_fields", range(len(value)))
        parts = [_described(v, arrays, f"{name}.{f}") for f, v in zip(fields, value, strict=True)]
        return {"tuple": _name(type(value)), "parts": parts}
    if isinstance(value, text.Vocabulary):
        return {"symbols": value.symbols, "joint": value.joint}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
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
        found = file[value["array"]]
        if not isinstance(found, np.ndarray):
            raise ValueError(f"{value['array']} is no array")
        return found
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
