"""The same networks under JAX: `lax.scan` runs the steps, `grad` finds the way back, `jit` compiles both.

The parameters are those of rnn_core: a NamedTuple of NumPy arrays is a pytree to JAX, so a model goes in as it
stands, and what comes out for good (`gradients`, `fit`) is NumPy again, of the same type. There is a forward here
and no backward; only `training_step` runs LSTM and GRU in an order of ours, there and back (`jax_columns`). JAX
itself (the extra `jax`) is needed when something is called, not to import this file.

JAX computes in float32 until told ``jax.config.update("jax_enable_x64", True)``; nothing is told here.
"""

import functools

import numpy as np

from . import check
from .cells import RNN, LinearRNN, ReluRNN, SigmoidRNN
from .fit import next_chunk
from .gated import GRU, LSTM
from .layers import Stacked
from .optim import SGD, Adam, AdamState
from .text import Place, Vocabulary, chunks
from .train import Record
from .tree import leaves

MISSING = "JAX is not installed here: `make lab EXTRAS=jax` installs it, or `pip install jax`"


class Missing:
    """Stands for JAX where there is none: the first use of it says so."""

    def __getattr__(self, name):
        raise ImportError(MISSING)


try:
    import jax
    from jax import numpy as jnp
    from jax.sharding import Mesh, NamedSharding, PartitionSpec
except ImportError:
    jax = jnp = Missing()
else:
    jax.tree_util.register_static(Vocabulary)  # a part of a model, but no number in it


def here(otherwise):
    """Is JAX installed? If not, say in one line what is missed."""
    if isinstance(jax, Missing):
        print(f"Without JAX (`make lab EXTRAS=jax`): {otherwise}")
        return False
    return True


# Forward


def step_rnn(f, cell, h, z):
    """h_t = f(z_t + W_h h_{t−1}), with z_t = W_x x_t + b; returns (state, output) as `lax.scan` wants it."""
    h = f(z + jnp.inner(h, cell.W_h))  # W_h h in every row
    return h, h


def step_lstm(cell, state, z):
    """c_t = f ⊙ c_{t−1} + i ⊙ g, h_t = o ⊙ tanh c_t."""
    h, c = state
    a = z + jnp.inner(h, cell.W_h)  # W_h h in every row
    i, f, g, o = jnp.split(a, 4, axis=-1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def step_gru(cell, h, a):
    """h_t = z ⊙ h_{t−1} + (1 − z) ⊙ n, r after W_h, with a_t = W_x x_t + b_x."""
    ar, az, an = jnp.split(a, 3, axis=-1)
    mr, mz, mn = jnp.split(jnp.inner(h, cell.W_h) + cell.b_h, 3, axis=-1)
    r, z = jax.nn.sigmoid(ar + mr), jax.nn.sigmoid(az + mz)
    h = z * h + (1 - z) * jnp.tanh(an + r * mn)
    return h, h


STEPS = {
    RNN: functools.partial(step_rnn, lambda z: jnp.tanh(z)),
    LinearRNN: functools.partial(step_rnn, lambda z: z),
    SigmoidRNN: functools.partial(step_rnn, lambda z: jax.nn.sigmoid(z)),
    ReluRNN: functools.partial(step_rnn, lambda z: jax.nn.relu(z)),  # its slope at 0 is 0, as ours
    LSTM: step_lstm,
    GRU: step_gru,
}


def layer(cell, x, state):
    """(h (T, B, n_h), the final state) of one cell: its step for x_1 … x_T, one after the other."""
    W_x, b = jnp.asarray(cell.W_x), cell[2]  # b, or the b_x of a GRU
    z = (W_x.T[x] if x.ndim == 2 else x @ W_x.T) + b  # the input's part of all steps at once
    state, h = jax.lax.scan(functools.partial(STEPS[type(cell)], cell), state, z)
    return h, state


def layer_in_training(cell, x, state):
    """As `layer`, an LSTM or GRU in columns (`jax_columns`): the same sooner and in less memory.

    An RNN stays as it is: it has a third or a quarter of their W_h, and is what one writes under JAX.
    """
    from . import jax_columns

    quicker = type(cell) in jax_columns.GATES
    return (jax_columns.layer if quicker else layer)(cell, x, state)


def forward(cell, x, state=None, layer=layer):
    """(h (T, B, n_h), the final state) as `cell.forward` computes them, in a form that JAX can differentiate.

    cell: RNN, LinearRNN, SigmoidRNN, ReluRNN, LSTM, GRU or a Stacked of them; x (T, B, n_x) floats or (T, B)
    symbols; state as in the core, None is zeros; layer: who runs each cell, `layer` or `layer_in_training`.
    Nothing is checked but the kind of cell: a symbol out of range does not fail under JAX. Raises ValueError for
    another kind of cell.
    """
    state = cell.zeros(x.shape[1]) if state is None else state
    if isinstance(cell, Stacked):
        states, h = [], x
        for its, s in zip(cell.cells, state, strict=True):
            h, s = forward(its, h, s, layer)
            states.append(s)
        return h, tuple(states)
    if type(cell) not in STEPS:
        kinds = ", ".join(kind.__name__ for kind in STEPS)
        raise ValueError(f"cell: got {type(cell).__name__}, wanted {kinds} or a Stacked of them")
    return layer(cell, x, state)


def loss(model, x, target, state=None, layer=layer):
    """(L, the final state): the mean over targets, of the cross-entropy for integers, of squares for floats.

    model: a CharModel or ManyToMany; target (T, B) symbols or (T, B, n_y) floats; x, state and layer as in
    `forward`.
    """
    h, state = forward(model.cell, x, state, layer)
    y = h @ model.readout.W_y.T + model.readout.c
    if target.ndim == 3:
        return ((y - target) ** 2).mean(), state
    right = jnp.take_along_axis(jax.nn.log_softmax(y), target[..., None], axis=-1)
    return -right.mean(), state


# The way back, and training


def gradients(model, x, target, state=None):
    """(L, grads, final state) by `jax.value_and_grad`, compiled; grads are of the type of model, in NumPy.

    Arguments as in `loss`. Raises ValueError for float64 parameters where JAX computes in float32.
    """
    _checked(model)
    (value, state), grads = _differentiated()(model, x, target, state)
    return float(value), *jax.device_get((grads, state))


@functools.cache
def _differentiated():
    return jax.jit(jax.value_and_grad(loss, has_aux=True))


@functools.cache
def training_step(optimizer, clip=None, layer=layer_in_training):
    """A compiled step(model, memory, state, x, target) → (model, memory, state, L, ‖g‖).

    Forward, backward, clipping and update in one. memory: `optimizer.start(model)` at first; state: of the chunk
    before, or `model.cell.zeros(B)`. optimizer: `SGD` or `Adam`, else ValueError. layer: who runs each cell, as in
    `forward`; over several devices `layer`, with which they exchange gradients and nothing else. What it returns
    stays on JAX's device and goes into the next step as it is; `jax.device_get` makes NumPy of it.
    """
    if type(optimizer) not in (SGD, Adam):
        raise ValueError(f"optimizer: got {type(optimizer).__name__}, wanted SGD or Adam")
    if clip is not None:
        check.number("clip", clip, above=0.0)

    differentiated = jax.value_and_grad(functools.partial(loss, layer=layer), has_aux=True)

    def step(model, memory, state, x, target):
        (L, state), grads = differentiated(model, x, target, state)
        norm = jnp.sqrt(sum((g * g).sum() for g in jax.tree.leaves(grads)))
        if clip is not None:
            grads = jax.tree.map(lambda g: g * jnp.minimum(1.0, clip / norm), grads)
        return *_updated(optimizer, model, grads, memory), state, L, norm

    return jax.jit(step)


def _updated(optimizer, params, grads, memory):
    """(params, memory) one step on: the formulas of `optim`."""
    if isinstance(optimizer, SGD):
        v = jax.tree.map(lambda v, g: optimizer.momentum * v + g, memory, grads)
        return jax.tree.map(lambda p, v: p - optimizer.lr * v, params, v), v
    lr, b1, b2, eps = optimizer
    t = memory.steps + 1
    m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, memory.m, grads)
    v = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, memory.v, grads)
    rate, unbias = lr / (1 - b1**t), 1 / (1 - b2**t)
    new = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v * unbias) + eps), params, m, v)
    return new, AdamState(m, v, t)


