"""A run on disk: it comes back to the bit or not at all, and neither an accident nor a mistake loses an older one."""

import io
import json
import os
import pickle
import stat
import zipfile
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from refusals import refused
from test_models import ALL
from test_models import made as drawn_model
from text_models import KINDS, VOCAB, alike, made, text

from rnn_core import (
    GRU,
    RNN,
    SGD,
    CharModel,
    Readout,
    Vocabulary,
    checkpoint,
    fit,
    load_checkpoint,
    save_checkpoint,
)
from rnn_core.train import Progress, Record, last
from rnn_core.tree import leaves, tree_map

IDS = text(64, 1)
STATE = np.random.default_rng(0).bit_generator.state


def run(kind="RNN", steps=6, model=None, **options):
    model = made(kind, n_h=2) if model is None else model
    rng = None if isinstance(model, Record) else np.random.default_rng(7)
    return fit(model, IDS, steps, 3, 5, SGD(0.1), rng=rng, **options)


def holding(model, **changes):
    """A record of a model."""
    record = Record(3, 0.5, 1.5, None, model, model, Progress(None, None, STATE, 0.25, 1))
    return record._replace(**changes)


def there_and_back(path, record, **options):
    save_checkpoint(path, record)
    return load_checkpoint(path, **options)


@pytest.fixture
def path(tmp_path):
    """Where to save; whatever is left beside it is found at the end."""
    yield tmp_path / "run.npz"
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []


@pytest.fixture
def saved(path):
    """A file that holds a run of six steps."""
    save_checkpoint(path, last(run()))
    return path


# There and back


@pytest.mark.parametrize("row", ALL, ids=lambda r: f"{r[0].__name__}-{r[1]}-{r[2] or ''}")
def test_every_model_comes_back_to_the_bit(path, row):
    record = holding(drawn_model(*row)[0])
    alike(there_and_back(path, record), record)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_every_run_on_a_text_comes_back_to_the_bit(path, kind, dtype):
    model = made(kind, dtype=dtype)
    record = last(fit(model, IDS, 5, 3, 5, rng=np.random.default_rng(0), held_out=IDS, every=2))
    back = there_and_back(path, record)
    alike(back, record)
    assert back.model.generate(np.random.default_rng(0), 9) == record.model.generate(
        np.random.default_rng(0), 9
    )


def test_numbers_that_are_none_or_infinite_come_back_too(path):
    odd = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324])
    model = RNN(odd, odd[::2], np.zeros((0, 3), np.float32))
    record = holding(model, loss=np.nan, grad_norm=np.float64(np.inf), held_out=np.float32(0.1))
    back = there_and_back(path, record)
    alike(back.model, model)
    assert np.isnan(back.loss)
    assert back.grad_norm == np.inf
    assert back.held_out == float(np.float32(0.1))
    assert type(back.progress.since) is int


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_order_of_numbers_in_memory_comes_back(path, order):
    W = np.asarray(np.random.default_rng(0).normal(size=(3, 4)), order=order)
    back = there_and_back(path, holding(Readout(W, np.zeros(3)))).model.W_y
    alike(back, W)
    assert back.flags["F_CONTIGUOUS"] == (order == "F")


@pytest.mark.parametrize(
    "vocab",
    [
        Vocabulary.from_text("äß語🙂\n\\\"'{}\x00"),
        Vocabulary(("\ud800", "a")),  # half a pair: no file in UTF-8 holds it as it is
        Vocabulary.from_words(["the", "Ärger", "\n", '"', "語"]),
        Vocabulary.from_words(["a", "b c"], " | "),
    ],
)
def test_vocabularies_of_any_script_and_of_words_come_back(path, vocab):
    back = there_and_back(path, holding(made("RNN", vocab=vocab))).model
    assert back.vocab == vocab
    assert back.generate(np.random.default_rng(0), 4) == made("RNN", vocab=vocab).generate(
        np.random.default_rng(0), 4
    )


@pytest.mark.parametrize("name", ["my run.npz", "läuft 語.npz", "run", "run.v2", ".run", "a'b.npz"])
def test_a_file_has_the_name_that_it_was_given(tmp_path, name):
    record = last(run(steps=1))
    for given in (tmp_path / name, str(tmp_path / name)):
        alike(there_and_back(given, record), record)
        assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_name_without_a_folder_is_put_where_one_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    alike(there_and_back("run.npz", record := last(run(steps=1))), record)
    assert load_checkpoint(tmp_path / "run.npz").step == 1
    assert last(run(steps=2, checkpoint="other.npz")).step == load_checkpoint("other.npz").step


