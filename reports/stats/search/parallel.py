"""Where each trial lies along each searched setting: parallel coordinates, of Inselberg (1985)."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports import text
from reports.frames import Array, Run, once
from reports.natural import natural
from reports.stats.search import conditional, tuning

MOST = 12  # settings that have an axis


@dataclass(frozen=True)
class Axis:
    """A setting: places (n,) of the trials from 0 to 1, NaN where it is not in play.

    Either a range from low to high, or choices in order, evenly spaced; is_ordered: of numbers.
    ends: a range's low and high in words, where they have a unit.
    """

    name: str
    places: Array
    low: float
    high: float
    log: bool = False
    choices: tuple[str, ...] = ()
    is_ordered: bool = True
    ends: tuple[str, ...] = ()

    def at(self, place: float) -> float:
        """The number at a place of a range."""
        if self.log:
            return float(self.low * (self.high / self.low) ** place)
        return self.low + place * (self.high - self.low)

    def place(self, value: object) -> float | None:
        """Where a value lies, at the end of the range if beyond it; None of an unknown choice."""
        if value is None:
            return math.nan
        if self.choices:
            said = text.value(value)
            known = said in self.choices
            return self.choices.index(said) / max(len(self.choices) - 1, 1) if known else None
        inside = min(max(float(str(value)), self.low), self.high)
        return float(_share(np.array([inside]), self.low, self.high, self.log)[0])


@dataclass(frozen=True)
class Parallel:
    """Trials (n rows) that have a value, the axes of their settings, and what has none.

    alike: settings of one value alone. left_out: settings beyond MOST, of least importance.
    """

    trials: pd.DataFrame
    axes: tuple[Axis, ...]
    alike: tuple[str, ...]
    left_out: tuple[str, ...]


@once
def parallel(run: Run) -> Parallel | None:
    """None of fewer than two trials, or where no setting varies among them."""
    trials = run.trials[np.isfinite(run.trials["value"].to_numpy(float))]
    varied = [name for name in run.parameters if len(set(trials[f"param.{name}"].map(str))) > 1]
    known = [name for name in run.parameters if trials[f"param.{name}"].notna().any()]
    kept = set(_by_importance(run, varied)[:MOST])
    axes = tuple(_axis(run, trials, name) for name in conditional.ordered(varied) if name in kept)
    if len(trials) < 2 or not axes:
        return None
    alike = tuple(name for name in known if name not in varied)
    return Parallel(trials, axes, alike, tuple(name for name in varied if name not in kept))


def _by_importance(run: Run, names: list[str]) -> list[str]:
    weight = run.importance.drop_duplicates("parameter").set_index("parameter")["value"]
    return sorted(names, key=lambda name: -float(weight.get(name, -1.0)))


def _axis(run: Run, trials: pd.DataFrame, name: str) -> Axis:
    column, entry = trials[f"param.{name}"], tuning.space_of(run, name)
    if tuning.numeric(run, name) and entry.get("kind") != "choice":
        values = column.to_numpy(float)
        low, high = _ends(entry.get("low"), entry.get("high"), values)
        log = tuning.is_log(run, name) and low > 0
        return Axis(name, _share(values, low, high, log), low, high, log)
    named = column.map(text.value).where(column.notna())
    choices = _in_order(column)
    places = named.map({one: place for place, one in enumerate(choices)}).to_numpy(float)
    places, last = places / max(len(choices) - 1, 1), len(choices) - 1.0
    return Axis(name, places, 0.0, last, False, choices, tuning.numeric(run, name))


def _ends(low: float | None, high: float | None, values: Array) -> tuple[float, float]:
    """Those of the search, and farther where a trial that was asked for lies outside."""
    said = [x for x in (low, high) if x is not None and math.isfinite(x)]
    return min([*said, np.nanmin(values)]), max([*said, np.nanmax(values)])


def _share(values: Array, low: float, high: float, log: bool) -> Array:
    if log:
        values, low, high = np.log(values), math.log(low), math.log(high)
    found: Array = (values - low) / (high - low) if high > low else np.where(values == low, 0.5, 0)
    return found


def _in_order(column: "pd.Series[object]") -> tuple[str, ...]:
    """The choices that were tried: numbers by size, depths and words as one looks for them."""
    found = column.dropna()
    size = pd.to_numeric(found, errors="coerce").fillna(math.inf)
    each = {text.value(x): float(s) for x, s in zip(found, size, strict=True)}
    return tuple(sorted(each, key=lambda name: (each[name], natural(name))))
