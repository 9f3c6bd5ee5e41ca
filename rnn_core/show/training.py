"""A training run while it runs and when it is over: a bar and a live picture of the losses, then a still one."""

from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import traitlets
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from ..check import count
from .live import LiveFigure, page_side
from .stepper import significant
from .style import MARK, STATE, columns, figure, still

POINTS = 300  # of a curve: longer runs are drawn as means of groups of steps
APART = 0.2  # seconds between two looks, at least
CREDIT, SHARE = 0.15, 15  # drawing may take so many seconds, and on top a 15th of the time
SAMPLES_APART = 2.0  # seconds between two texts that the model writes, at least
LETTERS, ROWS = 600, 12  # of such a text, at most


class Run(NamedTuple):
    """What a training has left."""

    record: Any  # the last `Record`, with its model and the best one; None where there was no step
    losses: np.ndarray  # (n,) on the batch of each step
    held_out: np.ndarray  # (m, 2): step, loss on held-out data


class _Chart:
    """The picture of a run to step `last` at most: live and still figure are drawn alike."""

    def __init__(self, last, title, ylabel, baseline, logy):
        self.fig, ax = figure(8.4, 3.6)
        ax.set(yscale="log" if logy else "linear", ylim=(0.5, 1))
        ax.set_autoscale_on(False)
        (self._range,) = ax.fill([1], [1], color="#B9D7EA", lw=0)
        (self._curve,) = ax.plot([], [], color=STATE, lw=1.8)
        (self._marks,) = ax.plot([], [], "s", color=MARK, mec="white", ms=6, clip_on=False)
        self._marks.set_in_layout(False)  # whole at the edges, they need no room of their own
        self.moving = (self._range, self._curve, self._marks)
        self._ax, self._level, self._fixed, self._last = ax, [], [], last
        self._begin(1)
        self._marks.set_label("held-out data")
        if baseline:
            self._fixed = [baseline[0]]
            style = {"color": "#777777", "lw": 1.2, "ls": "--"}
            self._level = [ax.axhline(baseline[0], label=baseline[1], **style)]
        ax.set_title(title)
        ax.set(xlabel="step", ylabel=ylabel)
        self._low, self._high = np.inf, -np.inf
        self.put(Run(None, np.empty(0), np.empty((0, 2))))

    def _begin(self, first):
        """The run's first step: not 1 where it goes on with an earlier one."""
        self._first = first
        self._group = -(-(self._last - first + 1) // POINTS)
        words = f"batches: mean and range of {self._group} steps"
        self._curve.set_label(words if self._group > 1 else "the batch of each step")
        self._ax.set_xlim(first - 1, self._last)

    def put(self, run):
        """Draw the run; limits and legend change only where it has left them."""
        first = _first(run)
        if first != self._first:
            self._begin(first)
        n = len(run.losses) // self._group * self._group  # whole groups
        groups = run.losses[:n].reshape(-1, self._group)
        x = np.arange(first, first + n).reshape(-1, self._group).mean(axis=1)
        low, high = groups.min(axis=1), groups.max(axis=1)
        self._curve.set_data(x, groups.mean(axis=1))
        self._curve.set_marker("o" if len(x) == 1 else "None")
        if self._group > 1 and n:
            self._range.set_xy(np.column_stack([[*x, *x[::-1]], [*low, *high[::-1]]]))
        self._marks.set_data(*run.held_out.T)
        self._name(held_out=len(run.held_out) > 0)
        self._fit(np.concatenate([low, high, run.held_out[:, 1], self._fixed]))

    def _name(self, held_out):
        """The legend, anew where held-out losses are first seen."""
        named = [self._curve, *([self._marks] if held_out else []), *self._level]
        labels = [artist.get_label() for artist in named]
        if self.fig.legends and [t.get_text() for t in self.fig.legends[0].texts] == labels:
            return
        for old in self.fig.legends:
            old.remove()
        self.fig.legend(handles=named, loc="outside lower center", ncols=columns(labels))
        self._lay_out()

    def _fit(self, values):
        """Round limits that hold all values; they never become narrower, so that ticks seldom change."""
        logy = self._ax.get_yscale() == "log"
        values = values[np.isfinite(values) & ((values > 0) | (not logy))]
        low, high = (values.min(), values.max()) if len(values) else (1.0, 1.0)
        if self._low <= low and high <= self._high:
            return
        low, high = min(low, self._low), max(high, self._high)
        if logy:
            subs = (1, 2, 5) if high < 100 * low else (1,)
            ticks = (10.0 ** np.arange(-300, 300)[:, None] * subs).ravel()
            low = low / 2 if low == high else low
            self._ax.yaxis.set_major_locator(LogLocator(subs=subs))
            self._ax.yaxis.set_minor_locator(NullLocator())
            self._ax.yaxis.set_major_formatter("{x:g}")
        else:
            locator = MaxNLocator(6, steps=[1, 2, 2.5, 5, 10])
            low, high = min(low, 0.0), high or 1.0
            ticks = locator.tick_values(low, high)
            self._ax.yaxis.set_major_locator(locator)
        self._low, self._high = ticks[ticks <= low].max(), ticks[ticks >= high].min()
        self._ax.set_ylim(self._low, self._high)
        self._lay_out()

    def _lay_out(self):
        self.fig.set_layout_engine("constrained")


class Training(LiveFigure):
    """The live view of a run. Its text is the same on every machine: what nbval compares has no timings."""

    _esm = page_side("picture.js", "training.js")
    steps = traitlets.Int(1).tag(sync=True)
    done = traitlets.Int(0).tag(sync=True)
    pace = traitlets.Unicode().tag(sync=True)
    over = traitlets.Unicode().tag(sync=True)  # what remains in the page when the run is over
    written = traitlets.List().tag(sync=True)  # [at which step, what the model writes]; or nothing

    def __init__(self, steps, title, tokens=None, sample=None, **look):
        self._chart, self._steps = _Chart(steps, title, **look), steps
        self._tokens, self._sample = tokens, sample
        self._run, self._told = Run(None, np.empty(0), np.empty((0, 2))), 0
        super().__init__(title, self._chart.fig, self._chart.moving, self._draw, [])
        self.steps, self.pace = steps, "before the first step"
        self.written = [0, ""] if sample else []
        self._start = perf_counter()
        self._next, self._spent, self._sample_next = self._start + APART, 0.0, self._start

    def follow(self, course):
        """Show how far it has come, unless that was shown a moment ago; the rest only if there is time."""
        now = perf_counter()
        if now < self._next:
            return
        with self.hold_sync():
            self.done = course.record.step
            self.pace = self._paced(len(course.losses) / (now - self._start))
            if self._spent <= CREDIT + (now - self._start) / SHARE:
                self._run = course.run()
                self.set()
                self._write(course.record, now)
        self._spent += perf_counter() - now
        self._next = perf_counter() + APART

    def _write(self, record, now):
        """What the model writes now, cropped; seldom, for it costs time."""
        if not self._sample or now < self._sample_next:
            return
        text = self._sample(record.model)
        if not isinstance(text, str):
            raise ValueError(f"sample: got {type(text).__name__} from it, wanted a text")
        self.written = [record.step, _cropped(text)]
        self._sample_next = perf_counter() + SAMPLES_APART

    def finish(self, course):
        """Leave one line in the page, in place of bar and picture."""
        took = perf_counter() - self._start
        speed = ""
        if self._tokens and course.losses and took > 0:
            speed = f", {_speed(len(course.losses) / took, self._tokens)}"
        self.over = f"{_gone(course.run(), self._steps)}, {_duration(took)}{speed}"

    def _paced(self, rate):
        left = _duration((self._steps - self.done) / rate)
        speed = _speed(rate, self._tokens)
        return f"step {self.done} of {self._steps} · about {left} left · {speed}"

    def _draw(self):
        """Put the run on the chart. The words stay, but for one change in each quarter of the run."""
        self._chart.put(self._run)
        done = self._run.record.step if self._run.record else 0
        quarters = 4 * done // self._steps
        if quarters == self._told:
            return self.summary
        self._told = quarters
        return f"{25 * quarters} % of {_steps(self._steps)}: the loss is {_lately(self._run.losses)[0]}."

    def _keep(self):
        super()._keep()
        if self.size:  # else it is being made
            self.still = self.frame

    def _limits(self):
        return [*super()._limits(), len(self._fig.legends[0].texts)]

    def _repr_mimebundle_(self, **kwargs):
        view, metadata = super(LiveFigure, self)._repr_mimebundle_(**kwargs)
        return {**view, "text/plain": f"Training: {_steps(self._steps)}"}, metadata


class _Course:
    """What has been seen of a run so far. To note a record twice does no harm."""

    def __init__(self):
        self.record, self.losses, self.held_out = None, {}, {}

    def note(self, record):
        self.losses[record.step] = record.loss
        if record.held_out is not None:
            self.held_out[record.step] = record.held_out
        self.record = record

    def run(self):
        losses = np.array([*self.losses.values()], float)
        return Run(self.record, losses, np.array([*self.held_out.items()], float).reshape(-1, 2))


def training(
    records,
    steps,
    title="Training",
    baseline=None,
    ylabel="loss L",
    logy=False,
    tokens=None,
    sample=None,
):
    """Run a training of `rnn_core.train.train` or `fit` and show it: live while it lasts, then a still figure.

    records: what train(…) gives, up to step `steps` at most (of a run that goes on with an earlier one, the number
    of its last step); baseline: (loss, words), a dashed line. For the live view alone, and stored nowhere: tokens,
    the symbols B T that a step reads, to count tokens/s; sample, a function model → text, to show now and then what
    the model writes. It needs a generator of its own: how often it is called depends on the clock. Returns
    `Run(record, losses, held_out)`. Ctrl-C stops it after the last whole step: what there is, is shown and returned.
    Raises ValueError for steps or tokens below 1, steps below those of the records, a sample that is no function or
    gives no text, and what the training raises.
    """
    if steps < 1:
        raise ValueError(f"steps: got {steps}, wanted 1 or more")
    tokens = tokens if tokens is None else count("tokens", tokens)
    if not (sample is None or callable(sample)):
        raise ValueError(f"sample: got {type(sample).__name__}, wanted a function model → text")
    named = {"title": title, "baseline": baseline, "ylabel": ylabel, "logy": logy}
    course, record, live = _Course(), None, None
    try:
        try:
            if InteractiveShell.initialized():  # else there is no page
                live = Training(steps, tokens=tokens, sample=sample, **named)
                display(live)
            for record in records:
                if record.step > steps:
                    raise ValueError(
                        f"steps: got {steps}, wanted those of the records, {record.step} or more"
                    )
                course.note(record)
                if live:
                    live.follow(course)
        except KeyboardInterrupt:
            if record:
                course.note(record)  # it may have been just about to be
        finally:
            run = course.run()
            _tell(run, steps, **named)
    finally:
        if live:
            live.finish(course)
    return run


def _tell(run, steps, baseline, **named):
    """The still figure and its sentence; the sentence alone where there is nothing to draw or no page."""
    says = _sentence(run, steps, baseline)
    if not (run.record and InteractiveShell.initialized()):
        print(says)
        return
    chart = _Chart(run.record.step, baseline=baseline, **named)
    chart.put(run)
    still(chart.fig, says)


def _sentence(run, steps, baseline):
    """How the run went, in numbers of two digits, which are the same on all processors."""
    if not run.record:
        return f"Stopped before the first of {_steps(steps)}: there is nothing to show yet."
    done, n, first = run.record.step, len(run.losses), _first(run)
    after = f"After {_steps(done)}" if done == steps else f"Stopped after step {done} of {steps}"
    if first > 1:  # the loss did not begin here
        after += f", of which the last {n} here" if n > 1 else ", of which the last here"
    last, of = _lately(run.losses)
    mean = f" (mean of the last {of})" if of > 1 else ""
    went = f"went from {_rounded(run.losses[0])} to {last}{mean}" if n > 1 else f"was {last}"
    low = (
        f"; the lowest on held-out data is {_rounded(run.held_out[:, 1].min())}"
        if len(run.held_out)
        else ""
    )
    level = f" Dashed: {baseline[1]}, {_rounded(baseline[0])}." if baseline else ""
    return f"{after}: the loss {went}{low}.{level}"


def _first(run):
    """The number of the first step that was seen; 1 where there is none."""
    return run.record.step - len(run.losses) + 1 if run.record else 1


def _gone(run, steps):
    """How far it has come, in words."""
    done, first = run.record.step if run.record else 0, _first(run)
    if done == steps:
        return _steps(done) if first == 1 else f"steps {first} to {done}"
    return f"stopped after {done} of {_steps(steps)}"


def _cropped(text):
    """The first rows of a text, and of these the first letters."""
    rows = "\n".join(text.split("\n")[:ROWS])
    return rows[:LETTERS] + (" …" if len(text) > len(rows[:LETTERS]) else "")


def _speed(rate, tokens=None):
    """So many steps a second in words, counted in tokens if a step's are known."""
    if tokens:
        rate *= tokens
        return f"{rate:,.{0 if rate >= 10 else 1}f} tokens/s"
    if rate >= 1:
        return f"{rate:.{0 if rate >= 10 else 1}f} steps/s"
    return f"{1 / rate:.1f} s a step"


def _lately(losses):
    """(the mean loss of the last twentieth of the steps, in words; how many these are)."""
    of = -(-len(losses) // 20)
    return _rounded(losses[-of:].mean()), of


def _rounded(value):
    return significant(float(f"{value:.1e}"), 2) if np.isfinite(value) else "beyond all numbers"


def _steps(n):
    return f"{n} step" if n == 1 else f"{n} steps"


def _duration(seconds):
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"
