"""What rnn_core's numeric core computes from one seed, as plain numbers: run here and in Pyodide, and compared.

Everything that a lesson leans on has a part: each cell forward and backward, losses, gradient checks, spectra,
optimizers, a trained character model. Only what rounding alone decides is left out.
"""

import numpy as np

from rnn_core import (
    GRU,
    LSTM,
    RNN,
    SGD,
    Adam,
    Bidirectional,
    CharModel,
    Dot,
    EncoderDecoder,
    LinearRNN,
    NGram,
    Readout,
    ReluRNN,
    SigmoidRNN,
    Stacked,
    Vocabulary,
    clip_by_global_norm,
    cross_entropy,
    evaluate,
    fit,
    gradcheck,
    softmax,
    spectrum,
    squared_error,
)
from rnn_core.worked import EXAMPLE, work

T, B, N_X, N_H = 12, 3, 4, 5
TEXT = "the cat sat on the mat and the dog sat on the log\n" * 40
PARTS = {}


def part(function):
    PARTS[function.__name__] = function
    return function


def figures():
    """{part: [number, …]}, and of a text the numbers of its letters."""
    return {name: flat(compute(np.random.default_rng(8))) for name, compute in PARTS.items()}


def flat(things):
    """All numbers of arrays, tuples of arrays, numbers and texts, in order."""
    found = []
    for thing in things:
        if isinstance(thing, tuple):
            found += flat(thing)
        elif isinstance(thing, str):
            found += map(ord, thing)
        else:
            found += np.asarray(thing, dtype=float).ravel().tolist()
    return found


def there_and_back(cell, rng):
    """Forward and backward of any cell: all states, all gradients, whole and cut short."""
    x = rng.normal(size=(T, B, N_X))
    h, tape = cell.forward(x, lengths=np.array([T, 7, 1]))
    dh = rng.normal(size=h.shape)
    return h, *cell.backward(tape, dh), *cell.backward(tape, dh, truncate=3)[:2]


@part
def rnn(rng):
    return there_and_back(RNN.init(rng, N_X, N_H), rng)


@part
def other_activations(rng):
    for kind in (LinearRNN, SigmoidRNN, ReluRNN):
        yield from there_and_back(kind.init(rng, N_X, N_H), rng)


@part
def lstm(rng):
    return there_and_back(LSTM.init(rng, N_X, N_H), rng)


@part
def gru(rng):
    return there_and_back(GRU.init(rng, N_X, N_H), rng)


@part
def stacked_and_bidirectional(rng):
    both = Bidirectional(GRU.init(rng, N_X, N_H), GRU.init(rng, N_X, N_H))
    return there_and_back(Stacked((both, RNN.init(rng, 2 * N_H, N_H))), rng)


@part
def worked_by_hand(rng):
    w = work(**EXAMPLE)
    return w.dW_h, *w.h, *w.delta


@part
def losses(rng):
    y, target = rng.normal(size=(T, B, N_H)), rng.integers(N_H, size=(T, B))
    lengths = np.array([T, 5, 2])
    yield from cross_entropy(y, target, lengths)
    yield from squared_error(y, softmax(y[::-1]), lengths, reduction="mean")


@part
def gradient_checks(rng):
    """Whether they hold: how well is a matter of rounding."""
    readout = Readout.init(rng, N_H, 2)
    x, target = rng.normal(size=(T, B, N_X)), rng.integers(2, size=(T, B))
    for kind in (RNN, LSTM, GRU):
        cell = kind.init(rng, N_X, N_H)
        h, tape = cell.forward(x)
        y, y_tape = readout.forward(h)
        dh = readout.backward(y_tape, cross_entropy(y, target)[1])[1]
        loss = lambda c: cross_entropy(readout.forward(c.forward(x)[0])[0], target)[0]
        yield float(gradcheck(loss, cell, cell.backward(tape, dh)[0]) < 1e-7)


@part
def spectra(rng):
    cell = RNN.init(rng, N_X, 16)
    W = spectrum.with_eigenvalues(rng, [0.9, -0.5, 0.3 + 0.4j, 0.3 - 0.4j], departure=0.5)
    yield spectrum.log_norms_of_powers(W, 50)
    yield spectrum.with_singular_values(rng, [2.0, 1.0, 0.5])
    yield np.sort(np.abs(spectrum.eigenvalues_of(cell.W_h)))
    yield spectrum.spectral_radius(cell.W_h)
    yield spectrum.largest_singular_value(cell.W_h)
    tape = cell.forward(rng.normal(size=(30, 1, N_X)))[1]
    yield spectrum.log_norms_of_products(spectrum.jacobians(cell, tape)[:, 0])


@part
def optimizers(rng):
    for optimizer in (SGD(0.1), SGD(0.1, momentum=0.9), Adam(0.01)):
        params = RNN.init(rng, N_X, N_H)
        state = optimizer.start(params)
        for _ in range(5):
            grads = RNN(*(rng.normal(size=p.shape) for p in params))
            grads, norm = clip_by_global_norm(grads, 3.0)
            params, state = optimizer.step(params, grads, state)
            yield norm
        yield params


@part
def attention(rng):
    model = EncoderDecoder.init(rng, 6, 7, N_H, 6, cell=GRU, score=Dot)
    source, x = rng.integers(6, size=(T, B)), rng.integers(7, size=(T - 2, B))
    y, tape = model.forward(source, x)
    return y, model.backward(tape, rng.normal(size=y.shape))[0]


@part
def n_grams(rng):
    vocab = Vocabulary.from_text(TEXT)
    ids = vocab.encode(TEXT)
    return [NGram(3).fit(ids[:-60], len(vocab)).log_prob(ids[-60:])]


@part
def a_trained_model(rng):
    vocab = Vocabulary.from_text(TEXT)
    ids = vocab.encode(TEXT)
    for cell in (RNN, LSTM, GRU):
        model = CharModel.init(rng, vocab, cell=cell, n_h=24)
        for record in fit(model, ids, steps=12, B=4, T=16, optimizer=Adam(0.01), clip=1.0, rng=rng):
            yield from (record.loss, record.grad_norm)
        yield record.model.cell
        yield evaluate(record.model, ids[:300])
        yield record.model.generate(rng, 40, prefix="the", temperature=0.8)
