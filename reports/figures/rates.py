"""The learning rate over the epochs, of confirmed settings."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.scales import Scale
from reports.figures.style import HEIGHT, SERIES, SHOWN, beyond, short, tidy
from reports.frames import Array
from reports.units import Unit

LINE = 15.0  # height of a line of the legend
FALLS = 20  # times from the highest to the lowest rate, above which the axis is a log one


def rates(found: Mapping[str, Array], message: str) -> Figure:
    """A line for each setting, by its name, best first: (epochs,) rates at the epochs' starts."""
    shown = dict(list(found.items())[:SHOWN])
    title = "Learning rate over the epochs"
    words = "; ".join(f"{name}: {each[0]:.3g} to {each[-1]:.3g}" for name, each in shown.items())
    made = _panel(shown, title, f"{words}.")
    caption = (
        "The rate with which each epoch of the confirmation begins, by the schedule of each "
        f"setting.{beyond(len(found))}"
    )
    rows = [(name, n, float(x)) for name, each in shown.items() for n, x in enumerate(each)]
    data = pd.DataFrame(rows, columns=["setting", "epoch", "learning_rate"])
    return Figure("rates-figure", title, caption, (made,), data, message=message)


def _panel(shown: Mapping[str, Array], title: str, words: str) -> Panel:
    every = np.concatenate(list(shown.values()))
    positive = every[every > 0]
    high, low = float(every.max()), float(positive.min()) if len(positive) else 0.0
    log = low > 0 and high / low > FALLS
    scale = Scale(low if log else 0.0, high, log)
    with canvas(height=HEIGHT + LINE * max(0, len(shown) - 1)) as figure:
        axes = figure.subplots()
        for place, (name, each) in enumerate(shown.items()):
            rates = np.maximum(each, scale.low)
            axes.plot(rates, color=SERIES[place], label=short(name, 36))
        scale.apply(axes, "y", Unit("learning rate"))
        tidy(axes, "epoch", "learning rate")
        figure.legend(loc="outside upper left")
        return panel(figure, "rates", title, words)
