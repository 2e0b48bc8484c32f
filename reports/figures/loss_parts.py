"""A loss in parts: what remains, what the choice of training rows adds, what random starts add."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import INK, SHADES, names_at, short, tidy
from reports.stats.bias_variance.decomposition import SQUARED

PARTS = {  # columns of `stats.decomposition.frame`, and what a reader calls them
    "remains": "bias and noise",
    "sets": "training rows",
    "starts": "random start",
}


def parts(frame: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    """Stacked bars, one a setting, of the first loss in `stats.decomposition.frame`.

    labels: what a configuration is called, in a line or two.
    """
    name = str(frame["loss"].iloc[0])
    shown = frame[frame["loss"] == name]
    caption = f"The {name} on the test rows, in parts that add up to it." + (
        " A part whose estimate is below zero is drawn as none, and the others then reach beyond "
        "the upright stroke, their sum."
    ) * bool((shown[list(PARTS)] < 0).any(axis=None))
    return Figure("parts", f"The {name} in parts", caption, (_bars(shown, labels),), frame)


def _bars(frame: pd.DataFrame, labels: Mapping[str, str]) -> Panel:
    places, left = np.arange(len(frame)), np.zeros(len(frame))
    with canvas(height=100 + 42 * len(frame)) as figure:
        axes = figure.subplots()
        for number, (column, label) in enumerate(PARTS.items()):
            width = np.maximum(np.nan_to_num(frame[column].to_numpy(float)), 0.0)
            axes.barh(places, width, 0.5, left=left, color=SHADES[number], label=label)
            left = left + width
        below = (frame[list(PARTS)] < 0).any(axis=1).to_numpy()
        axes.plot(frame["total"][below], places[below], "|", color=INK, markersize=29)
        names = [labels.get(name, short(name)) for name in map(str, frame["config"])]
        names_at(axes.yaxis, places, names)
        axes.set_ylim(len(frame) - 0.4, -0.6)
        axes.set_xlim(left=0)
        name = str(frame["loss"].iloc[0])
        tidy(axes, name + " (in squared SDs)" * (name == SQUARED), grid="x")
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside upper left", ncols=3, columnspacing=0.8, handlelength=1.2)
        return panel(figure, "parts-bars", "What the loss is made of", _in_words(frame))


def _in_words(frame: pd.DataFrame) -> str:
    each = (
        f"{row.config}: "
        + ", ".join(f"{label} {getattr(row, column):.3f}" for column, label in PARTS.items())
        for row in frame.itertuples()
    )
    return f"{'; '.join(each)}."
