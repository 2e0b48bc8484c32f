"""Train error and gap along a range, as predicted from the search's trials."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from reports import text, units
from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.scales import Scale
from reports.figures.style import DASHES, SPLITS, plain_log, tidy
from reports.naming import plain_name
from reports.stats.bias_variance.predicted_along import Curve, Predicted

NAMES = ("train error", "gap to dev rows")


def predicted_along(one: Predicted, unit: units.Unit, message: str) -> Figure:
    """Two lines with their bounds; unit: of errors."""
    name, curves = plain_name(one.axis.name), dict(zip(NAMES, (one.train, one.gap), strict=True))
    title = f"Bias and variance by {name}, as predicted"
    words = "; ".join(
        f"{words}: {curve.middle[0]:.3g} to {curve.middle[-1]:.3g}"
        for words, curve in curves.items()
    )
    made = _panel(one, curves, unit, title, f"{words}.")
    data = pd.DataFrame({one.axis.name: one.at})
    for short, curve in (("train", one.train), ("gap", one.gap)):
        data[short], data[f"{short}_low"] = curve.middle, curve.low
        data[f"{short}_high"] = curve.high
    caption = (
        f"Nothing was trained for this: a surrogate (a Gaussian process) of {one.trials} complete "
        f"trials predicts both, with the winner's other settings. Bands: {text.LEVEL} intervals "
        "for the mean of such a trial, as far as the surrogate is right. The train error is bias "
        "and noise; the gap from training rows to dev rows is variance."
    )
    return Figure(
        f"predicted-along-{one.axis.name}", title, caption, (made,), data, message=message
    )


def _panel(
    one: Predicted, curves: Mapping[str, Curve], unit: units.Unit, title: str, words: str
) -> Panel:
    ends = np.concatenate([end for curve in curves.values() for end in (curve.low, curve.high)])
    with canvas() as figure:
        axes = figure.subplots()
        for number, (label, curve) in enumerate(curves.items()):
            colour = SPLITS[number]
            axes.fill_between(one.at, curve.low, curve.high, color=colour, alpha=0.18, linewidth=0)
            style = {"color": colour, "linestyle": DASHES[1 - number]}
            axes.plot(one.at, curve.middle, linewidth=2.0, label=label, **style)
        if one.axis.log:
            axes.set_xscale("log")
        axes.set_xlim(one.axis.low, one.axis.high)
        if one.axis.log:
            plain_log(axes.xaxis)
        Scale(min(float(ends.min()), 0.0), float(ends.max())).apply(axes, "y", unit)
        tidy(axes, plain_name(one.axis.name), "error" if unit.is_percent else "RMSE")
        figure.legend(loc="outside upper left", ncols=2)
        return panel(figure, f"predicted-{one.axis.name}", title, words)
