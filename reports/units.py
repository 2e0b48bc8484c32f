"""The units of metrics: their names, factors, decimals and signs, so that each is written alike."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reports.text import DASH, MINUS, SPACE, amount, cost, exact, number

if TYPE_CHECKING:
    import pandas as pd

    from reports.frames import Run
    from reports.stats.sampling.intervals import Interval


@dataclass(frozen=True)
class Unit:
    """One metric's scale, and how it is printed: the factor, the decimals, the sign after it.

    of_target: of errors that are measured in SDs of a target, and told in its own unit; the factor
    is the SD.
    """

    name: str
    factor: float = 1.0
    suffix: str = ""
    points: str = ""
    digits: Callable[[float, int], str] = lambda x, decimals: f"{x:.{decimals}f}"
    ends: tuple[float, float] = (0.0, math.inf)
    of_target: bool = False

    @property
    def is_percent(self) -> bool:
        """Whether it is of shares."""
        return self.factor == 100.0 and not self.of_target

    @property
    def own(self) -> float:
        """What figures multiply numbers by to draw them: the target's SD; shares they leave."""
        return self.factor if self.of_target else 1.0

    @property
    def drawn(self) -> "Unit":
        """Of the numbers that `own` has multiplied."""
        return replace(self, factor=1.0) if self.of_target else self

    def drawn_frame(self, frame: "pd.DataFrame", columns: Iterable[str]) -> "pd.DataFrame":
        """A frame whose columns of this metric are as figures draw them."""
        if self.own == 1.0:
            return frame
        return frame.assign(**{name: self.own * frame[name] for name in columns})

    @property
    def apart(self) -> tuple[float, float]:
        """The ends of a difference of two values."""
        low, high = self.ends
        return low - high, high - low

    def value(self, x: float) -> str:
        """`2.6 %`."""
        return self._plain(x, self._decimals(x)) + self.suffix if math.isfinite(x) else DASH

    def pair(self, first: float, second: float) -> tuple[str, str]:
        """Both, to so many decimals that what they differ by reads as `difference` has it.

        In a target's own unit three digits do, or the fourth that tells them apart.
        """
        if not (math.isfinite(first) and math.isfinite(second)):
            return self.value(first), self.value(second)
        decimals, apart = self._decimals(max(abs(first), abs(second))), first - second
        fewest = self._decimals(apart)
        for more in (decimals, decimals + 1):
            ends = [round(x * self.factor, more) for x in (first, second)]
            is_alike = round(ends[0] - ends[1], fewest) == round(apart * self.factor, fewest)
            if ends[0] != ends[1] if self.of_target else is_alike:
                break
        said = [self._plain(x, more) + self.suffix for x in (first, second)]
        return said[0], said[1]

    def tick(self, x: float) -> str:
        """As short as it goes, for an axis: `3 %`, `20 million`."""
        return exact(x * self.factor) + self.suffix

    @property
    def is_count(self) -> bool:
        """Whether it is counted, in the large: parameters, FLOPs."""
        return self.digits is _rounded

    def difference(self, x: float) -> str:
        """`+1.3 points`."""
        if not math.isfinite(x):
            return DASH
        return self._plain(x, self._decimals(x), sign=True) + self.points

    def interval(self, of: "Interval", difference: bool = False) -> str:
        """`2.6 % [1.8, 3.5]`; differences are signed, and in points."""
        return self.head(of, difference) + self.bounds(of, difference)

    def size(self, of: "Interval") -> str:
        """`1.3 points [0.4, 2.2]`, of a difference of which words say the direction."""
        if of.estimate < 0:
            of = replace(of, estimate=-of.estimate, low=-of.high, high=-of.low)
        return self.interval(of, difference=True).replace("+", "")

    def head(self, of: "Interval", difference: bool = False) -> str:
        """The estimate alone, to as many decimals as its bounds."""
        if not of.known:
            return self.difference(of.estimate) if difference else self.value(of.estimate)
        tail = self.points if difference else self.suffix
        return self._plain(of.estimate, self._shared(of, difference), sign=difference) + tail

    def bounds(self, of: "Interval", difference: bool = False) -> str:
        """` [1.8, 3.5]`, or nothing where there are no bounds."""
        if not (math.isfinite(of.low) and math.isfinite(of.high)):
            return ""
        decimals = self._shared(of, difference)
        low, high = (self._plain(x, decimals, sign=difference) for x in (of.low, of.high))
        return f" [{low}, {high}]"

    def _shared(self, of: "Interval", difference: bool) -> int:
        """Enough, too, that a bound beside zero is not written as zero, where that says a sign."""
        decimals = self._decimals(max(abs(of.low), abs(of.estimate), abs(of.high)))
        is_share = self.is_percent and self.ends[0] == 0.0 and not difference
        if is_share or not of.excludes_zero:
            return decimals
        nearest = min(abs(of.low), abs(of.high)) * self.factor
        while decimals < 6 and not self.digits(nearest, decimals).strip("0."):
            decimals += 1
        return decimals

    def _decimals(self, x: float) -> int:
        size = abs(x) * self.factor
        if self.is_percent:
            return 2 if 0 < size < 0.95 else 1
        if not math.isfinite(size) or size < (0 if self.of_target and x else 5e-7):
            return 3
        return min(max(2 - math.floor(math.log10(size)), 0), 6)

    def _plain(self, x: float, decimals: int, sign: bool = False) -> str:
        text = self.digits(abs(x) * self.factor, decimals)
        nothing = not text.strip("0.")
        if x < 0 and not nothing:
            return MINUS + text
        return "+" + text if sign and x > 0 and not nothing else text


