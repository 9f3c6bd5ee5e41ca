"""Write tests/data/pytorch_*.npz: what torch.nn.RNN, LSTM, GRU and torch.optim compute, for the tests.

Needs torch (the stored files were made with torch 2.13.0); the tests need the files alone. Run twice, the bytes
are equal. The loss is Σ dh ⊙ h + Σ dstate ⊙ h_T, with random dh and dstate, so that every output counts; in
packed sequences h counts up to each row's length. PyTorch has two biases, of which only the sum matters but in a
GRU. Arrays of the upper layers and of the way back have " 1" and " back" behind their names, as in "W_x 1 back".

    python tests/make_pytorch_reference.py [another folder]
"""

import sys
from functools import partial
from pathlib import Path

import numpy as np
import torch

KINDS = {
    "tanh": partial(torch.nn.RNN, nonlinearity="tanh"),
    "relu": partial(torch.nn.RNN, nonlinearity="relu"),
    "LSTM": torch.nn.LSTM,
    "GRU": torch.nn.GRU,
}
STATES = {"LSTM": ("state", "memory")} | dict.fromkeys(("tanh", "relu", "GRU"), ("state",))

# name: kind, T, B, n_x, n_h, lengths or None, state given
CASES = {
    "tanh": ("tanh", 5, 3, 2, 4, None, True),
    "relu": ("relu", 5, 3, 2, 4, None, True),
    "tanh zero state": ("tanh", 4, 2, 3, 2, None, False),
    "tanh all ones": ("tanh", 1, 1, 1, 1, None, True),
    "relu all ones": ("relu", 1, 1, 1, 1, None, True),
    "tanh one unit": ("tanh", 7, 2, 1, 1, None, True),
    "tanh one step": ("tanh", 1, 4, 3, 5, None, True),
    "tanh long": ("tanh", 40, 2, 3, 6, None, True),
    "tanh packed": ("tanh", 6, 4, 3, 5, (4, 6, 1, 3), True),
    "relu packed": ("relu", 6, 4, 3, 5, (2, 1, 6, 5), True),
    "tanh packed zero state": ("tanh", 5, 3, 1, 2, (1, 5, 5), False),
}


# and how many layers, whether in both directions
GATED = {
    f"{kind}{what}": (kind, *case)
    for kind in ("LSTM", "GRU")
    for what, case in {
        "": (5, 2, 2, 3, None, True),
        " all ones": (1, 1, 1, 1, None, True),
        " one unit": (7, 2, 1, 1, None, True),
        " one step": (1, 3, 3, 2, None, True),
        " packed": (6, 4, 2, 3, (4, 6, 1, 3), True),
        " packed zero state": (5, 3, 1, 2, (1, 5, 5), False),
        " two layers packed": (5, 3, 3, 2, (2, 5, 1), True, 2),
        " both ways packed": (5, 3, 3, 2, (4, 1, 5), True, 1, True),
        " two layers both ways": (3, 2, 1, 2, None, False, 2, True),
    }.items()
}


def drawn(rng, kind, rnn, T, B, with_state):
    """What one case is given, {name: array}, and the same numbers as the parameters of rnn, {name: parameter}."""
    given, theirs, n_h = {}, {}, rnn.hidden_size
    for mine, its in places(rnn).items():
        for name, its_name in (
            ("W_x", "weight_ih"),
            ("W_h", "weight_hh"),
            ("b_x", "bias_ih"),
            ("b_h", "bias_hh"),
        ):
            parameter = theirs[name + mine] = getattr(rnn, its_name + its)
            given[name + mine] = rng.normal(0, 0.7 if name[0] == "W" else 0.5, parameter.shape)
            with torch.no_grad():
                parameter.copy_(torch.from_numpy(given[name + mine]))
    states = [name + mine for name in STATES[kind] for mine in places(rnn)]
    given["x"] = rng.normal(0, 1, (T, B, rnn.input_size))
    for name in states:
        given[name] = rng.normal(0, 1, (B, n_h)) if with_state else np.zeros((B, n_h))
    given["dh"] = rng.normal(0, 1, (T, B, n_h * (1 + rnn.bidirectional)))
    return given | {"d" + name: rng.normal(0, 1, (B, n_h)) for name in states}, theirs


def places(rnn):
    """{what stands behind our names: what stands behind PyTorch's} for every cell, in the order of its states."""
    ways = {"": "", " back": "_reverse"} if rnn.bidirectional else {"": ""}
    layers = range(rnn.num_layers)
    return {(f" {k}" if k else "") + w: f"_l{k}{v}" for k in layers for w, v in ways.items()}


