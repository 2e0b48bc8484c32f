"""Dates as network inputs: time that has passed, and circles of month, weekday and hour.

A circle is an input of its sine and one of its cosine, where the training rows go round it at least
once: a month tells nothing in rows of one spring that the time passed does not.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweeps.data.cell import dates

if TYPE_CHECKING:
    import pandas as pd

DAY = 86_400.0
# Seconds from the first to the last training row, from which on a circle is an input.
ROUND = {"month": 365 * DAY, "weekday": 7 * DAY, "hour": DAY}


@dataclass(frozen=True)
class DateColumn:
    """A column of dates: (seconds since 1970 or fill − mean)/scale, its circles, 1 where missing.

    form: how a text says it (`dates.FORMS`, or iso). A gap is in the middle of each circle: 0, 0.
    """

    name: str
    form: str
    fill: float
    mean: float
    scale: float
    circles: tuple[str, ...]
    indicator: bool

    @property
    def inputs(self) -> list[str]:
        """Names of its inputs."""
        found = [f"{self.name} (time)"]
        found += [f"{self.name} ({of} {what})" for of in self.circles for what in ("sin", "cos")]
        return [*found, f"{self.name} is missing"] if self.indicator else found

    def write(self, seconds: NDArray[np.float64], x: NDArray[np.floating]) -> None:
        """Seconds (n,), gaps NaN, into (n, inputs)."""
        missing = np.isnan(seconds)
        x[:, 0] = (np.where(missing, self.fill, seconds) - self.mean) / self.scale
        for place, circle in enumerate(self.circles):
            angle = 2 * np.pi * shares(seconds, circle)
            x[:, 1 + 2 * place] = np.where(missing, 0.0, np.sin(angle))
            x[:, 2 + 2 * place] = np.where(missing, 0.0, np.cos(angle))
        if self.indicator:
            x[:, -1] = missing


def shares(seconds: NDArray[np.float64], circle: str) -> NDArray[np.float64]:
    """How far round (n,), from 0 to 1: through a year by months, a week by days, a day."""
    filled = np.where(np.isnan(seconds), 0.0, seconds)
    if circle == "hour":
        return np.asarray(filled % DAY / DAY)
    days = np.floor(filled / DAY)
    if circle == "weekday":
        return np.asarray((days + 3) % 7 / 7)  # from Monday on: 1970-01-01 was a Thursday
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    return np.asarray(months.astype(np.int64) % 12 / 12)


def fit(column: "pd.Series", form: str, standardize: bool) -> DateColumn:
    """Of training rows."""
    seconds, _ = dates.seconds(column, form)
    there = seconds[~np.isnan(seconds)]
    fill = float(np.median(there)) if len(there) else 0.0
    filled = np.where(np.isnan(seconds), fill, seconds)
    # Unscaled seconds would be of the order of 1e9: without standardizing they are years.
    mean, scale = (
        (float(filled.mean()), float(filled.std())) if standardize else (0.0, 365.25 * DAY)
    )
    span = float(np.ptp(there)) if len(there) else 0.0
    circles = tuple(of for of, least in ROUND.items() if span >= least and _differs(there, of))
    return DateColumn(
        str(column.name), form, fill, mean, scale or 1.0, circles, len(there) < len(seconds)
    )


def _differs(seconds: NDArray[np.float64], circle: str) -> bool:
    """Whether rows are at more than one place of a circle."""
    return bool(np.ptp(shares(seconds, circle)) > 0)
