"""Train error and gap along a range, as predicted from the search's trials."""

import numpy as np
import pandas as pd

from reports import text
from reports.figures.chart import Chart, Key, Span
from reports.figures.sheet import Line, Lines, Shape, panel
from reports.figures.style import SERIES, Figure
from reports.frames import Array
from reports.stats.predicted_along import Predicted

NAMES = ("train error", "gap to dev rows")


def predicted_along(one: Predicted, unit: text.Unit) -> Figure:
    """Two lines with their bounds; unit: of errors."""
    name, curves = one.axis.name, dict(zip(NAMES, (one.train, one.gap), strict=True))
    ends = np.concatenate([end for curve in curves.values() for end in (curve.low, curve.high)])
    low, high = min(float(ends.min()), 0.0), float(ends.max())
    what = "error" if unit.factor == 100.0 else "RMSE"
    chart = Chart(
        Span(one.axis.low, one.axis.high, name, one.axis.log),
        Span(low, high, what, write=unit.tick),
        keys=[Key(words, SERIES[number]) for number, words in enumerate(curves)],
    )

    def line(values: Array) -> Line:
        return Line([chart.at(float(x), float(y)) for x, y in zip(one.at, values, strict=True)])

    shapes: list[Shape] = chart.axes()
    for number, curve in enumerate(curves.values()):
        shapes.append(Lines([line(curve.low), line(curve.high)], SERIES[number], 1.0, 0.5))
        shapes.append(Lines([line(curve.middle)], SERIES[number], 2.2))
    title = f"Bias and variance by {name}, as predicted"
    words = "; ".join(
        f"{words}: {curve.middle[0]:.3g} to {curve.middle[-1]:.3g}"
        for words, curve in curves.items()
    )
    made = panel(shapes, chart.size, f"predicted-{name}", title, f"{words}.")
    data = pd.DataFrame({name: one.at})
    for short, curve in (("train", one.train), ("gap", one.gap)):
        data[short], data[f"{short}_low"] = curve.middle, curve.low
        data[f"{short}_high"] = curve.high
    caption = (
        f"Nothing was trained for this: a surrogate (a Gaussian process) of {one.trials} complete "
        f"trials predicts both, with the winner's other settings. Thin: {text.LEVEL} intervals for "
        "the mean of such a trial, as far as the surrogate is right. The train error is bias and "
        "noise; the gap from training rows to dev rows is variance."
    )
    return Figure(f"predicted-along-{name}", title, caption, (made,), data)