def test_a_memory_of_ones_own_comes_back(path):
    memory = {"m": (np.arange(3), {"n": np.ones(2)}), "mode": "slow", "K": None, "on": np.True_}
    progress = Progress(memory, None, STATE, np.inf, 0)
    back = there_and_back(path, holding(made("RNN"), progress=progress)).progress.memory
    alike(back, memory | {"on": True})


def test_an_array_that_is_in_two_places_is_stored_once(path):
    model = made("RNN")
    save_checkpoint(path, holding(model, best=tree_map(np.copy, model)))
    twice = len(np.load(path).files)
    save_checkpoint(path, holding(model))
    assert len(np.load(path).files) == twice - len(leaves(model))
    alike(load_checkpoint(path).best, model)


def test_a_record_of_drawn_batches_can_be_saved_before_and_after_its_first_look(path):
    record = holding(made("RNN"), held_out=2.0)
    alike(there_and_back(path, record), record)
    alike(there_and_back(path, record._replace(best=made("GRU"))).best, made("GRU"))


# Classes of one's own


class Slow(NamedTuple):
    """A cell of a student's own, around another."""

    inner: Any
    rate: float

    @property
    def n_x(self):
        return self.inner.n_x

    @property
    def width(self):
        return self.inner.width

    def zeros(self, B):
        return self.inner.zeros(B)

    def forward(self, x, state=None, lengths=None):
        return self.inner.forward(x, state, lengths)

    def backward(self, *given):
        grads, dx, dstate = self.inner.backward(*given)
        return Slow(grads, 0.0), dx, dstate


Namesake = type("RNN", (GRU,), {"__slots__": ()})


def test_a_cell_of_ones_own_is_accepted_when_it_is_named(path):
    model = made("RNN")
    record = last(run(model=model._replace(cell=Slow(model.cell, 0.5))))
    save_checkpoint(path, record)
    refused(
        lambda: load_checkpoint(path), "path", ["holds a Slow of your own", "also=(its class,)"]
    )
    alike(load_checkpoint(path, also=(Slow,)), record)
    alike(load_checkpoint(path, [Slow]), record)
    onward = run(steps=2, model=load_checkpoint(path, [Slow]), checkpoint=path)  # also onto itself
    assert last(onward).step == load_checkpoint(path, [Slow]).step == 8


def test_a_class_with_the_name_of_one_of_ours_is_not_taken_for_it(path):
    model = made("GRU")
    record = holding(model._replace(cell=Namesake(*model.cell)))
    save_checkpoint(path, record)
    refused(lambda: load_checkpoint(path), "path", ["RNN of your own"])
    back = load_checkpoint(path, (Namesake,))
    assert type(back.model.cell) is Namesake
    alike(back, record)
    ours = holding(made("RNN"))
    alike(there_and_back(path, ours, also=(Namesake,)), ours)


@pytest.mark.parametrize("also", [Slow, (dict,), ("Slow",), (Slow(1, 2),), None, "Slow"])
def test_what_are_no_classes_of_ones_own_is_refused(saved, also):
    refused(lambda: load_checkpoint(saved, also), "also", ["NamedTuples, in a tuple"])


# Files that are no good


