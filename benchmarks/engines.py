"""One training step of the character model, four times: the NumPy core, JAX, PyTorch, and PyTorch compiled.

Every maker takes (case, model, chunks) and returns step(k) → (loss, ‖g‖): forward over chunk k with the state
carried on, cross-entropy (mean), backward through the chunk, clipping by the global norm, SGD. All begin with the
float32 weights of `model` and read the same chunks, each made ready in the library's own arrays, so that loss and
‖g‖ must agree at every step; where they do not, something else than the same step is timed.
"""

from typing import NamedTuple

import numpy as np

import rnn_core
from rnn_core import SGD, CharModel, Vocabulary, clip_by_global_norm, cross_entropy, jax_twin
from rnn_core.products import turned
from rnn_core.pytorch_weights import to_pytorch
from rnn_core.text import batches

RATE, CLIP = (
    1.0,
    0.01,
)  # everybody clips in each step; steps so short that rounding does not grow into another path
CHUNKS = 8


class Case(NamedTuple):
    """A kind of cell and the sizes of a step: V symbols, n_h units, B rows, T steps of time."""

    kind: str
    V: int
    n_h: int
    B: int
    T: int

    def __str__(self):
        return f"{self.kind:4} V {self.V}, n_h {self.n_h:3}, B {self.B:2}, T {self.T}"

    @property
    def blocks(self):
        """How many blocks of n_h rows W_h has: 1 in an RNN, 4 in an LSTM, 3 in a GRU."""
        return len(getattr(rnn_core, self.kind).blocks)


def beginning(case):
    """(model, chunks): a new float32 model, and chunks (x, target) of a text whose symbols are drawn."""
    vocab = Vocabulary(tuple(chr(0x100 + k) for k in range(case.V)))
    kind, rng = getattr(rnn_core, case.kind), np.random.default_rng(0)
    ids = rng.integers(case.V, size=CHUNKS * case.B * case.T + 1)
    model = CharModel.init(rng, vocab, kind, case.n_h, dtype=np.float32)
    return model, list(batches(ids, case.B, case.T))


def in_numpy(case, model, chunks):
    """The core, as its own training loop calls it."""
    optimizer = SGD(RATE)
    now = {"model": model, "memory": optimizer.start(model), "state": None}

    def step(k):
        x, target = chunks[k % len(chunks)]
        logits, tape = now["model"].forward(x, state=now["state"])
        loss, dlogits = cross_entropy(logits, target)
        grads, _ = now["model"].backward(tape, dlogits)
        grads, norm = clip_by_global_norm(grads, CLIP)
        now["model"], now["memory"] = optimizer.step(now["model"], grads, now["memory"])
        now["state"] = tape[0].state
        return loss, norm

    return step


def in_jax(case, model, chunks):
    """`jax_twin.training_step`, one compiled function; a step ends when all of its results are there."""
    import jax

    step_jit, optimizer = jax_twin.training_step(SGD(RATE), CLIP), SGD(RATE)
    given = model, optimizer.start(model), model.cell.zeros(case.B)
    now, chunks = {"all": jax.device_put(given)}, jax.device_put(chunks)

    def step(k):
        *now["all"], loss, norm = jax.block_until_ready(
            step_jit(*now["all"], *chunks[k % len(chunks)])
        )
        return float(loss), float(norm)

    return step


def in_pytorch(form="gather", compiled=False, unroll=False):
    """The maker of nn.RNN, nn.LSTM or nn.GRU with nn.Linear behind it, as a PyTorch user writes it.

    nn.RNN takes vectors, and cannot choose a column of W_ih by a symbol as the core does. So symbols become one-hot
    vectors, in one of two forms: "one_hot" is F.one_hot(…).float(); "gather" chooses rows of an identity matrix with
    F.embedding, which makes no integers first. bias_hh of an RNN and an LSTM is frozen: with bias_ih it is the one
    bias of the core, which would otherwise be learned twice as fast. compiled: torch.compile of all up to the loss,
    which by its own choice leaves nn.RNN and its kind as they are; unroll: it may take them apart, for minutes.
    """

    def make(case, model, chunks):
        import torch

        net = network(torch, case, model, form)
        free = [p for p in net.parameters() if p.requires_grad]
        optimizer = torch.optim.SGD(free, RATE)
        run = compile_anew(torch, net, unroll) if compiled else net
        chunks = [tuple(torch.from_numpy(a) for a in pair) for pair in chunks]
        zeros = torch.zeros(1, case.B, case.n_h)
        now = {"state": (zeros, zeros) if case.kind == "LSTM" else zeros}

        def step(k):
            loss, state = run(*chunks[k % len(chunks)], now["state"])
            now["state"] = (
                tuple(s.detach() for s in state) if case.kind == "LSTM" else state.detach()
            )
            optimizer.zero_grad()
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(free, CLIP)
            optimizer.step()
            return loss.item(), norm.item()

        return step

    return make


