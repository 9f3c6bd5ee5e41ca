"""What the gates of a layer did, step by step and unit by unit."""

from ..check import array
from .style import figure


def gates(words, activations, title, xlabel="words in the order of reading"):
    """Figure of heat maps, one below the other, a panel for each gate: steps across, units down, 0 dark, 1 bright.

    words (T,), or numbers of steps; activations {label: (T, n_h) numbers 0 … 1}, all of one shape; up to T = 25 and
    n_h = 32 can be read. Raises ValueError where there is no gate, for other shapes and for numbers out of range.
    """
    words = [str(word) for word in words]
    maps = _checked(len(words), activations)
    n_h = next(iter(maps.values())).shape[1]
    high = min(max(0.055 * n_h, 0.16 * min(n_h, 8)), 1.8)  # of a panel, in inches
    turned = max(map(len, words)) > 2
    below = 0.5 + (0.065 * max(map(len, words)) + 0.1 if turned else 0.2)
    fig, axes = figure(
        8.4, 0.45 + len(maps) * (high + 0.32) + below, nrows=len(maps), sharex=True, squeeze=False
    )
    for ax, (label, a) in zip(axes[:, 0], maps.items(), strict=True):
        image = ax.imshow(a.T, vmin=0, vmax=1, cmap="cividis", aspect="auto", interpolation="none")
        ax.grid(False)
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
        ax.set_title(label, fontsize=11, pad=4)
        units = [1, *range(8, n_h + 1, 8)] if n_h > 8 else range(1, n_h + 1)
        ax.set_yticks([unit - 1 for unit in units], units, fontsize=9.5 if n_h > 8 else 8)
        ax.set_ylabel("unit")
    angle = {"rotation": 60, "ha": "right", "rotation_mode": "anchor"} if turned else {}
    ax.set_xticks(range(len(words)), words, **angle)
    ax.set_xlabel(xlabel)
    bar = fig.colorbar(image, ax=axes, ticks=(0, 0.5, 1), pad=0.02, aspect=30)
    bar.ax.set_yticklabels(("0 shut", "½", "1 open"))
    bar.outline.set_visible(False)
    fig.suptitle(title, x=0.01, ha="left", fontsize=12)
    return fig


def _checked(T, activations):
    """{label: array}: as many steps as words, one shape, numbers 0 … 1."""
    maps = {label: array(label, a).astype(float) for label, a in activations.items()}
    if not maps:
        raise ValueError("activations: got no gate, wanted {label: (T, n_h) numbers 0 … 1}")
    n_h = next(iter(maps.values())).shape[-1:]
    for label, a in maps.items():
        if a.ndim != 2 or a.shape != (T, *n_h) or a.size == 0:
            wanted = f"({T}, n_h), n_h ≥ 1, with as many steps as words and n_h alike for all gates"
            raise ValueError(f"activations: got shape {a.shape} of {label!r}, wanted {wanted}")
        if not ((a >= 0) & (a <= 1)).all():
            bad = a[~((a >= 0) & (a <= 1))][0]
            raise ValueError(f"activations: got {bad:g} in {label!r}, wanted numbers 0 … 1")
    return maps
