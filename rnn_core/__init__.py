"""rnn_core: the mathematics of recurrent networks in NumPy, small enough to read in one sitting.

Read losses, then cells, then bptt. Figures and explorers are in `rnn_core.show`, formulas in
`rnn_core.symbolic`; both are imported only when asked for, so that this import stays as quick as NumPy's.
"""

from .cells import RNN, LinearRNN, ReluRNN, SigmoidRNN
from .gradcheck import gradcheck, numerical_gradient
from .losses import cross_entropy, sigmoid, softmax, squared_error
from .optim import SGD, Adam, clip_by_global_norm
from .readout import Readout
from .text import Vocabulary, one_hot

__all__ = [
    "RNN",
    "SGD",
    "Adam",
    "LinearRNN",
    "Readout",
    "ReluRNN",
    "SigmoidRNN",
    "Vocabulary",
    "clip_by_global_norm",
    "cross_entropy",
    "gradcheck",
    "numerical_gradient",
    "one_hot",
    "sigmoid",
    "softmax",
    "squared_error",
]
