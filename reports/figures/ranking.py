"""The ROC curve and the precision-recall curve of two classes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import DASHES, MUTED, SERIES, share_axes, short
from reports.stats.learned.ranking import Ranking

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def ranking(found: Sequence[Ranking], what: str, caption: str) -> Figure:
    """A panel of each curve, with all splits. what: what the class is called that is found."""
    parts = []
    for one in found:
        parts.append(one.roc.assign(curve="ROC", of=one.name))
        parts.append(one.precision.assign(curve="precision", of=one.name))
    data = pd.concat(parts, ignore_index=True)[["of", "curve", "false", "found", "right"]]
    title = f"How well it finds {what}"
    return Figure("ranking", title, caption, (_roc(found, what), _precision(found, what)), data)


def _roc(found: Sequence[Ranking], what: str) -> Panel:
    with canvas(height=310) as figure:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=":")
        for place, one in enumerate(found):
            label = f"{one.name}: area {one.area.estimate:.3f}"
            _curve(axes, place, one.roc["false"], one.roc["found"], label)
        _axes(axes, "false alarms among all others", f"found of all {short(what)}")
        figure.legend(loc="outside upper left", ncols=1)
        words = "; ".join(f"{one.name}: area {one.area.estimate:.3f}" for one in found)
        return panel(figure, "ranking-roc", "ROC curve", f"{words}.")


def _precision(found: Sequence[Ranking], what: str) -> Panel:
    with canvas(height=310) as figure:
        axes = figure.subplots()
        axes.axhline(found[0].share, color=MUTED, linewidth=1, linestyle=":")
        for place, one in enumerate(found):
            label = f"{one.name}: average {one.average_precision:.3f}"
            _curve(axes, place, one.precision["found"], one.precision["right"], label)
        _axes(axes, f"found of all {short(what)} (recall)", "right among those found (precision)")
        figure.legend(loc="outside upper left", ncols=1)
        words = "; ".join(
            f"{one.name}: average precision {one.average_precision:.3f}, by chance {one.share:.3f}"
            for one in found
        )
        return panel(figure, "ranking-precision", "Precision and recall", f"{words}.")


def _curve(axes: "Axes", place: int, x: pd.Series, y: pd.Series, label: str) -> None:
    axes.plot(x, y, color=SERIES[place], linestyle=DASHES[place], label=label)


def _axes(axes: "Axes", x: str, y: str) -> None:
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.03)
    share_axes(axes, x, y)
