"""The one training loop: draw, differentiate, clip, step, and say after every step how it went."""

from typing import Any, NamedTuple

from . import check
from .optim import Adam, clip_by_global_norm, global_norm


class Record(NamedTuple):
    """One step of training: what it found and what it made."""

    step: int  # 1, 2, …
    loss: float  # on this step's batch, before the step
    grad_norm: float  # ‖g‖ before clipping
    held_out: Any  # the loss on held-out data after the step, or None where it was not measured
    model: Any  # after the step
    best: Any  # the model of the lowest held-out loss so far; without held-out data, the same as model


def train(
    model, draw, steps, rng, optimizer=None, clip=None, held_out=None, every=50, patience=None
):
    """Yield a `Record` after each of at most `steps` steps of gradient descent.

    model: has loss(batch) → (L, grads), and is a tuple of arrays; draw(rng) gives the batch of each step, so that
    one seed fixes the whole run. optimizer: `Adam()` where None is given; clip: the longest gradient, or None.
    held_out: a batch on which the loss is measured every `every` steps and after the last one. patience: stop when so
    many measurements in a row have brought no new lowest. Ctrl-C ends the run after the last whole step; the model
    of every record stays as it is. Raises ValueError for arguments out of range and for gradients with NaN.
    """
    steps, every = check.count("steps", steps), check.count("every", every)
    clip = None if clip is None else check.number("clip", clip, above=0.0)
    check.has("model", model, "loss")
    if not callable(draw):
        raise ValueError(f"draw: got {type(draw).__name__}, wanted a function of rng")
    if patience is not None and held_out is None:
        raise ValueError(
            f"patience: got {patience} without held_out, wanted data to lose patience with"
        )
    patience = steps if patience is None else check.count("patience", patience)
    check.generator(rng)
    optimizer = Adam() if optimizer is None else check.has("optimizer", optimizer, "step")
    state = optimizer.start(model)
    best, lowest, since = model, float("inf"), 0
    for step in range(1, steps + 1):
        try:
            loss, grads = model.loss(draw(rng))
            grads, norm = (
                (grads, global_norm(grads)) if clip is None else clip_by_global_norm(grads, clip)
            )
            new, state = optimizer.step(model, grads, state)
            measured = None
            if held_out is not None and (step % every == 0 or step == steps):
                measured, _ = new.loss(held_out)
        except KeyboardInterrupt:
            return
        model, since = new, since + (measured is not None)
        if held_out is None or (measured is not None and measured < lowest):
            best, since = model, 0
            lowest = lowest if measured is None else measured
        yield Record(step, loss, norm, measured, model, best)
        if since >= patience:
            return


def last(records):
    """The last of the records, or None where there was no step: for training without a look on the way."""
    record = None
    for record in records:  # noqa: B007
        pass
    return record
