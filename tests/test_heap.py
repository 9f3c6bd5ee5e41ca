"""In a fresh process, training does not fetch the same memory from the system in every step."""

import platform
import subprocess
import sys

import pytest

glibc = platform.libc_ver()[0] == "glibc"
pytestmark = pytest.mark.skipif(not glibc, reason="only glibc gives freed blocks back so soon")

COUNT = """
import resource

import numpy as np
import rnn_core

rng, T, B, V = np.random.default_rng(0), 35, 32, 28
vocab = rnn_core.Vocabulary(tuple(chr(97 + k) for k in range(V)))
model = rnn_core.CharModel.init(rng, vocab, rnn_core.RNN, 128)
x, target = rng.integers(V, size=(2, T, B))


def step():
    logits, tape = model.forward(x)
    model.backward(tape, rnn_core.cross_entropy(logits, target)[1])


def faults(steps):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(steps):
        step()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


faults(5)  # the first steps take what they need
print(faults(20) / 20)
"""


def test_a_step_of_training_fetches_hardly_a_page():
    told = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)
    assert float(told.stdout) < 10  # without the call: 1300, the pages of five arrays (T, B, n_h)
