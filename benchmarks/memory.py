"""How much memory training takes at most: full BPTT against the length of the text, and training in chunks.

    python benchmarks/memory.py [--quick]

Peaks are what tracemalloc counts, of which NumPy's arrays are the most; they are bytes that were asked for, the same
on every machine, and so have no spread. Counted from the moment when model and text are there; the text takes 8 bytes
a symbol twice, since `fit` keeps a copy that nobody else writes into.

* Full BPTT keeps every state of the text until the way back has used it: the peak grows with T.
* `truncate` leaves long lags out of the gradient, but looks back from the end all the same: it grows as well.
* `fit` reads the text in chunks of a fixed T and forgets each when its gradient is there: the peak is that of one
  chunk, whatever the length of the text.
"""

import tracemalloc

import machine
from cost import slope
from rows import Row, options, program, progress

KINDS = ("RNN", "LSTM", "GRU")
V, N_H, B, CHUNK, TAU = 65, 128, 32, 32, 8
LENGTHS = (32, 64, 128, 256, 512)  # T of full BPTT; below, the weights are most of it
TEXTS = (5_000, 10_000, 20_000, 40_000, 80_000)  # symbols
QUICK = (16, 32, 64), (3_000, 6_000, 12_000)
GROWTH = "Memory: growth of the peak (slope; 1 is proportional, 0 is flat)"
FULL, CHUNKED = "Memory: peak of one step against T", "Memory: peak of training against the text"
PEAKS = {"full BPTT": (0.9, 1.1), f"truncate {TAU}": None}
FLAT = (-0.05, 0.05)


def peak(work):
    """The most bytes that work() has at a time, beyond what was there before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def beginning(kind, n):
    """A new model of this kind of cell, and n symbols that are drawn."""
    import numpy as np

    import rnn_core

    rng = np.random.default_rng(0)
    vocab = rnn_core.Vocabulary(tuple(chr(0x100 + k) for k in range(V)))
    model = rnn_core.CharModel.init(rng, vocab, getattr(rnn_core, kind), N_H, dtype=np.float32)
    return model, rng.integers(V, size=n)


def whole(kind, T, truncate=None):
    """Peak of one forward and backward over a chunk (T, B)."""
    from rnn_core import cross_entropy
    from rnn_core.text import batches

    model, ids = beginning(kind, B * T + 1)
    ((x, target),) = batches(ids, B, T)

    def work():
        h, tape = model.cell.forward(x)
        logits, y_tape = model.readout.forward(h)
        _, dlogits = cross_entropy(logits, target)
        _, dh = model.readout.backward(y_tape, dlogits)
        model.cell.backward(tape, dh, truncate=truncate)

    return peak(work)


def chunked(kind, n):
    """Peak of `fit` on n symbols, one pass, beyond the model and the text."""
    import numpy as np

    from rnn_core import SGD, fit
    from rnn_core.train import last

    model, ids = beginning(kind, n)
    rng, steps = np.random.default_rng(0), (n - 1) // (B * CHUNK)
    records = fit(model, ids, steps, B, CHUNK, SGD(0.1), clip=1.0, rng=rng)  # has copied the text
    return peak(lambda: last(records))


def measure(quick=False):
    """Rows of peaks and of their growth; nothing can be missing."""
    lengths, texts = QUICK if quick else (LENGTHS, TEXTS)
    rows = []
    for kind in KINDS:
        progress(kind)
        for what, target in PEAKS.items():
            tau = TAU if what.startswith("truncate") else None
            peaks = [whole(kind, T, tau) for T in lengths]
            rows.append(Row(GROWTH, kind, f"{what} in T", slope(lengths, peaks), target=target))
            rows += told(FULL, "T = {}", f"{kind}, {what}", lengths, peaks)
        peaks = [chunked(kind, n) for n in texts]
        rows.append(Row(GROWTH, kind, "chunks in the text", slope(texts, peaks), target=FLAT))
        rows += told(CHUNKED, "{:,} symbols", kind, texts, peaks)
    rows.sort(key=lambda r: r.table != GROWTH)
    return rows, [f"V {V}, n_h {N_H}, B {B}, float32; chunks of T {CHUNK}."]


def told(table, case, what, sizes, peaks):
    """The rows of one sweep, in megabytes."""
    pairs = zip(sizes, peaks, strict=True)
    return [Row(table, case.format(size), what, bytes_ / 1e6, "MB") for size, bytes_ in pairs]


def main(arguments=None):
    machine.settle(1)  # peaks are the same with more, and several would disturb each other
    program(measure, options(__doc__), arguments)


if __name__ == "__main__":
    main()
