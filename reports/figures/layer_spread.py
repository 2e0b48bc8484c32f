"""Strips: how far activations and gradients are spread in each layer, before and after training."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reports import text
from reports.figures.figure import Figure, Panel
from reports.figures.freehand import WIDTH, freehand, lines, words
from reports.figures.panels import panel
from reports.figures.style import MUTED, SERIES, short
from reports.frames import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PITCH, TOP, TALL = 50.0, 54.0, 24.0
HALF = WIDTH / 2 - 6.0  # width of a moment's strip
LEFT = {"start": 0.0, "end": WIDTH - HALF}
LEAST = 34.0  # width of a cell that has room for a number
MOMENTS = {"start": "before training", "end": "after training"}
WHAT = {
    "activations": "Spread of the activations by hidden layer",
    "gradients": "Size of the gradient by layer of weights",
}

# By setting, best first, then moment, then what: (layers,) medians over the networks.
Spread = Mapping[str, Mapping[str, Mapping[str, Array]]]


def strips(found: Spread, message: str) -> Figure:
    """A panel for activations and one for gradients, a row a setting."""
    panels = tuple(_panel(found, what) for what in WHAT)
    rows = [
        (name, moment, what, layer, float(x))
        for name, moments in found.items()
        for moment, each in moments.items()
        for what, values in each.items()
        for layer, x in enumerate(values, 1)
    ]
    data = pd.DataFrame(rows, columns=["setting", "moment", "what", "layer", "value"])
    caption = (
        "Layers from the input on, left to right; the more colour, the larger, on a log scale. "
        "Activations: the standard deviation over units and training rows; gradients: the root "
        "mean square over the weights, penalties aside. Medians over the networks of the "
        "confirmation that did not diverge; up to 256 training rows."
    )
    title = "What passes through the layers"
    return Figure("spread-figure", title, caption, panels, data, message=message)


def _panel(found: Spread, what: str) -> Panel:
    values = np.concatenate([each[what] for moments in found.values() for each in moments.values()])
    positive = values[np.isfinite(values) & (values > 0)]
    low, high = (positive.min(), positive.max()) if len(positive) else (1.0, 1.0)
    title = WHAT[what]
    said = "; ".join(
        f"{name} {MOMENTS[moment]}: {', '.join(map(_written, each[what]))}"
        for name, moments in found.items()
        for moment, each in moments.items()
    )
    with freehand(TOP + PITCH * len(found)) as (figure, axes):
        words(axes, 0, 14, title, is_bold=True)
        for moment, label in MOMENTS.items():
            words(axes, LEFT[moment], 34, label, colour=MUTED)
        for number, (name, moments) in enumerate(found.items()):
            y = TOP + PITCH * number
            words(axes, 0, y + 8, short(name, 46), is_bold=True)
            for moment, each in moments.items():
                _strip(axes, each[what], LEFT[moment], y + 26, (float(low), float(high)))
        return panel(figure, f"spread-{what}", title, f"{said}.")


def _strip(axes: "Axes", values: Array, left: float, y: float, ends: tuple[float, float]) -> None:
    wide = HALF / len(values)
    for place, x in enumerate(values):
        start = left + wide * place
        cell = [(start + 1, y), (start + wide - 1, y)]
        lines(axes, [cell], SERIES[0], TALL, _depth(float(x), *ends))
        if wide >= LEAST:
            words(axes, start + wide / 2, y + 4, _written(x), "center")


def _depth(value: float, low: float, high: float) -> float:
    if not np.isfinite(value) or value <= 0 or high <= low:
        return 0.06
    return round(0.1 + 0.4 * float(np.log(value / low) / np.log(high / low)), 2)


def _written(value: float) -> str:
    return text.number(float(value), 2) if np.isfinite(value) else text.DASH
