"""Write tests/data/pytorch_rnn.npz: what torch.nn.RNN computes, for test_pytorch_reference.py.

Needs torch (the stored file was made with torch 2.13.0); the tests need the file alone. Run twice, the bytes
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


def main():
    """All cases into one file, each array under "case/array"."""
    torch.set_num_threads(1)
    arrays = {
        f"{name}/{key}": a
        for seed, (name, case) in enumerate(CASES.items())
        for key, a in reference(seed, *case).items()
    }
    path = Path(__file__).parent / "data" / "pytorch_rnn.npz"
    path.parent.mkdir(exist_ok=True)
    np.savez_compressed(path, **arrays)
    print(f"{path.name}: {len(CASES)} cases, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
