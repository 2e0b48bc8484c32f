"""The part of a measured axis that is worth showing: robust against a few exploded trials."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reports.figures import hover
from reports.figures.style import percent_axis, plain_log

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from reports.units import Unit


@dataclass(frozen=True)
class Scale:
    """From low to high; what lies beyond is drawn at the edge, which has some room to spare."""

    low: float
    high: float
    log: bool = False

    def clip(self, values: "pd.Series") -> "pd.Series":
        """The values where they are drawn."""
        return values.clip(self.low, self.high)

    def apply(self, axes: "Axes", which: str, unit: "Unit") -> None:
        """Sets the limits and the kind of the axis "x" or "y", and how its numbers are written."""
        axis = axes.yaxis if which == "y" else axes.xaxis
        room = 0.04 * (self.high - self.low)
        low, high = self.low - room, self.high + room
        if self.log:
            (axes.set_yscale if which == "y" else axes.set_xscale)("log")
            low, high = self.low / 1.15, self.high * 1.15
        (axes.set_ylim if which == "y" else axes.set_xlim)(low, high)
        if self.log:
            plain_log(axis, unit.tick)
        elif unit.is_percent:
            percent_axis(axes, which)
        elif unit.is_count:
            axis.set_major_formatter(lambda x, _: unit.tick(x))
        hover.tell_unit(axis.get_major_formatter(), unit.factor, unit.suffix)


def robust(values: np.ndarray, sign: int) -> Scale:
    """Of finite values of which less (sign 1) or more (sign -1) is better.

    The better end is whole; the worse one is cut where a few trials are far beyond the rest.
    """
    if sign < 0:
        mirrored = robust(-values, 1)
        return Scale(-mirrored.high, -mirrored.low)
    low, middle, most = np.quantile(values, [0, 0.5, 0.9])
    log = bool(0 < low < values.max() and most / max(low, 1e-300) > 8)
    high = max(most, middle + 3 * (middle - low)) if len(values) > 10 else values.max()
    high = min(high, values.max())
    if high <= low:
        pad = max(0.1 * abs(low), 1e-9)
        return Scale(float(low - pad), float(low + pad))
    return Scale(float(low), float(high), log)
