"""Write tests/data/pytorch_*.npz: what torch.nn.RNN and torch.optim compute, for the tests.

Needs torch (the stored files were made with torch 2.13.0); the tests need the files alone. Run twice, the bytes
are equal. The loss is Σ dh ⊙ h + Σ dstate ⊙ h_T, with random dh and dstate, so that every output counts; in
packed sequences h counts up to each row's length. PyTorch has two biases, of which only the sum matters.

    python tests/make_pytorch_reference.py
"""

from pathlib import Path

import numpy as np
import torch

# name: nonlinearity, T, B, n_x, n_h, lengths or None, h_0 given
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


def reference(seed, nonlinearity, T, B, n_x, n_h, lengths, with_state):
    """One case as {name: array}, in float64."""
    rng = np.random.default_rng(seed)
    given = {
        "W_x": rng.normal(0, 0.7, (n_h, n_x)),
        "W_h": rng.normal(0, 0.7, (n_h, n_h)),
        "b_x": rng.normal(0, 0.5, n_h),
        "b_h": rng.normal(0, 0.5, n_h),
        "x": rng.normal(0, 1, (T, B, n_x)),
        "state": rng.normal(0, 1, (B, n_h)) if with_state else np.zeros((B, n_h)),
        "dh": rng.normal(0, 1, (T, B, n_h)),
        "dstate": rng.normal(0, 1, (B, n_h)),
    }
    rnn = torch.nn.RNN(n_x, n_h, nonlinearity=nonlinearity, dtype=torch.float64)
    theirs = (rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, rnn.bias_hh_l0)
    with torch.no_grad():
        for parameter, name in zip(theirs, ("W_x", "W_h", "b_x", "b_h"), strict=True):
            parameter.copy_(torch.from_numpy(given[name]))
    x = torch.from_numpy(given["x"]).requires_grad_()
    h_0 = torch.from_numpy(given["state"])[None].requires_grad_()
    state = (h_0,) if with_state else ()
    if lengths is None:
        h, h_last = rnn(x, *state)
    else:
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        out, h_last = rnn(packed, *state)
        h, _ = torch.nn.utils.rnn.pad_packed_sequence(out, total_length=T)
    loss = (h * torch.from_numpy(given["dh"])).sum()
    (loss + (h_last[0] * torch.from_numpy(given["dstate"])).sum()).backward()
    found = {
        "h": h,
        "last": h_last[0],
        "dW_x": theirs[0].grad,
        "dW_h": theirs[1].grad,
        "db": theirs[2].grad,
        "dx": x.grad,
    }
    if with_state:
        found["dstate0"] = h_0.grad[0]
    if lengths is not None:
        given["lengths"] = np.array(lengths)
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


def store(name, cases):
    """All cases into one file, each array under "case/array"."""
    path = Path(__file__).parent / "data" / name
    path.parent.mkdir(exist_ok=True)
    np.savez_compressed(path, **{f"{c}/{key}": a for c, case in cases for key, a in case.items()})
    print(f"{name}: {path.stat().st_size / 1000:.0f} kB")


def main():
    """Both files."""
    torch.set_num_threads(1)
    cases = ((name, reference(seed, *case)) for seed, (name, case) in enumerate(CASES.items()))
    store("pytorch_rnn.npz", cases)
    runs = ((name, descent(seed, *run)) for seed, (name, run) in enumerate(OPTIMIZERS.items()))
    store("pytorch_optim.npz", runs)


if __name__ == "__main__":
    main()