def reference(seed, kind, T, B, n_x, n_h, lengths, with_state, layers=1, both=False):
    """One case as {name: array}, in float64."""
    rnn = KINDS[kind](n_x, n_h, num_layers=layers, bidirectional=both, dtype=torch.float64)
    given, theirs = drawn(np.random.default_rng(seed), kind, rnn, T, B, with_state)
    all_of = lambda name: torch.from_numpy(np.stack([given[name + at] for at in places(rnn)]))
    x = torch.from_numpy(given["x"]).requires_grad_()
    first = tuple(all_of(name).requires_grad_() for name in STATES[kind])
    state = (first if kind == "LSTM" else first[0],) if with_state else ()
    if lengths is None:
        h, last = rnn(x, *state)
    else:
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        out, last = rnn(packed, *state)
        h, _ = torch.nn.utils.rnn.pad_packed_sequence(out, total_length=T)
        given["lengths"] = np.array(lengths)
    last = last if kind == "LSTM" else (last,)
    at_end = sum((a * all_of("d" + name)).sum() for name, a in zip(STATES[kind], last, strict=True))
    ((h * torch.from_numpy(given["dh"])).sum() + at_end).backward()
    found = {"h": h}
    for name, a in zip(("last", "last memory"), last, strict=False):
        found |= {name + at: a[k] for k, at in enumerate(places(rnn))}
    for name, parameter in theirs.items():
        if kind == "GRU":
            found["d" + name] = parameter.grad
        elif not name.startswith("b_h"):  # the gradient of the sum is that of each
            found["d" + name.replace("b_x", "b")] = parameter.grad
    found["dx"] = x.grad
    for name, a in zip(STATES[kind], first, strict=True):
        found |= {f"d{name}0{at}": a.grad[k] for k, at in enumerate(places(rnn)) if with_state}
    return given | {name: a.detach().numpy() for name, a in found.items()}


# name: optimizer, options under the names that rnn_core gives them
OPTIMIZERS = {
    "SGD": (torch.optim.SGD, {"lr": 0.1}),
    "momentum": (torch.optim.SGD, {"lr": 0.05, "momentum": 0.9}),
    "Adam": (torch.optim.Adam, {"lr": 0.01}),
    "Adam other": (torch.optim.Adam, {"lr": 0.3, "beta1": 0.5, "beta2": 0.9, "eps": 1e-3}),
}


def descent(seed, kind, options, steps=6):
    """One optimizer under random gradients, the second clipped to length 1: {name: array}, in float64."""
    rng = np.random.default_rng([seed, 1])
    given = {"W": rng.normal(size=(2, 3)), "b": rng.normal(size=2)}
    params = [torch.nn.Parameter(torch.from_numpy(given[name].copy())) for name in ("W", "b")]
    theirs = dict(options)
    if kind is torch.optim.Adam:
        betas = theirs.pop("beta1", 0.9), theirs.pop("beta2", 0.999)
        theirs["betas"] = betas
    optimizer = kind(params, **theirs)
    dW, db = rng.normal(0, 2, (steps, 2, 3)), rng.normal(0, 2, (steps, 2))
    seen = {"W": [], "b": []}
    for k in range(steps):
        for p, g in zip(params, (dW[k], db[k]), strict=True):
            p.grad = torch.from_numpy(g.copy())
        if k == 1:
            norm = torch.nn.utils.clip_grad_norm_(params, 1.0)
        optimizer.step()
        for p, name in zip(params, seen, strict=True):
            seen[name].append(p.detach().numpy().copy())
    found = {f"{name} after": np.array(a) for name, a in seen.items()}
    return given | {"dW": dW, "db": db, "norm": norm.numpy()} | found


def store(path, cases):
    """All cases into one file, each array under "case/array"."""
    path.parent.mkdir(exist_ok=True)
    np.savez_compressed(path, **{f"{c}/{key}": a for c, case in cases for key, a in case.items()})
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def main(folder=Path(__file__).parent / "data"):
    """All files."""
    torch.set_num_threads(1)
    for file, make, table in (
        ("pytorch_rnn.npz", reference, CASES),
        ("pytorch_gated.npz", reference, GATED),
        ("pytorch_optim.npz", descent, OPTIMIZERS),
    ):
        cases = ((name, make(seed, *case)) for seed, (name, case) in enumerate(table.items()))
        store(folder / file, cases)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
