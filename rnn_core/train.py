"""The one training loop: differentiate, clip, step, and say after every step how it went."""

from typing import Any, NamedTuple

import numpy as np

from . import check
from .optim import Adam, clip_by_global_norm, global_norm
from .tree import leaves

GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")


class Progress(NamedTuple):
    """What a run needs beside its models to go on as if it had never stopped."""

    memory: Any  # the optimizer's; None before the first step
    place: Any  # how far a text has been read, see `fit`; None where batches are drawn
    rng: Any  # the state of the generator
    lowest: float  # the lowest held-out loss so far
    since: int  # measurements in a row that brought no new lowest


class Record(NamedTuple):
    """One step of training: what it found and what it made."""

    step: int  # 1, 2, …
    loss: float  # on this step's batch, before the step
    grad_norm: float  # ‖g‖ before clipping
    held_out: Any  # the loss on held-out data after the step, or None where it was not measured
    model: Any  # after the step
    best: Any  # the model of the lowest held-out loss so far; without held-out data, the same as model
    progress: Any = None  # a `Progress`: with it, the record is all that a run needs to go on


class Rules(NamedTuple):
    """How steps are made, see `train`; `rules` makes one."""

    steps: int
    optimizer: Any
    clip: Any
    every: int
    patience: Any
    schedule: Any

    def step(self, number, model, grads, memory):
        """(model, memory, ‖g‖) one step on: clipped, and with the learning rate of this step."""
        grads, norm = (
            (grads, global_norm(grads))
            if self.clip is None
            else clip_by_global_norm(grads, self.clip)
        )
        optimizer = self.optimizer
        if self.schedule:
            factor = check.number("schedule", self.schedule(number), least=0.0)
            optimizer = optimizer._replace(lr=optimizer.lr * factor)
        return *optimizer.step(model, grads, memory), norm


def rules(steps, optimizer=None, clip=None, every=50, patience=None, schedule=None, held_out=None):
    """The checked `Rules` of a run; ValueError for what is out of range."""
    optimizer = Adam() if optimizer is None else check.has("optimizer", optimizer, "step")
    if patience is not None and held_out is None:
        raise ValueError(
            f"patience: got {patience} without held_out, wanted data to lose patience with"
        )
    if schedule is not None and not (callable(schedule) and hasattr(optimizer, "lr")):
        got = type(schedule).__name__
        raise ValueError(
            f"schedule: got {got}, wanted a function of the step, for an optimizer with lr"
        )
    return Rules(
        check.count("steps", steps),
        optimizer,
        clip if clip is None else check.number("clip", clip, above=0.0),
        check.count("every", every),
        patience if patience is None else check.count("patience", patience),
        schedule,
    )


def train(
    model,
    draw,
    steps,
    rng=None,
    optimizer=None,
    clip=None,
    held_out=None,
    every=50,
    patience=None,
    schedule=None,
):
    """Give a `Record` after each of at most `steps` steps of gradient descent.

    model: has loss(batch) → (L, grads), and is a tuple of arrays; draw(rng) gives the batch of each step, so that
    one seed fixes the whole run. Or the Record of an earlier run: the run goes on with the generator it had, so rng
    is left out. optimizer: `Adam()` where None is given; clip: the longest gradient, or None.
    held_out: a batch on which the loss is measured every `every` steps and after the last one. patience: stop when so
    many measurements in a row have brought no new lowest. schedule(step): a factor of the learning rate, such as
    `optim.cosine`. Ctrl-C ends the run after the last whole step; the model of every record stays as it is. Raises
    ValueError for arguments out of range and for gradients with NaN.
    """
    checked = rules(steps, optimizer, clip, every, patience, schedule, held_out)
    start, rng = begun(model, rng)
    check.has("model", start.model, "loss")
    if not callable(draw):
        raise ValueError(f"draw: got {type(draw).__name__}, wanted a function of rng")
    gradient = lambda model, place: (*model.loss(draw(rng)), place)
    score = None if held_out is None else lambda model: model.loss(held_out)[0]
    return descend(start, rng, checked, gradient, score)


def begun(model, rng):
    """(record, generator) to go on from: of an earlier run, or of a new model before its first step."""
    if not isinstance(model, Record):
        check.generator(rng)
        before = Progress(None, None, None, float("inf"), 0)
        return Record(0, float("nan"), float("nan"), None, model, model, before), rng
    if not isinstance(model.progress, Progress):
        raise ValueError("model: got a record without progress, wanted one that a training gave")
    if rng is not None:
        raise ValueError(
            f"rng: got {type(rng).__name__} beside a record, wanted None: a run goes on with its own generator"
        )
    return model, _generator(model.progress.rng)


def _generator(state):
    """A generator set to a state that was saved."""
    kind = state.get("bit_generator") if isinstance(state, dict) else None
    check.choice("model.progress.rng", kind, GENERATORS)
    bits = getattr(np.random, kind)(0)
    bits.state = state
    return np.random.Generator(bits)


def descend(start, rng, rules, gradient, score):
    """The records of `rules.steps` more steps after `start`.

    gradient(model, place) → (L, grads, place) reads on; score(model) is the held-out loss, or None.
    """
    memory = _memory(rules.optimizer.start(start.model), start.progress.memory)
    return _records(start, memory, rng, rules, gradient, score)


def _records(start, memory, rng, rules, gradient, score):
    model, best, end = start.model, start.best, start.step + rules.steps
    _, place, _, lowest, since = start.progress
    for step in range(start.step + 1, end + 1):
        try:
            loss, grads, place = gradient(model, place)
            new, memory, norm = rules.step(step, model, grads, memory)
            due = score and (step % rules.every == 0 or step == end)
            measured = score(new) if due else None
        except KeyboardInterrupt:
            return
        model, since = new, since + (measured is not None)
        if not score:
            best = model
        elif measured is not None and measured < lowest:
            best, lowest, since = model, measured, 0
        progress = Progress(memory, place, rng.bit_generator.state, lowest, since)
        yield Record(step, loss, norm, measured, model, best, progress)
        if rules.patience and since >= rules.patience:
            return


def _memory(fresh, earlier):
    """The optimizer's memory: that of the earlier run, if there is one and it fits."""
    if earlier is None:
        return fresh
    shapes = [[(name, a.shape) for name, a in leaves(m)] for m in (fresh, earlier)]
    if type(fresh) is not type(earlier) or shapes[0] != shapes[1]:
        raise ValueError(
            f"optimizer: got one with {type(fresh).__name__} for its memory, wanted one that can go on with the "
            f"{type(earlier).__name__} of the earlier run"
        )
    return earlier


def last(records):
    """The last of the records, or None where there was no step: for training without a look on the way."""
    record = None
    for record in records:  # noqa: B007
        pass
    return record
