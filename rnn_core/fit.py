"""Training on a text: chunk after chunk with the state carried on, and the gradient cut between two chunks."""

from zlib import crc32

from . import check
from .checkpoint import place_to_save, save_checkpoint
from .metrics import evaluate
from .models import criterion
from .text import Place, chunk, chunks
from .train import begun, descend, rules


def fit(
    model,
    ids,
    steps,
    B=32,
    T=32,
    optimizer=None,
    clip=None,
    held_out=None,
    rng=None,
    every=50,
    patience=None,
    schedule=None,
    checkpoint=None,
):
    """Truncated BPTT on a text: give a `Record` after each of at most `steps` steps.

    model: a `CharModel`, or the Record of an earlier run on this text: then the run goes on as if it had never
    stopped, to the bit, with the generator that it had, so rng is left out. ids (n,): integers. Each step reads a
    chunk x (T, B) as `text.batches` cuts it: B rows side by side through the text, T symbols further each time. The
    state goes on from chunk to chunk, the gradient does not: it reaches T steps back at most. A pass begins with
    state zero at a symbol drawn from the first T, or from more where more would be left over at the end: so chunks
    are cut at other places each time, and in the long run every symbol is read.
    held_out (m,): a text; `evaluate` measures it every `every` steps and after the last one. checkpoint: a file that
    is saved as often, at the end and when Ctrl-C ends the run; a run that is further is never overwritten by it. The
    other arguments are those of `train.train`. Raises ValueError for fewer than B T + 1 symbols, for arguments out of
    range, and for a record of a run on another text or with another B or T.
    """
    checked = rules(steps, optimizer, clip, every, patience, schedule, held_out)
    start, rng = begun(model, rng)
    V = len(check.has("model", start.model, "vocab").vocab)
    ids, B, T = check.symbols("ids", ids, ("n",), V), check.count("B", B), check.count("T", T)
    chunks(ids, B, T)  # refuses a text that is too short
    place = _place(start, Place(0, 0, None, len(ids), crc32(ids.astype("<i8")), B, T))
    score = None
    if held_out is not None:
        held_out = check.symbols("held_out", held_out, ("m",), V)
        if len(held_out) < 2:
            raise ValueError("held_out: got 1 symbol, wanted 2 or more: the first is given")
        score = lambda model: evaluate(model, held_out)
    start = start._replace(progress=start.progress._replace(place=place))
    records = descend(start, rng, checked, lambda m, at: read_on(m, ids, at, rng), score)
    if checkpoint is None:
        return records
    parts = start.model, checked.optimizer.start(start.model)
    return _kept(records, place_to_save(checkpoint, parts, start.step), every)


def read_on(model, ids, place, rng):
    """(L, grads, place): read the next chunk with the state carried on, and differentiate through it alone."""
    x, target, place = next_chunk(ids, place, rng)
    logits, tape = model.forward(x, state=place.state)
    loss, dlogits = criterion(logits, target)
    grads, _ = model.backward(tape, dlogits)
    return loss, grads, place._replace(state=tape[0].state if place.chunk else None)


def next_chunk(ids, place, rng):
    """x, target (T, B) and the place after them, in which the state still is the one to read them with."""
    first, i, _, n, _, B, T = place
    if i == 0:
        left = (n - 1) % (B * T)  # symbols that a pass from the first one on would never reach
        first = int(rng.integers(min(max(T, left + 1), n - B * T)))
        place = place._replace(first=first)
    text = ids[first:]
    return *chunk(text, B, T, i), place._replace(chunk=(i + 1) % chunks(text, B, T))


def _place(start, fresh):
    """Where to read on: where the earlier run stopped, if there is one, and if it read this text in this way."""
    earlier = start.progress.place
    if start.step == 0:
        return fresh
    if not isinstance(earlier, Place):
        raise ValueError("model: got the record of a run that read no text, wanted one of `fit`")
    told = lambda place: {
        "ids": f"{place.n} symbols with checksum {place.checksum}",
        "B": place.B,
        "T": place.T,
    }
    for (name, got), was in zip(told(fresh).items(), told(earlier).values(), strict=True):
        if got != was:
            raise ValueError(
                f"{name}: got {got}, wanted {was} as in the run that goes on; "
                f"to begin another with its model, give record.model and rng"
            )
    return earlier


def _kept(records, path, every):
    """The records, saved every so often and when it ends, however it ends."""
    record, saved = None, 0
    try:
        for record in records:
            if record.step % every == 0:
                save_checkpoint(path, record)
                saved = record.step
            yield record
    finally:
        if record is not None and record.step != saved:
            save_checkpoint(path, record)
