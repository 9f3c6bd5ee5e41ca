"""rnn_core: the mathematics of recurrent networks in NumPy, small enough to read in one sitting.

Read losses, then cells, bptt and models. Figures and explorers are in `rnn_core.show`, formulas in
`rnn_core.symbolic`; both are imported only when asked for, so that this import stays as quick as NumPy's.
"""

from .attention import Additive, Attention, Dot
from .baselines import NGram, Uniform, Unigram, best_order
from .cells import RNN, LinearRNN, ReluRNN, SigmoidRNN
from .checkpoint import load_checkpoint, save_checkpoint
from .encoder_decoder import EncoderDecoder
from .fit import fit
from .gated import GRU, LSTM
from .gradcheck import gradcheck, numerical_gradient
from .heap import keep_what_is_freed
from .layers import Bidirectional, Stacked
from .losses import cross_entropy, sigmoid, softmax, squared_error
from .metrics import accuracy, bits, bootstrap, calibration, evaluate, exact, perplexity, spread
from .models import CharModel, ManyToMany, ManyToOne, OneToMany
from .optim import SGD, Adam, clip_by_global_norm, cosine
from .readout import Readout
from .text import Vocabulary, one_hot
from .train import train
from .window import WindowMLP

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "SGD",
    "Adam",
    "Additive",
    "Attention",
    "Bidirectional",
    "CharModel",
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
    "WindowMLP",
    "accuracy",
    "best_order",
    "bits",
    "bootstrap",
    "calibration",
    "clip_by_global_norm",
    "cosine",
    "cross_entropy",
    "evaluate",
    "exact",
    "fit",
    "gradcheck",
    "load_checkpoint",
    "numerical_gradient",
    "one_hot",
    "perplexity",
    "save_checkpoint",
    "sigmoid",
    "softmax",
    "spread",
    "squared_error",
    "train",
]

keep_what_is_freed()