@pytest.mark.parametrize("part", range(0, 100, 4))
def test_a_file_that_was_cut_short_is_refused(saved, part):
    data = saved.read_bytes()
    saved.write_bytes(data[: len(data) * part // 100])
    refused(lambda: load_checkpoint(saved), "path", ["cut short", "a file of save_checkpoint"])
    refused(lambda: save_checkpoint(saved, last(run(steps=1))), "path", ["a new name"])
    assert len(saved.read_bytes()) == len(data) * part // 100
    saved.write_bytes(data[:-1])
    refused(lambda: load_checkpoint(saved), "path", ["cut short"])


@pytest.mark.parametrize("first", range(12))
def test_a_byte_that_is_wrong_is_refused_or_does_not_matter(saved, first):
    data, whole, found = saved.read_bytes(), load_checkpoint(saved), set()
    for at in range(first, len(data), 97):
        spoilt = bytearray(data)
        spoilt[at] ^= (0x01, 0x20, 0xFF)[at % 3]
        saved.write_bytes(spoilt)
        try:
            record = load_checkpoint(saved)
        except ValueError as error:
            found.add(str(error)[:9])
        else:
            alike(record, whole)
    assert found == {"path: got"}


def directory_entries(data):
    """Where the entries of a zip file's directory begin."""
    at, found = data.find(b"PK\1\2"), []
    while at >= 0:
        found.append(at)
        at = data.find(b"PK\1\2", at + 1)
    return found


@pytest.mark.parametrize(
    ("offset", "value"), [(8, 0x01), (8, 0x20), (10, 8), (10, 12), (10, 14), (10, 93), (46, 0x40)]
)
def test_a_directory_that_is_wrong_is_refused(saved, offset, value):
    # as if the parts were encrypted, patched, packed in this way or that, or had other names
    data = saved.read_bytes()
    for at in directory_entries(data):
        spoilt = bytearray(data)
        spoilt[at + offset] ^= value
        saved.write_bytes(spoilt)
        refused(lambda: load_checkpoint(saved), "path", ["a file of save_checkpoint"])


def array_file(**arrays):
    """The bytes of an npz file."""
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def array_alone(a):
    file = io.BytesIO()
    np.save(file, a)
    return file.getvalue()


def about(**parts):
    """An npz file with such a description."""
    return array_file(about=np.frombuffer(json.dumps(parts).encode(), np.uint8))


FOREIGN = {
    "nothing": b"",
    "one byte": b"P",
    "text": b"the students' own work\n" * 9,
    "another npz": array_file(W=np.zeros(3)),
    "an npy": array_alone(np.zeros(3)),
    "an npy with fields": array_alone(np.zeros(3, [("about", "u1")])),
    "a pickle": pickle.dumps({"about": 1}),
    "a zip without arrays": b"PK\5\6" + bytes(18),
    "no JSON": array_file(about=np.frombuffer(b"{", np.uint8)),
    "no UTF-8": array_file(about=np.array([255, 254], np.uint8)),
    "a list": array_file(about=np.frombuffer(b"[1]", np.uint8)),
    "no format": about(record=1),
    "another format": about(format="rnn_core run 0", record=1),
    "too deep": array_file(about=np.frombuffer(b"[" * 10**5, np.uint8)),
}


@pytest.mark.parametrize("data", FOREIGN.values(), ids=FOREIGN)
def test_a_file_of_something_else_is_refused_and_never_overwritten(path, data):
    path.write_bytes(data)
    refused(lambda: load_checkpoint(path), "path", [str(path), "a file of save_checkpoint"])
    refused(lambda: save_checkpoint(path, last(run(steps=1))), "path", ["a new name", "overwrite"])
    refused(lambda: run(checkpoint=path), "checkpoint", [str(path), "a new name"])
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    "record",
    [
        None,
        3,
        "Record",
        [],
        {},
        {"array": "record.model"},
        {"array": ["about"]},
        {"tuple": "Record"},
        {"tuple": "Record", "parts": []},
        {"tuple": "Record", "parts": 5},
        {"tuple": ["Record"], "parts": []},
        {"tuple": "tuple", "parts": [1, 2]},
        {"tuple": "SGD", "parts": [0.1, 0.0]},
        {"symbols": ["aa"], "joint": ""},
        {"symbols": 3, "joint": ""},
        {"dict": 3},
    ],
    ids=str,
)
def test_a_description_of_something_else_is_refused(path, record):
    path.write_bytes(about(format=checkpoint.FORMAT, record=record))
    refused(lambda: load_checkpoint(path), "path", ["which", "a file of save_checkpoint"])


@pytest.mark.parametrize("record", [None, {"tuple": "Record", "parts": []}, {"parts": ["3"]}])
def test_a_run_does_not_overwrite_what_only_looks_like_a_checkpoint(path, record):
    data = about(format=checkpoint.FORMAT, record=record)
    path.write_bytes(data)
    refused(lambda: run(checkpoint=path), "checkpoint", [str(path), "a new name"])
    assert path.read_bytes() == data


def with_part(path, name, a):
    """Put something else in the place of one array of a file."""
    with np.load(path) as file:
        parts = {n: file[n] for n in file.files}
    path.write_bytes(array_file(**(parts | {name: a})))


class Evil:
    """What would make a folder if a pickle were read."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


@pytest.mark.parametrize("name", ["about", "record.model.cell.W_h"])
def test_nothing_in_a_file_is_run(saved, tmp_path, name):
    with_part(saved, name, np.array([Evil(tmp_path / "evil")]))
    refused(lambda: load_checkpoint(saved), "path", ["a file of save_checkpoint"])
    assert not (tmp_path / "evil").exists()
    pickle.loads(pickle.dumps(Evil(tmp_path / "evil")))  # it would have been
    assert (tmp_path / "evil").exists()


def test_a_file_of_another_format_is_refused_and_kept(saved):
    with np.load(saved) as file:
        told = file["about"].tobytes().replace(b"run 1", b"run 2")
    with_part(saved, "about", np.frombuffer(told, np.uint8))
    data = saved.read_bytes()
    refused(lambda: load_checkpoint(saved), "path", [f"not in the format {checkpoint.FORMAT!r}"])
    refused(lambda: save_checkpoint(saved, last(run())), "path", ["not in the format"])
    refused(lambda: run(checkpoint=saved), "checkpoint", ["not in the format"])
    assert saved.read_bytes() == data


@pytest.mark.parametrize("name", ["Popen", "os.system", "dict", "Vocabulary", "NamedTuple", "Slow"])
def test_only_tuples_of_the_package_are_made(saved, name):
    with np.load(saved) as file:
        told = file["about"].tobytes().decode()
    told = told.replace('{"tuple": "RNN"', f'{{"tuple": "{name}"')
    with_part(saved, "about", np.frombuffer(told.encode(), np.uint8))
    refused(lambda: load_checkpoint(saved), "path", [f"holds a {name}", "also=(its class,)"])


def test_a_part_that_is_missing_or_of_another_size_than_it_says_is_refused(saved):
    name = "record.model.cell.W_h.npy"
    with zipfile.ZipFile(saved) as file:
        parts = {n: file.read(n) for n in file.namelist()}
    for changed in (None, b"", parts[name][:-8], parts[name].replace(b"(2, 2)", b"(9, 9)")):
        with zipfile.ZipFile(saved, "w") as file:
            for n, data in parts.items():
                if n != name:
                    file.writestr(n, data)
                elif changed is not None:
                    file.writestr(n, changed)
        refused(lambda: load_checkpoint(saved), "path", ["which is damaged"])


def test_a_part_too_large_for_any_memory_is_refused(saved):
    name = "record.model.cell.W_h.npy"
    with zipfile.ZipFile(saved) as file:
        parts = {n: file.read(n) for n in file.namelist()}
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({2**58},), }}"
    parts[name] = b"\x93NUMPY\1\0" + b"\x76\0" + header.ljust(117).encode() + b"\n"
    with zipfile.ZipFile(saved, "w") as file:
        for n, data in parts.items():
            file.writestr(n, data)
    refused(lambda: load_checkpoint(saved), "path", ["which is damaged"])


def test_a_folder_a_missing_file_and_no_name_are_refused(tmp_path):
    record = last(run(steps=1))
    there = tmp_path / "there"
    there.mkdir()
    refused(lambda: load_checkpoint(there), "path", ["which is a folder", "a file in it"])
    refused(lambda: save_checkpoint(there, record), "path", ["which is a folder"])
    refused(lambda: run(checkpoint=there), "checkpoint", ["which is a folder"])
    refused(lambda: load_checkpoint(tmp_path / "no"), "path", ["which is not there"])
    away = tmp_path / "no" / "run.npz"
    refused(lambda: save_checkpoint(away, record), "path", ["cannot be written (No such file"])
    refused(lambda: run(checkpoint=away), "checkpoint", ["cannot be written", "folder"])
    for bad in (3, None, "", b"run.npz"):
        refused(lambda bad=bad: load_checkpoint(bad), "path", [repr(bad), "the name of a file"])
        refused(lambda bad=bad: save_checkpoint(bad, record), "path", ["the name of a file"])
        if bad is not None:
            refused(lambda bad=bad: run(checkpoint=bad), "checkpoint", ["the name of a file"])
    assert list(tmp_path.iterdir()) == [there]


def test_a_file_that_may_not_be_read_is_refused_for_that_reason(saved, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", denied)
    refused(lambda: load_checkpoint(saved), "path", ["cannot be read (Permission denied)"])


@pytest.mark.parametrize(
    ("record", "got"),
    [
        (None, "NoneType"),
        (made("RNN"), "CharModel"),
        ({"model": 1}, "dict"),
        (run(steps=1), "generator"),
    ],
)
def test_anything_but_a_record_is_refused(path, record, got):
    refused(lambda: save_checkpoint(path, record), "record", [got, "wanted a Record"])
    assert not path.exists()


@pytest.mark.parametrize(
    ("part", "got"),
    [
        ([np.zeros(2)], "list in record.model.0"),
        (np.tanh, "ufunc in record.model.0"),
        (np.array([None, {}]), "ndarray in record.model.0"),
        ({"a": {"b": {1, 2}}}, "set in record.model.0.a.b"),
        (1j, "complex in record.model.0"),
        ({0: np.zeros(2)}, "dict in record.model.0"),  # its keys would come back as strings
    ],
)
def test_what_no_file_can_hold_is_refused_before_anything_is_written(saved, part, got):
    data = saved.read_bytes()
    refused(lambda: save_checkpoint(saved, holding((part,))), "record", [got, "wanted numbers"])
    assert saved.read_bytes() == data


# Accidents


def interrupted(error, after=40):
    """A `savez` that writes some bytes and then fails."""

    def savez(file, **_):
        file.write(bytes(after))
        file.flush()
        raise error

    return savez


ACCIDENTS = [KeyboardInterrupt(), OSError(28, "No space left on device"), MemoryError()]


@pytest.mark.parametrize("where", ["numpy.savez", "os.replace", "os.fsync"])
@pytest.mark.parametrize("error", ACCIDENTS, ids=lambda e: type(e).__name__)
def test_an_accident_while_saving_leaves_the_old_file_whole(saved, monkeypatch, error, where):
    data, newer = saved.read_bytes(), last(run(steps=9))

    def fails(*_):
        raise error

    monkeypatch.setattr(where, interrupted(error) if where == "numpy.savez" else fails)
    if isinstance(error, OSError):
        words = [str(saved), "cannot be written (No space left on device)", "room"]
        refused(lambda: save_checkpoint(saved, newer), "path", words)
    else:
        with pytest.raises(type(error)):
            save_checkpoint(saved, newer)
    assert saved.read_bytes() == data
    assert [p.name for p in saved.parent.iterdir()] == ["run.npz"]
    monkeypatch.undo()
    alike(there_and_back(saved, newer), newer)


def test_an_accident_with_no_old_file_leaves_none(path, monkeypatch):
    monkeypatch.setattr(np, "savez", interrupted(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(path, last(run(steps=1)))
    assert list(path.parent.iterdir()) == []


def test_the_bytes_are_on_the_disk_before_the_file_is_put_in_place(saved, monkeypatch):
    order, fsync, replace = [], os.fsync, os.replace

    def synced(handle):
        order.append(("sync", os.fstat(handle).st_size))
        fsync(handle)

    def replaced(a, b):
        assert Path(a).parent == Path(b).parent  # else it would be copied, not moved
        order.append(("replace", os.stat(a).st_size))
        replace(a, b)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    save_checkpoint(saved, last(run(steps=2)))
    size = saved.stat().st_size
    assert order == [("sync", size), ("replace", size)]


def test_a_checkpoint_may_be_overwritten_by_another(saved):
    record = last(run("GRU", steps=2))
    alike(there_and_back(saved, record), record)
    assert stat.S_ISREG(saved.stat().st_mode)


# While a run goes on


def saved_step(path):
    return load_checkpoint(path).step if path.exists() else 0


def test_a_run_is_saved_every_so_often_and_at_the_end(path):
    seen = []
    for record in run(steps=8, checkpoint=path, every=3):
        seen.append((record.step, saved_step(path)))
    assert seen == [(1, 0), (2, 0), (3, 3), (4, 3), (5, 3), (6, 6), (7, 6), (8, 6)]
    alike(load_checkpoint(path), record)
    whole = list(run(steps=8, every=3))
    alike(record, whole[-1])


def test_a_last_step_that_was_just_saved_is_not_saved_twice(path, monkeypatch):
    calls, savez = [], np.savez
    monkeypatch.setattr(np, "savez", lambda *a, **k: calls.append(1) or savez(*a, **k))
    assert last(run(steps=6, checkpoint=path, every=3)).step == saved_step(path) == 6
    assert len(calls) == 2


def test_a_run_of_which_nothing_was_asked_saves_nothing(path):
    run(checkpoint=path).close()
    run(checkpoint=str(path))
    assert not path.exists()


def test_a_run_that_is_closed_is_saved(path):
    records = run(steps=8, checkpoint=str(path))
    kept = list(islice(records, 5))
    records.close()
    alike(load_checkpoint(path), kept[-1])


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_error_in_the_loop_over_the_records_saves_the_step_it_was_at(path, error):
    def loop():
        for record in run(steps=8, checkpoint=path):
            if record.step == 4:
                raise error

    with pytest.raises(error):
        loop()
    assert saved_step(path) == 4


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_error_within_a_step_saves_the_last_whole_one(path, monkeypatch, error):
    calls, forward = [], CharModel.forward

    def stopped(self, *given, **named):
        calls.append(1)
        if len(calls) == 5:
            raise error
        return forward(self, *given, **named)

    monkeypatch.setattr(CharModel, "forward", stopped)
    records = run(steps=8, checkpoint=path, every=3)
    if error is KeyboardInterrupt:
        assert last(records).step == 4
    else:
        with pytest.raises(error):
            last(records)
    monkeypatch.undo()
    alike(load_checkpoint(path), list(run(steps=8, every=3))[3])


def test_an_interruption_within_the_saving_is_made_up_for(path, monkeypatch):
    savez, calls = np.savez, []

    def once(file, **parts):
        calls.append(1)
        if len(calls) == 2:
            interrupted(KeyboardInterrupt())(file)
        savez(file, **parts)

    monkeypatch.setattr(np, "savez", once)
    with pytest.raises(KeyboardInterrupt):
        last(run(steps=9, checkpoint=path, every=3))
    assert saved_step(path) == 6
    assert len(calls) == 3


def test_a_disk_that_is_full_ends_the_run_in_words_and_leaves_the_old_file(path, monkeypatch):
    records = run(steps=9, checkpoint=path, every=3)
    kept = list(islice(records, 4))
    data = path.read_bytes()
    monkeypatch.setattr(np, "savez", interrupted(OSError(28, "No space left on device")))
    refused(lambda: last(records), "path", ["No space left on device"])
    assert path.read_bytes() == data
    alike(load_checkpoint(path), kept[2])


def test_a_run_that_is_further_is_not_overwritten_and_no_step_is_made(saved, monkeypatch):
    data = saved.read_bytes()
    monkeypatch.setattr(CharModel, "forward", None)  # no step is made
    early = last(islice(iter([load_checkpoint(saved)._replace(step=5)]), 1))
    for model in (None, early):
        words = [str(saved), "holds step 6", "another name", f"load_checkpoint('{saved}')"]
        refused(lambda model=model: run(model=model, checkpoint=saved), "checkpoint", words)
    assert saved.read_bytes() == data


def test_a_run_that_goes_on_may_overwrite_its_file(saved):
    whole = list(run(steps=10))
    for record in run(steps=4, model=load_checkpoint(saved), checkpoint=saved, every=2):
        alike(record, whole[record.step - 1])
        assert saved_step(saved) == record.step // 2 * 2
    assert saved_step(saved) == 10


def test_a_run_that_went_on_without_its_file_may_overwrite_it_later(saved):
    further = last(run(steps=3, model=load_checkpoint(saved)))
    assert last(run(steps=1, model=further, checkpoint=saved)).step == saved_step(saved) == 10


class Listed(NamedTuple):
    """An optimizer with a memory that no file holds."""

    lr: float

    def start(self, params):
        return [0]

    def step(self, params, grads, memory):
        return params, memory


def test_what_could_not_be_saved_is_refused_before_the_first_step(path, monkeypatch):
    monkeypatch.setattr(CharModel, "forward", None)
    model = made("RNN")
    listed = model._replace(cell=Slow(model.cell, [1]))
    refused(lambda: run(model=listed, checkpoint=path), "record", ["list", "cell.rate"])
    rng = np.random.default_rng(0)
    call = lambda: fit(model, IDS, 1, 3, 5, Listed(0.1), rng=rng, checkpoint=path)
    refused(call, "record", ["list", "wanted numbers, arrays"])
    monkeypatch.setattr(os, "access", lambda *_: False)
    refused(lambda: run(checkpoint=path), "checkpoint", ["cannot be written", "its folder"])
    assert not path.exists()


def test_the_vocabulary_of_the_models_here_is_theirs():
    assert made("RNN").vocab is VOCAB


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither these rights nor links for all")
def test_a_file_has_the_rights_of_any_new_file_and_a_link_stays_a_link(tmp_path):
    (tmp_path / "plain").write_text("x")
    save_checkpoint(tmp_path / "run.npz", last(run()))
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "run.npz")]
    assert modes[0] == modes[1]
    link = tmp_path / "link.npz"
    link.symlink_to(tmp_path / "run.npz")
    save_checkpoint(link, last(run(steps=7)))
    assert link.is_symlink()
    assert load_checkpoint(tmp_path / "run.npz").step == 7
