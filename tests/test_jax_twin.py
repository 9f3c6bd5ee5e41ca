"""The twin under JAX: equal to the core in every value and gradient, on one device and on four."""

import importlib.util
import json
import os
import subprocess
import sys
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from refusals import refused
from strategies import close, nets, one_of, stacked
from text_models import alike, made, text

import rnn_core
from rnn_core import (
    GRU,
    LSTM,
    RNN,
    SGD,
    Adam,
    Bidirectional,
    CharModel,
    LinearRNN,
    ManyToMany,
    ReluRNN,
    SigmoidRNN,
    Vocabulary,
    cross_entropy,
    jax_twin,
    squared_error,
)
from rnn_core.train import last
from rnn_core.tree import leaves, tree_map

KINDS = ("RNN", "GRU", "LSTM", "Stacked LSTM", "Stacked GRU")
WAYS = {
    "SGD": {"optimizer": SGD(0.3)},
    "momentum": {"optimizer": SGD(0.1, 0.9), "clip": 0.2},
    "Adam": {"optimizer": Adam(0.02), "clip": 1.0},
    "its defaults": {},
}
ONE = one_of(RNN, LinearRNN, SigmoidRNN, ReluRNN, LSTM, GRU)
IDS = text(200, 1)


@pytest.fixture
def doubles(jax):
    """JAX computing in float64, as the core does, and afterwards as before."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield jax
    jax.config.update("jax_enable_x64", before)


def equal(got, wanted, tolerance=1e-10):
    """Two trees of one structure, in NumPy, and every array of one dtype and value."""
    assert type(got) is type(wanted)
    for (name, a), (other, b) in zip(leaves(got), leaves(wanted), strict=True):
        assert (name, a.dtype) == (other, b.dtype)
        close(a, b, tolerance, name)


# Values and gradients


@settings(max_examples=8)
@given(net=nets([ONE, stacked([ONE], 2)], lengths=False))
def cells_agree(net):
    jax = pytest.importorskip("jax")
    h, tape = net.net.forward(net.x, net.state)
    grads, dx, dstate0 = net.net.backward(tape, net.dh, net.dstate)
    inputs = (net.net, net.net.zeros(net.x.shape[1]) if net.state is None else net.state)

    def felt(cell, state, x, layer):
        """Σ dh ⊙ h + Σ dstate ⊙ the final state: every output counts."""
        h, end = jax_twin.forward(cell, x, state, layer)
        return (h * net.dh).sum() + sum(
            (a * b).sum()
            for a, b in zip(jax.tree.leaves(end), jax.tree.leaves(net.dstate), strict=True)
        )

    numbers = (0, 1) if dx is None else (0, 1, 2)
    for layer in (jax_twin.layer, jax_twin.layer_in_training):
        theirs, end = jax.device_get(jax_twin.forward(net.net, net.x, net.state, layer))
        close(theirs, h, 1e-10)
        equal(end, tape.state)
        found = jax.device_get(jax.grad(felt, numbers)(*inputs, net.x, layer))
        equal(found[0], grads)
        equal(found[1], dstate0)
        if dx is not None:
            close(found[2], dx, 1e-10)


@pytest.mark.usefixtures("doubles")
def test_cells_and_layers_of_cells_give_the_cores_values_and_gradients():
    cells_agree()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("doubles")
def test_a_character_model_goes_in_and_gradients_come_out_as_the_core_has_them(kind):
    model = made(kind, size=0.7)
    x, target = IDS[:60].reshape(4, 15).T, IDS[1:61].reshape(4, 15).T
    state = None
    for at in (slice(0, 8), slice(8, 15)):  # the state is carried from one to the other
        logits, tape = model.forward(x[at], state=state)
        wanted, dlogits = cross_entropy(logits, target[at])
        grads, _ = model.backward(tape, dlogits)
        loss, theirs, after = jax_twin.gradients(model, x[at], target[at], state)
        assert type(loss) is float
        assert loss == pytest.approx(wanted, rel=1e-10)
        assert theirs.vocab == model.vocab
        equal(theirs, grads)
        equal(after, tape[0].state)
        state = after  # NumPy, of the core's own types: both go on with it
    model = tree_map(lambda p, g: p - 0.1 * g, model, theirs)
    assert cross_entropy(model.forward(x[at])[0], target[at])[0] > 0


@pytest.mark.usefixtures("doubles")
def test_numbers_as_targets_are_compared_by_their_squares():
    rng = np.random.default_rng(2)
    model = ManyToMany.init(rng, 3, 5, 2, LSTM)
    x, target = rng.normal(size=(6, 4, 3)), rng.normal(size=(6, 4, 2))
    y, tape = model.forward(x)
    wanted, dy = squared_error(y, target, reduction="mean")
    loss, grads, _ = jax_twin.gradients(model, x, target)
    assert loss == pytest.approx(wanted, rel=1e-10)
    equal(grads, model.backward(tape, dy)[0])


# Training


@pytest.mark.parametrize(
    ("kind", "way"),
    [("RNN", "SGD"), ("Stacked LSTM", "momentum"), ("GRU", "Adam"), ("LSTM", "its defaults")],
)
@pytest.mark.usefixtures("doubles")
def test_training_gives_the_cores_records(kind, way):
    """Over several passes through the text: 200 symbols have 6 chunks."""
    rng = lambda: np.random.default_rng(3)
    options = {"steps": 20, "B": 4, "T": 7, **WAYS[way]}
    ours = rnn_core.fit(made(kind), IDS, rng=rng(), **options)
    theirs = jax_twin.fit(made(kind), IDS, rng=rng(), **options)
    for mine, its in zip(ours, theirs, strict=True):
        assert its.step == mine.step
        assert its.loss == pytest.approx(mine.loss, rel=1e-10)
        assert its.grad_norm == pytest.approx(mine.grad_norm, rel=1e-9)
        equal(its.model, mine.model, 1e-9)


@pytest.mark.parametrize(("kind", "mebibytes"), [("LSTM", 8), ("GRU", 3.5)])
def test_training_of_gates_takes_less_memory_than_the_scans_own_gradient(jax, kind, mebibytes):
    """An array (T, B, n_h) is 1 MiB. Of an LSTM 6 are kept for the way back, where a scan keeps 11."""
    model = made(kind, n_h=128, dtype=np.float32)
    x, target = np.zeros((2, 64, 32), int)

    def taken(layer):
        loss = lambda model: jax_twin.loss(model, x, target, model.cell.zeros(32), layer)[0]
        compiled = jax.jit(jax.grad(loss)).lower(model).compile()
        return compiled.memory_analysis().temp_size_in_bytes / 2**20

    assert taken(jax_twin.layer_in_training) < taken(jax_twin.layer) - mebibytes


@pytest.mark.parametrize("kind", [LSTM, GRU])
def test_training_of_gates_makes_no_product_twice(jax, kind):
    """One forward, one on the way back; after it one for W_h and two for W_x (an LSTM's second is empty)."""
    cell, x = kind.init(np.random.default_rng(0), 3, 5, np.float32), np.zeros((4, 2), int)
    total = lambda cell: jax_twin.layer_in_training(cell, x, cell.zeros(2))[0].sum()
    told = str(jax.make_jaxpr(jax.grad(total))(cell))
    assert told.count(" dot_general[") == 5


@pytest.mark.usefixtures("doubles")
def test_a_step_is_compiled_once_and_float32_stays_float32():
    step = jax_twin.training_step(Adam(0.0123), 0.7)
    assert step is jax_twin.training_step(Adam(0.0123), 0.7)
    for dtype in (np.float64, np.float32):
        options = {"steps": 9, "B": 2, "T": 5, "optimizer": Adam(0.0123), "clip": 0.7}
        rng = np.random.default_rng(0)
        model = last(jax_twin.fit(made("GRU", dtype=dtype), IDS, rng=rng, **options)).model
        assert {a.dtype for _, a in leaves(model)} == {np.dtype(dtype)}
    assert step._cache_size() == 2  # one for each dtype


def test_without_being_told_jax_computes_in_float32(jax):
    assert not jax.config.jax_enable_x64
    x, target = IDS[:20].reshape(5, 4), IDS[1:21].reshape(5, 4)
    loss, grads, _ = jax_twin.gradients(made("LSTM", dtype=np.float32), x, target)
    double = made("LSTM", dtype=np.float32)
    double = tree_map(lambda a: a.astype(np.float64), double)
    logits, tape = double.forward(x)
    wanted, dlogits = cross_entropy(logits, target)
    assert 0 < abs(loss - wanted) < 1e-5
    for (name, a), (_, b) in zip(
        leaves(grads), leaves(double.backward(tape, dlogits)[0]), strict=True
    ):
        assert a.dtype == np.float32
        close(a, b, 1e-4, name)
    words = ["float64", 'jax.config.update("jax_enable_x64", True)']
    refused(lambda: jax_twin.gradients(double, x, target), "cell.W_x", words)
    rng = np.random.default_rng(0)
    refused(lambda: jax_twin.fit(double, IDS, 1, 2, 3, rng=rng), "cell.W_x", words)


# Several devices

PARALLEL = """
import json, sys
import jax, numpy as np
jax.config.update("jax_enable_x64", True)
sys.path.insert(0, sys.argv[1])
from text_models import made, text
from rnn_core import Adam, jax_twin
from rnn_core.tree import leaves

def run(kind, devices):
    options = {"steps": 12, "B": 8, "T": 6, "optimizer": Adam(0.02), "clip": 0.5}
    return list(jax_twin.fit(made(kind), text(300, 1), rng=np.random.default_rng(3), devices=devices, **options))

told = {"devices": len(jax.devices())}
for kind in ("LSTM", "Stacked GRU"):
    one = run(kind, 1)
    for n in (2, 4):
        off = 0.0
        for a, b in zip(one, run(kind, n), strict=True):
            off = max(off, abs(a.loss - b.loss), abs(a.grad_norm - b.grad_norm))
            pairs = zip(leaves(a.model), leaves(b.model), strict=True)
            off = max(off, *(float(abs(p - q).max()) for (_, p), (_, q) in pairs))
        told[f"{kind} on {n}"] = off

here, rows, columns = jax_twin._shared(8, 4)
x, target = text(48).reshape(6, 8), text(48, 1).reshape(6, 8)
x, target = jax.device_put((x, target), columns)
model = jax.device_put(made("LSTM"), here)
state = jax.device_put(model.cell.zeros(8), rows)
memory = jax.device_put(Adam().start(made("LSTM")), here)
model, memory, state, *_ = jax_twin.training_step(Adam())(model, memory, state, x, target)
told["columns of x a device"] = sorted({s.data.shape[1] for s in x.addressable_shards})
told["rows of the state a device"] = sorted({s.data.shape[0] for s in state[0].addressable_shards})
told["whole weights everywhere"] = model.cell.W_h.sharding.is_fully_replicated
for layer in (jax_twin.layer, jax_twin.layer_in_training):
    step = jax_twin.training_step(Adam(), None, layer)
    compiled = step.lower(model, memory, state, x, target).compile().as_text()
    told[f"{layer.__name__} gathers"] = " all-gather(" in compiled
for bad in ({"B": 10, "devices": 5}, {"B": 6, "devices": 4}, {"devices": 0}):
    try:
        jax_twin.fit(made("RNN"), text(300), 1, **{"B": 8, "T": 6, "rng": np.random.default_rng(0), **bad})
    except ValueError as error:
        told[str(bad)] = str(error)
print(json.dumps(told))
"""


@pytest.mark.usefixtures("jax")
def test_four_devices_that_share_the_rows_compute_what_one_does():
    flags = os.environ.get("XLA_FLAGS", "") + " --xla_force_host_platform_device_count=4"
    inside = os.pathsep.join([os.path.dirname(rnn_core.__path__[0]), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", PARALLEL, os.path.dirname(__file__)],
        env=os.environ | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu", "PYTHONPATH": inside},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.pop("devices") == 4
    assert told.pop("columns of x a device") == [2]
    assert told.pop("rows of the state a device") == [2]
    assert told.pop("whole weights everywhere") is True
    assert told.pop("layer gathers") is False  # what is exchanged are sums of gradients
    assert told.pop("layer_in_training gathers") is True  # hence fit does without it here
    assert told.pop("{'B': 10, 'devices': 5}").startswith("devices: got 5, wanted at most 4")
    assert told.pop("{'B': 6, 'devices': 4}") == "B: got 6, wanted a multiple of devices = 4"
    assert told.pop("{'devices': 0}").startswith("devices: got 0")
    assert len(told) == 4
    assert max(told.values()) < 1e-11, told


# What is refused


@pytest.mark.usefixtures("doubles")
def test_what_it_cannot_do_is_refused_in_words():
    rng = np.random.default_rng(0)
    both = Bidirectional.init(rng, 2, 3)
    x = rng.normal(size=(4, 2, 2))
    refused(lambda: jax_twin.forward(both, x), "cell", ["Bidirectional", "Stacked"])
    refused(lambda: jax_twin.training_step(3), "optimizer", ["int", "SGD or Adam"])
    refused(lambda: jax_twin.training_step(SGD(0.1), -1.0), "clip", ["-1"])
    refused(lambda: jax_twin.fit(RNN, IDS, 1, rng=rng), "model", ["the class RNN"])
    model = made("RNN")
    refused(lambda: jax_twin.fit(model, IDS, 0, rng=rng), "steps", ["0"])
    refused(lambda: jax_twin.fit(model, IDS[:9], 1, B=2, T=5, rng=rng), "ids", ["9", "11"])
    refused(lambda: jax_twin.fit(model, IDS + 9, 1, B=2, T=5, rng=rng), "ids", ["9"])
    refused(lambda: jax_twin.fit(model, IDS, 1, B=2, T=5), "rng", ["NoneType"])
    for devices, argument in ((2, "B"), (3000, "devices")):
        options = {"B": 3 if argument == "B" else 3000, "T": 5, "devices": devices, "rng": rng}
        refused(lambda o=options: jax_twin.fit(model, text(20000), 1, **o), argument, ["devices"])


def without_jax(monkeypatch):
    """The module as it is where JAX is not installed."""
    for name in [*(m for m in sys.modules if m.split(".")[0] == "jax"), "jax"]:
        monkeypatch.setitem(sys.modules, name, None)
    spec = importlib.util.spec_from_file_location("rnn_core.jax_less", jax_twin.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_jax_a_sentence_says_so_when_it_is_used_and_not_before(monkeypatch, capsys):
    twin, model = without_jax(monkeypatch), made("RNN", dtype=np.float32)
    x, target = IDS[:20].reshape(5, 4), IDS[1:21].reshape(5, 4)
    rng = np.random.default_rng(0)
    calls = (
        lambda: twin.forward(model.cell, x),
        lambda: twin.loss(model, x, target),
        lambda: twin.gradients(model, x, target),
        lambda: twin.training_step(SGD(0.1)),
        lambda: next(twin.fit(model, IDS, 1, B=2, T=5, rng=rng)),
    )
    for call in calls:
        with pytest.raises(ImportError) as caught:
            call()
        assert str(caught.value) == twin.MISSING
        assert "make lab EXTRAS=jax" in twin.MISSING
    assert not twin.here("it would show the same numbers.")
    said = capsys.readouterr().out
    assert said == "Without JAX (`make lab EXTRAS=jax`): it would show the same numbers.\n"


@pytest.mark.usefixtures("jax")
def test_with_jax_nothing_is_said(capsys):
    assert jax_twin.here("nothing")
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("jax")
def test_a_vocabulary_is_a_part_of_a_model_without_numbers(jax):
    vocab = Vocabulary.from_text("ab")
    model = CharModel.init(np.random.default_rng(0), vocab, RNN, 2)
    assert len(jax.tree.leaves(model)) == len(leaves(model)) == 5
    alike(jax.tree.map(lambda a: a, model), model)
    assert list(islice(jax.tree.leaves(vocab), 1)) == []
