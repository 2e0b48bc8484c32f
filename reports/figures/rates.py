"""The learning rate over the epochs, of confirmed settings."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from reports.figures.chart import Chart, Key, Span
from reports.figures.sheet import Line, Lines, panel
from reports.figures.style import SERIES, SHOWN, Figure, beyond, short
from reports.frames import Array

FALLS = 20  # times from the highest to the lowest rate, above which the axis is a log one


def rates(found: Mapping[str, Array]) -> Figure:
    """A line for each setting, by its name, best first: (epochs,) rates at the epochs' starts."""
    shown = dict(list(found.items())[:SHOWN])
    every = np.concatenate(list(shown.values()))
    positive = every[every > 0]
    high, low = float(every.max()), float(positive.min()) if len(positive) else 0.0
    log = low > 0 and high / low > FALLS
    epochs = max(len(each) for each in shown.values())
    keys = [Key(short(name, 36), SERIES[place]) for place, name in enumerate(shown)]
    chart = Chart(
        Span(0, max(epochs - 1, 1), "epoch"),
        Span(low if log else 0.0, high, "learning rate", log),
        keys=keys,
    )
    lines = [
        Lines([Line([chart.at(n, max(x, low)) for n, x in enumerate(each)])], SERIES[place], 1.8)
        for place, each in enumerate(shown.values())
    ]
    words = "; ".join(f"{name}: {each[0]:.3g} to {each[-1]:.3g}" for name, each in shown.items())
    title = "Learning rate over the epochs"
    made = panel([*chart.axes(), *lines], chart.size, "rates", title, f"{words}.")
    caption = (
        "The rate with which each epoch of the confirmation begins, by the schedule of each "
        f"setting.{beyond(len(found))}"
    )
    rows = [(name, n, float(x)) for name, each in shown.items() for n, x in enumerate(each)]
    data = pd.DataFrame(rows, columns=["setting", "epoch", "learning_rate"])
    return Figure("rates-figure", title, caption, (made,), data)