def fit(model, ids, steps, B=32, T=32, optimizer=None, clip=None, rng=None, devices=1):
    """Give a `Record` after each step, as `rnn_core.fit` does: the same chunks, the same numbers to rounding.

    devices: how many of JAX's devices share the B rows of every chunk, B a multiple of it. Each device has the
    whole model and computes with its own rows; in every gradient the rows of all are summed, which JAX arranges.
    The model of a record is NumPy; a record holds no progress to go on from. Raises ValueError as
    `rnn_core.fit` does for text, B, T and steps, and for devices that are not there or do not divide B.
    """
    steps, B, T = check.count("steps", steps), check.count("B", B), check.count("T", T)
    V, rng = len(check.has("model", model, "vocab").vocab), check.generator(rng)
    ids = check.symbols("ids", ids, ("n",), V)
    chunks(ids, B, T)  # refuses a text that is too short
    optimizer = Adam() if optimizer is None else optimizer
    way = () if devices == 1 else (layer,)  # over several, none needs all of δ
    step, memory = training_step(optimizer, clip, *way), optimizer.start(_checked(model))
    return _records(step, model, memory, ids, steps, rng, (B, T), _shared(B, devices))


def _records(step, model, memory, ids, steps, rng, size, shared):
    everywhere, by_rows, by_columns = shared
    model, memory = jax.device_put((model, memory), everywhere)
    place = Place(0, 0, None, len(ids), 0, *size)
    for number in range(1, steps + 1):
        x, target, place = next_chunk(ids, place, rng)
        state = model.cell.zeros(size[0]) if place.state is None else place.state
        state, (x, target) = jax.device_put(state, by_rows), jax.device_put((x, target), by_columns)
        model, memory, state, L, norm = step(model, memory, state, x, target)
        place = place._replace(state=state if place.chunk else None)
        made = jax.device_get(model)
        yield Record(number, float(L), float(norm), None, made, made)


def _shared(B, devices):
    """Where parameters, states (B, n) and symbols (T, B) go: all of it everywhere, each row to one device."""
    devices, found = check.count("devices", devices), jax.devices()
    if B % devices:
        raise ValueError(f"B: got {B}, wanted a multiple of devices = {devices}")
    if devices > len(found):
        raise ValueError(
            f"devices: got {devices}, wanted at most {len(found)}, which are here; to try more on a processor, "
            f"set XLA_FLAGS=--xla_force_host_platform_device_count={devices} before JAX starts"
        )
    mesh = Mesh(np.array(found[:devices]), ("rows",))
    axes = ((), ("rows",), (None, "rows"))
    return tuple(NamedSharding(mesh, PartitionSpec(*names)) for names in axes)


def _checked(model):
    """The model, refused where JAX would silently drop half of its digits."""
    for name, a in leaves(model):
        if a.dtype == np.float64 and not jax.config.jax_enable_x64:
            raise ValueError(
                f"{name}: got float64, wanted float32, in which JAX computes unless told otherwise: "
                f'jax.config.update("jax_enable_x64", True) once, before anything else'
            )
    return model
