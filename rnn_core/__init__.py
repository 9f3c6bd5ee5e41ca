"""rnn_core: the mathematics of recurrent networks in NumPy, small enough to read in one sitting.

Read losses, then cells, bptt and models. Figures and explorers are in `rnn_core.show`, formulas in
`rnn_core.symbolic`; both are imported only when asked for, so that this import stays as quick as NumPy's.
"""

from .attention import Additive, Attention, Dot
from .baselines import NGram, Uniform, Unigram, best_order
from .cells import RNN, LinearRNN, ReluRNN, SigmoidRNN
from .encoder_decoder import EncoderDecoder
from .gated import GRU, LSTM
from .gradcheck import gradcheck, numerical_gradient
from .layers import Bidirectional, Stacked
from .losses import cross_entropy, sigmoid, softmax, squared_error
from .metrics import accuracy, bits, bootstrap, calibration, exact, perplexity, spread
from .models import ManyToMany, ManyToOne, OneToMany
from .optim import SGD, Adam, clip_by_global_norm
from .readout import Readout
from .text import Vocabulary, one_hot
from .train import train

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "SGD",
    "Adam",
    "Additive",
    "Attention",
    "Bidirectional",
    "Dot",
    "EncoderDecoder",
    "LinearRNN",
    "ManyToMany",
    "ManyToOne",
    "NGram",
    "OneToMany",
    "Readout",
    "ReluRNN",
    "SigmoidRNN",
    "Stacked",
    "Uniform",
    "Unigram",
    "Vocabulary",
    "accuracy",
    "best_order",
    "bits",
    "bootstrap",
    "calibration",
    "clip_by_global_norm",
    "cross_entropy",
    "exact",
    "gradcheck",
    "numerical_gradient",
    "one_hot",
    "perplexity",
    "sigmoid",
    "softmax",
    "spread",
    "squared_error",
    "train",
]
