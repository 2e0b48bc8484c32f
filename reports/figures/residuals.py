"""Predicted against actual numbers, and what is left over, row by row."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import INK, MARKERS, MUTED, SERIES, tidy
from reports.stats.learned.residuals import Residuals

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

MOST = 600  # marks of a split; of more rows every so many, in the order of what is predicted


def residuals(
    found: Sequence[Residuals], what: str, caption: str, number: int | None = None
) -> Figure:
    """what: the target, with its unit if it has one. number: of one of several, from 1 on."""
    key, title = "residuals", "What it predicts, and what is so"
    if number is not None:
        key, title = f"residuals-{number}", f"{title}: {what}"
    data = pd.concat([one.frame.assign(of=one.name) for one in found], ignore_index=True)
    data = data[["of", "actual", "predicted", "residual"]]
    panels = (_actual(found, what, key), _rest(found, what, key))
    return Figure(key, title, caption, panels, data)


def thinned(frame: pd.DataFrame) -> pd.DataFrame:
    """At most MOST rows, evenly over what is predicted, with the largest residual of all."""
    if len(frame) <= MOST:
        return frame
    ordered = frame.sort_values("predicted", kind="stable")
    places = np.linspace(0, len(frame) - 1, MOST).round().astype(int)
    worst = int(np.argmax(np.abs(ordered["residual"].to_numpy())))
    return ordered.iloc[np.unique(np.append(places, worst))]


def _actual(found: Sequence[Residuals], what: str, key: str) -> Panel:
    with canvas(height=320) as figure:
        axes = figure.subplots()
        _scatter(axes, found, "actual")
        every = pd.concat([one.frame for one in found])
        low = float(min(every["actual"].min(), every["predicted"].min()))
        high = float(max(every["actual"].max(), every["predicted"].max()))
        axes.plot(
            [low, high],
            [low, high],
            color=INK,
            linewidth=1.2,
            linestyle=":",
            label="predicted = actual",
        )
        _tidied(axes, f"predicted {what}", f"actual {what}")
        _legend(figure)
        words = "; ".join(f"{one.name}: R² {one.explained.estimate:.2f}" for one in found)
        return panel(figure, f"{key}-actual", "Actual against predicted", f"{words}.")


def _rest(found: Sequence[Residuals], what: str, key: str) -> Panel:
    with canvas(height=320) as figure:
        axes = figure.subplots()
        axes.axhline(0, color=INK, linewidth=1.2, linestyle=":")
        _scatter(axes, found, "residual")
        frame = found[0].frame.sort_values("predicted", kind="stable")
        tenths = np.array_split(frame.to_numpy(float), min(10, max(1, len(frame) // 10)))
        middle = [(np.median(one[:, 1]), np.mean(one[:, 2])) for one in tenths]
        axes.plot(
            *zip(*middle, strict=True), color=MUTED, linewidth=2.4, label="mean of each tenth"
        )
        _tidied(axes, f"predicted {what}", "actual less predicted")
        _legend(figure)
        words = "; ".join(f"{one.name}: RMSE {one.rmse.estimate:.3g}" for one in found)
        return panel(figure, f"{key}-rest", "Residuals against predicted", f"{words}.")


def _legend(figure: "Canvas") -> None:
    """Of as many lines in both panels, so that their axes stand side by side."""
    figure.legend(
        loc="outside upper left", ncols=2, handletextpad=0.3, columnspacing=0.8, handlelength=1.6
    )


def _tidied(axes: "Axes", x: str, y: str) -> None:
    tidy(axes, x, y)
    axes.locator_params(axis="x", nbins=5)
    axes.locator_params(axis="y", nbins=6)


def _scatter(axes: "Axes", found: Sequence[Residuals], column: str) -> None:
    for place, one in enumerate(found):
        shown = thinned(one.frame)
        axes.plot(
            shown["predicted"],
            shown[column],
            MARKERS[place],
            color=SERIES[place],
            markersize=4,
            alpha=0.65,
            label=one.name,
        )
