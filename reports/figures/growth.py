"""The learning curve over training rows: means with their spread, the fit, and where it leads."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import DASHES, MARKERS, SERIES, percent_axis, plain_log, tidy
from reports.stats.bias_variance.growth import Growth, points
from reports.text import LEVEL, MINUS, capital, listing, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 60  # of a fitted curve


def growth(found: Sequence[Growth], percent: bool, named: Callable[[str], str]) -> Figure:
    """A panel of the error and one of the loss, each with the winner and the best baseline.

    named: the legend's words for a configuration.
    """
    data = pd.DataFrame(points(tuple(found)))
    scores = dict.fromkeys(one.score for one in found)
    panels = tuple(
        _panel([one for one in found if one.score == score], score, percent, named)
        for score in scores
    )
    folds = found[0].by_fold.shape[1]
    names = _named(scores, percent)
    caption = (
        f"Marks: the mean dev {names} of {folds} folds, each scored on the rows it "
        f"leaves out; thin bars: one SD of the folds. Lines: the fit a + b·n^{MINUS}c, drawn on to "
        f"twice the rows; the thick bar there: its {LEVEL} interval, where it is known."
    )
    return Figure(
        "rows",
        f"{capital(names)} by training rows",
        caption,
        panels,
        data,
        "data/learning_curve.csv",
    )


def _named(scores: Iterable[str], percent: bool) -> str:
    """`error and loss`."""
    return listing([score if percent or score == "loss" else "RMSE" for score in scores])


def _panel(
    found: Sequence[Growth], score: str, percent: bool, named: Callable[[str], str]
) -> Panel:
    with canvas() as figure:
        axes = figure.subplots()
        for place, one in enumerate(found):
            _draw(axes, one, place, named(one.config))
        axes.set_xscale("log")
        plain_log(axes.xaxis)
        axes.set_ylim(bottom=0)
        is_share = percent and score == "error"
        tidy(axes, "training rows", score if percent or score == "loss" else "RMSE")
        if is_share:
            percent_axis(axes, "y")
        axes.legend(loc="best")
        title = f"dev {score} by training rows"
        return panel(figure, f"rows-{score}", title, " ".join(map(_in_words, found)))


def _draw(axes: "Axes", one: Growth, place: int, name: str) -> None:
    colour = SERIES[place]
    mean, sd = one.by_fold.mean(axis=1), one.by_fold.std(axis=1, ddof=1)
    beside = one.rows * 1.03**place  # so that bars do not hide each other
    axes.vlines(beside, mean - sd, mean + sd, color=colour, linewidth=1)
    axes.plot(beside, mean, MARKERS[place], color=colour, markersize=5, label=name)
    if one.law is None:
        return
    n = np.geomspace(one.rows[0], 2 * one.rows[-1], POINTS)
    axes.plot(n, one.law.at(n)[0], color=colour, linestyle=DASHES[place], linewidth=1.4)
    if not one.why:
        at, twice = 2 * one.rows[-1] * 1.03**place, one.twice
        axes.plot([at, at], [twice.low, twice.high], color=colour, linewidth=2.4)


def _in_words(one: Growth) -> str:
    each = ", ".join(
        f"{number(rows)} rows {mean:.4g}"
        for rows, mean in zip(one.rows, one.by_fold.mean(axis=1), strict=True)
    )
    return f"{one.config}: {each}."
