"""Equal to torch.nn.RNN, against numbers stored by make_pytorch_reference.py."""

from pathlib import Path

import numpy as np
import pytest

from rnn_core import RNN, ReluRNN

FILE = Path(__file__).parent / "data" / "pytorch_rnn.npz"
with np.load(FILE) as stored:
    NAMES = sorted({key.split("/")[0] for key in stored})
    CASES = {n: {k.split("/")[1]: stored[k] for k in stored if k.split("/")[0] == n} for n in NAMES}


def close(got, wanted, name):
    np.testing.assert_allclose(got, wanted, rtol=1e-10, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("name", NAMES)
def test_values_and_gradients_equal_those_of_pytorch(name):
    ref = CASES[name]
    kind = ReluRNN if name.startswith("relu") else RNN
    cell = kind(ref["W_x"], ref["W_h"], ref["b_x"] + ref["b_h"])
    state = ref["state"] if "dstate0" in ref else None
    h, tape = cell.forward(ref["x"], state, ref.get("lengths"))
    close(h, ref["h"], "h")
    close(tape.state, ref["last"], "final state")
    grads, dx, dstate0 = cell.backward(tape, ref["dh"], ref["dstate"])
    for field, g in zip(grads._fields, grads, strict=True):
        assert g.shape == ref["d" + field].shape
        close(g, ref["d" + field], "d" + field)
    close(dx, ref["dx"], "dx")
    if state is not None:
        close(dstate0, ref["dstate0"], "dstate0")


def test_the_stored_file_is_small_and_has_the_cases_that_matter():
    assert FILE.stat().st_size < 100_000
    for activation in ("tanh", "relu"):
        for what in ("", " packed", " all ones"):
            assert activation + what in NAMES
    assert all(np.abs(CASES[n]["dW_h"]).max() > 1e-3 for n in NAMES)