def network(torch, case, model, form):
    """A torch.nn.Module: (x, target, state) → (loss, state), with the weights of model."""
    functional = torch.nn.functional

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = getattr(torch.nn, case.kind)(case.V, case.n_h)
            self.readout = torch.nn.Linear(case.n_h, case.V)
            self.register_buffer("one_hot", torch.eye(case.V))

        def forward(self, x, target, state):
            if form == "gather":
                x = functional.embedding(x, self.one_hot)
            else:
                x = functional.one_hot(x, case.V).float()
            h, state = self.cell(x, state)
            logits = self.readout(h).view(-1, case.V)
            return functional.cross_entropy(logits, target.reshape(-1)), state

    net = Network()
    weights = {f"cell.{name}": a for name, a in to_pytorch(model.cell).items()}
    weights |= {"readout.weight": model.readout.W_y, "readout.bias": model.readout.c}
    tensors = {name: torch.from_numpy(a) for name, a in weights.items()}
    net.load_state_dict(tensors | {"one_hot": net.one_hot})
    net.cell.bias_hh_l0.requires_grad_(case.kind == "GRU")
    return net


def compile_anew(torch, net, unroll):
    """torch.compile, with what it knows of earlier sizes forgotten: after eight it would give up in silence."""
    torch.compiler.reset()
    torch._dynamo.config.allow_rnn = unroll  # there is no public name for it
    return torch.compile(net)


def settle_pytorch(threads):
    """PyTorch with so many threads; None where it is not installed."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(threads)
    return torch


def have_jax():
    """Is JAX installed?"""
    return not isinstance(jax_twin.jax, jax_twin.Missing)


# The matrix products


def flops(case):
    """Floating-point operations of the matrix products that no step can do without.

    h W_hᵀ forward, δ W_h backward and Σ δ hᵀ for the weight, 2 B n_h (k n_h) each in each of T steps, with k blocks;
    the same three with V in place of k n_h for the readout: 6 B T n_h (k n_h + V). Symbols choose columns of W_x, so
    the input costs no product; made of one-hot vectors it would cost another 4 B T V k n_h, which no one needs.
    """
    _, V, n_h, B, T = case
    return 6 * B * T * n_h * (case.blocks * n_h + V)


def products(case):
    """A function that makes the products of `flops`, in their own shapes and order, and nothing else."""
    _, V, n, B, T = case
    rows = case.blocks * n
    rng = np.random.default_rng(0)
    draw = lambda *shape: rng.uniform(-1, 1, shape).astype(np.float32)
    W_h, W_y, h, delta, dy = (
        draw(rows, n),
        draw(V, n),
        draw(T, B, n),
        draw(T, B, rows),
        draw(T, B, V),
    )
    z, message, dW_h = np.empty((B, rows), np.float32), np.empty_like(h), np.empty_like(W_h)
    y, dW_y, dh = np.empty((V, T * B), np.float32), np.empty_like(W_y), np.empty_like(h)
    flat = lambda a: a.reshape(T * B, -1)

    def work():
        W_hT = turned(W_h)
        for t in range(T):
            np.matmul(h[t], W_hT, out=z)
        np.matmul(W_y, flat(h).T, out=y)
        np.matmul(flat(dy).T, flat(h), out=dW_y)
        np.matmul(flat(dy), W_y, out=flat(dh))
        for t in reversed(range(T)):
            np.matmul(delta[t], W_h, out=message[t])
        np.matmul(flat(delta).T, flat(h), out=dW_h)

    return work


def square(n=1024):
    """(a function that multiplies two n × n float32 matrices, its 2 n³ floating-point operations)."""
    a, b = np.random.default_rng(0).uniform(-1, 1, (2, n, n)).astype(np.float32)
    out = np.empty_like(a)
    return lambda: np.matmul(a, b, out=out), 2 * n**3
