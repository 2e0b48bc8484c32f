"""A trial's learning curve as a small SVG: the mean over replicates, and their range behind it.

It is written by hand, and not by the report's figures, since it is drawn while the search runs: no
trial waits for matplotlib, whose import takes seconds and 90 MB. And it stands alone, where the
page's variables for colors mean nothing.
"""

from collections.abc import Callable, Iterable
from html import escape

import numpy as np
from numpy.typing import NDArray

from sweeps.dashboard.plots import GREY
from sweeps.training.task import Outcome

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 40, 40
# After Okabe and Ito's palette for color blindness, as in the plots.
COLORS = {"dev": "#d55e00", "train": "#2a8bcc"}

Array = NDArray[np.float64]


def curve(outcome: Outcome, kind: str) -> str:
    """The SVG of train and dev scores from the first epoch on; kind: loss or error."""
    epochs = np.asarray(outcome.curves["epoch"], float)[1:]
    curves = {part: outcome.curves.get(f"{part}_{kind}") for part in COLORS}
    bands = {part: _band(values[1:]) for part, values in curves.items() if values is not None}
    known = np.concatenate([np.empty(0), *(band.ravel() for band in bands.values())])
    known = known[np.isfinite(known)]
    if epochs.size == 0 or known.size == 0:
        return _svg([_words(WIDTH / 2, HEIGHT / 2, "nothing to draw of this trial", "middle")])
    limits = float(known.min()), float(known.max())
    across = _scale(epochs[0], epochs[-1], LEFT, WIDTH - RIGHT)
    up = _scale(*limits, HEIGHT - BOTTOM, TOP)
    parts = [*_axes(epochs, limits), _title(outcome, kind, bands)]
    for part, (low, mean, high) in bands.items():
        ok = np.isfinite(mean)
        x = across(epochs[ok])
        around = _points(np.r_[x, x[::-1]], up(np.r_[low[ok], high[ok][::-1]]))
        line = _points(x, up(mean[ok]))
        color = COLORS[part]
        parts += [
            f'<polygon points="{around}" fill="{color}" fill-opacity="0.2"/>',
            f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"/>',
        ]
    return _svg(parts)


def _band(values: Array) -> Array:
    """(3, E): lowest, mean and highest value of the replicates that have not diverged, else NaN."""
    alive = np.isfinite(values)
    some = alive.any(axis=1)
    low = np.where(alive, values, np.inf).min(axis=1)
    high = np.where(alive, values, -np.inf).max(axis=1)
    mean = np.where(alive, values, 0).sum(axis=1) / np.maximum(alive.sum(axis=1), 1)
    return np.where(some, np.stack([low, mean, high]), np.nan)


def _scale(low: float, high: float, start: float, end: float) -> Callable[[Array], Array]:
    span = high - low or 1.0
    return lambda values: start + (values - low) / span * (end - start)


def _points(x: Array, y: Array) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))


def _axes(epochs: Array, limits: tuple[float, float]) -> list[str]:
    low, high = limits
    left, right, bottom = LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM
    frame = f'<path d="M{left},{TOP}V{bottom}H{right}" fill="none" stroke="#888"/>'
    return [
        frame,
        _words(left - 6, TOP + 5, f"{high:.3g}", "end"),
        _words(left - 6, bottom, f"{low:.3g}", "end"),
        _words(left, bottom + 18, f"{epochs[0]:.0f}", "middle"),
        _words(right, bottom + 18, f"{epochs[-1]:.0f}", "end"),
        _words((left + right) / 2, bottom + 30, "epoch", "middle"),
    ]


def _title(outcome: Outcome, kind: str, parts: Iterable[str]) -> str:
    keys = "".join(
        f'<tspan fill="{COLORS[part]}" dx="12">{part} {escape(kind)}</tspan>' for part in parts
    )
    words = f"trial {outcome.number}: mean and range of the replicates"
    return f'<text x="{LEFT}" y="22" font-weight="bold">{words}{keys}</text>'


def _words(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="13" '
        f'fill="{GREY}">{"".join(parts)}</svg>'
    )