def unit(run: "Run", metric: str) -> Unit:
    """The unit of a metric: errors are percent in classification, in regression the target's own.

    Of several targets, each of another unit, they stay in SDs.
    """
    made = _unit(run, metric)
    if not run.regression or run.target_sd is None or metric not in IN_SDS:
        return made
    return replace(made, factor=own(metric, run.target_sd), digits=_amount, of_target=True)


def own(metric: str, sd: float | None) -> float:
    """By what its values are multiplied to be in the target's own unit; 1 of what has none.

    sd: of the one number that is predicted, else None.
    """
    return 1.0 if sd is None or metric not in IN_SDS else sd


def _unit(run: "Run", metric: str) -> Unit:
    if metric in UNITS:
        return UNITS[metric]
    split, _, kind = metric.partition("_")
    name = f"gap, dev {MINUS} train" if metric == "gap" else metric.replace("_", " ")
    if kind != "error" and metric != "gap":
        return Unit(name)
    if run.regression:
        gap = Unit(f"gap in RMSE, dev {MINUS} train", ends=(-math.inf, math.inf))
        return gap if metric == "gap" else Unit(f"{split} RMSE")
    ends = (-1.0 if metric == "gap" else 0.0, 1.0)
    return Unit(name, 100.0, f"{SPACE}%", f"{SPACE}points", ends=ends)


def of_target(run: "Run") -> str:
    """In what the errors of numbers are told."""
    if run.several:
        return "SDs of each training target"
    if run.target_sd is None:
        return "SDs of the training target"
    return f"the unit of {run.target_name}"


def _rounded(x: float, _: int) -> str:
    return number(x) if abs(x) < 1e6 and x == int(x) else cost(x)


def _amount(x: float, decimals: int) -> str:
    """Of any size: thousands apart, millions in words, exponents where digits would be noughts."""
    is_plain = x < 1000 and (decimals < 6 or x == 0)
    return f"{x:.{decimals}f}" if is_plain else amount(x)


def _four(x: float, _: int) -> str:
    return f"{x:.4f}"


# What is measured in SDs of the target, where that is a number.
IN_SDS = ("train_error", "dev_error", "test_error", "gap", "mean_absolute_error")

# Of numbers that are in their own unit already.
OWN = Unit("", digits=_amount, of_target=True)

# Of the metrics that are no losses or errors of a split.
UNITS = {
    "auc": Unit("AUC", digits=_four, ends=(0.0, 1.0)),
    "macro_f1": Unit("macro-F1", digits=_four, ends=(0.0, 1.0)),
    "log_loss": Unit("log-loss"),
    "mean_absolute_error": Unit("mean absolute error"),
    "epochs_to_target": Unit("epochs to target", digits=_rounded),
    "updates": Unit("updates", digits=_rounded),
    "flops": Unit("FLOPs", digits=_rounded),
    "parameters": Unit("parameters", digits=_rounded),
    "seconds": Unit("seconds", digits=lambda x, _: number(x)),
}
