"""Training tokens per second of CharModel beside PyTorch at equal sizes: ratios, from steps in turn in one process.

python benchmarks/char_model.py [rounds]          (needs PyTorch; one thread each)

A step: forward with the state carried on, cross-entropy, backward, clipping, Adam. PyTorch gets our first weights
and the same chunks, so that the losses must agree; they are compared too.
"""

import os
import statistics
import sys
import time

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

import numpy as np

from rnn_core import GRU, LSTM, RNN, Adam, CharModel, Vocabulary, clip_by_global_norm, corpus
from rnn_core.losses import cross_entropy
from rnn_core.text import batches

SIZES = ((128, 32, 32), (256, 32, 32), (128, 1, 64))  # n_h, B, T
RATE = 0.003


def ours(model):
    """step(x, target) → loss, in NumPy."""
    optimizer = Adam(RATE)
    now = {"model": model, "memory": optimizer.start(model), "state": None}

    def step(x, target):
        logits, tape = now["model"].forward(x, state=now["state"])
        loss, dlogits = cross_entropy(logits, target)
        grads, _ = now["model"].backward(tape, dlogits)
        grads, _ = clip_by_global_norm(grads, 1.0)
        now["model"], now["memory"] = optimizer.step(now["model"], grads, now["memory"])
        now["state"] = tape[0].state
        return loss

    return step


def theirs(torch, model):
    """step(x, target) → loss, in PyTorch, with the weights of a float32 CharModel."""
    cell, (W_y, c) = model.cell, model.readout
    V, n_h = W_y.shape
    net = getattr(torch.nn, type(cell).__name__)(V, n_h)
    linear = torch.nn.Linear(n_h, V)
    biases = (*cell[2:], np.zeros_like(cell[2]))[:2]
    given = [*cell[:2], *biases, W_y, c]
    with torch.no_grad():
        for parameter, value in zip([*net.parameters(), *linear.parameters()], given, strict=True):
            parameter.copy_(torch.tensor(value))
    net.bias_hh_l0.requires_grad_(type(cell) is GRU)  # else the same sum as the other bias
    parameters = [p for part in (net, linear) for p in part.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(parameters, RATE)
    now = {"state": None}

    def step(x, target):
        one_hot = torch.nn.functional.one_hot(torch.tensor(x), V).float()
        h, state = net(one_hot, now["state"])
        now["state"] = tuple(s.detach() for s in state) if type(cell) is LSTM else state.detach()
        loss = torch.nn.functional.cross_entropy(
            linear(h).reshape(-1, V), torch.tensor(target).ravel()
        )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        return loss.item()

    return step


def compare(torch, kind, n_h, B, T, rounds):
    """One line: tokens per second of both, their ratio, and how far their losses are apart in the end."""
    text = corpus.story()
    vocab = Vocabulary.from_text(text)
    model = CharModel.init(np.random.default_rng(0), vocab, kind, n_h, dtype=np.float32)
    steps = {"ours": ours(model), "theirs": theirs(torch, model)}
    took = {name: [] for name in steps}
    data = list(batches(vocab.encode(text), B, T))
    for k in range(rounds):
        losses = {}
        for name, step in steps.items():
            start = time.perf_counter()
            losses[name] = step(*data[k % len(data)])
            took[name].append(time.perf_counter() - start)
    rate = {name: B * T / statistics.median(t[3:]) for name, t in took.items()}
    apart = abs(losses["ours"] - losses["theirs"])
    print(
        f"{kind.__name__:4} n_h {n_h:3}, B {B:2}, T {T:2}: NumPy {rate['ours']:8,.0f} tokens/s, "
        f"PyTorch {rate['theirs']:8,.0f}; ratio {rate['ours'] / rate['theirs']:.2f}; "
        f"losses after {rounds} steps differ by {apart:.0e}"
    )


def main(rounds=40):
    """All cells at all sizes."""
    try:
        import torch
    except ImportError:
        print("no PyTorch here, so nothing to compare with: pip install torch")
        return
    torch.set_num_threads(1)
    for size in SIZES:
        for kind in (RNN, LSTM, GRU):
            compare(torch, kind, *size, rounds)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
