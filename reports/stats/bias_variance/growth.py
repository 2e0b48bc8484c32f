"""What more rows would bring: the learning curve over training rows, and a power law through it.

The error at n rows is taken for a + b·n^-c: what remains at any number of rows, and what falls with
them (Cortes et al., 1994; Viering and Loog, 2023, on where it fits).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reports import text, units
from reports.frames import Run, RunFolderError, once
from reports.stats.bias_variance import gaps
from reports.stats.sampling import bootstrap, intervals
from reports.stats.sampling.intervals import Interval
from reports.stats.sampling.out_of_fold import WIDENING
from reports.stats.sampling.power_law import PowerLaws, fit

Array = NDArray[np.float64]
SCORES = ("error", "loss")
FEWEST_SIZES, FEWEST_FOLDS = 4, 3
SEED = 20271
NONE = 0.1  # of the margin: a gain below it is none, for a fit never has one of 0 or less
WIDEST = 3.0  # of an interval, in units of the number, beyond which it says nothing
MISFIT = 4.0  # of the mean squared distance of means from the curve, in squared standard errors
COVERS = "new rows, networks and training sets"


@dataclass(frozen=True)
class Growth:
    """One setting's or baseline's dev score at each number of training rows, and what follows.

    by_fold (sizes, folds) at rows (sizes,); law: the fit. here, twice: of it, at the largest number
    of rows and at twice that; gain: by how much the second is less, which is little below margin.
    why: the reason why nothing is known of more rows, "" where something is.
    """

    config: str
    score: str
    rows: Array
    by_fold: Array
    law: PowerLaws | None
    here: Interval
    twice: Interval
    gain: Interval
    margin: float
    why: str = ""

    def times(self, unit: float) -> "Growth":
        """In another unit."""
        here, twice, gain = (one.times(unit) for one in (self.here, self.twice, self.gain))
        law = None if self.law is None else self.law.times(unit)
        found = replace(self, by_fold=unit * self.by_fold, margin=unit * self.margin, law=law)
        return replace(found, here=here, twice=twice, gain=gain)

    @property
    def now(self) -> float:
        """The score at the largest number of rows."""
        return float(self.by_fold[-1].mean())

    @property
    def answer(self) -> str:
        """What twice the rows would bring: little, help, or what is not decided, or not known."""
        if self.why:
            return "not known"
        if self.gain.high < self.margin:
            return "little"
        return "help" if self.gain.low > NONE * self.margin else "not decided"


@once
def grown(run: Run) -> tuple[Growth, ...]:
    """Error and loss of the winner, then those of the best baseline; none without a curve."""
    frame = run.learning_curve
    if frame is None:
        return ()
    configs = dict.fromkeys(frame["config"])
    _expect_whole(run, frame)
    return tuple(
        growth(frame[frame["config"] == config], str(config), score, run.regression)
        for config in configs
        for score in SCORES
    )


def _expect_whole(run: Run, frame: pd.DataFrame) -> None:
    """Errors: RunFolderError for what was not confirmed, or a size and fold more than once."""
    path = run.folder / "learning_curve.parquet"
    for config, own in frame.groupby("config", sort=False):
        if run.rows_of(str(config)).empty:
            raise RunFolderError(f"{path}: config: expected one of confirm.parquet, got {config!r}")
        cells = own[["size", "fold"]].drop_duplicates()
        if len(own) != len(cells) or len(own) != own["size"].nunique() * own["fold"].nunique():
            raise RunFolderError(f"{path}: {config}: expected a row for each size and fold")
        if not (own["rows"] > 0).all():
            raise RunFolderError(f"{path}: {config}: expected rows above 0")


def growth(frame: pd.DataFrame, config: str, score: str, regression: bool) -> Growth:
    """Of one setting's rows of learning_curve.parquet."""
    rows = frame.groupby("size")["rows"].mean().to_numpy(float)
    wide = frame.pivot(index="size", columns="fold", values=f"dev_{score}")  # noqa: PD010
    values = wide.to_numpy(float)
    folds = values.shape[1]
    nothing = intervals.none(math.nan, folds, "no fit")
    margin = gaps.margin_of(score, float(values[-1].mean()), regression)
    found = Growth(config, score, rows, values, None, nothing, nothing, nothing, margin)
    why = _why_not(frame, values)
    if why:
        return replace(found, why=why)
    law = fit(rows, values.mean(axis=1)[None], _spread(values))
    if float(law.misfit[0]) > MISFIT:
        return replace(found, law=law, why="it does not fall evenly with more of them")
    drawn, last = fit(rows, _draws(values), _spread(values)), float(rows[-1])
    now, later = ((float(law.at(n)[0]), drawn.at(n)) for n in (last, 2 * last))
    here, twice = (_interval(*one, folds) for one in (now, later))
    gain = _interval(now[0] - later[0], now[1] - later[1], folds)
    known = replace(found, law=law, here=here, twice=twice, gain=gain)
    is_wide = twice.high - twice.low > WIDEST * here.estimate
    if is_wide and known.answer == "not decided":
        return replace(found, law=law, why="the folds differ too much")
    return known


def _why_not(frame: pd.DataFrame, values: Array) -> str:
    sizes, folds = values.shape
    if (frame["status"] != "ok").any() or not np.isfinite(values).all():
        return "some of the networks diverged"
    if sizes < FEWEST_SIZES or folds < FEWEST_FOLDS:
        return f"fewer than {FEWEST_SIZES} sizes, or {FEWEST_FOLDS} folds"
    return ""


def _spread(values: Array) -> Array:
    """(sizes,) standard errors of the means: half each size's own, half that of all sizes.

    Of five folds one size's own is little known, and must not decide how much the size counts.
    """
    variance = values.var(axis=1, ddof=1) / values.shape[1]
    shrunk = (variance + variance.mean()) / 2
    found: Array = np.sqrt(np.maximum(shrunk, (1e-3 * max(values.mean(), 1e-9)) ** 2))
    return found


def _draws(values: Array) -> Array:
    """(draws, sizes) means over other folds: each fold's curve is drawn whole.

    What the folds add follows Student's t, and is widened as all that is out of fold.
    """
    folds = values.shape[1]
    weights = bootstrap.replicate_weights(np.random.default_rng(SEED), folds)
    mean = values.mean(axis=1)
    found: Array = mean + WIDENING * ((weights - 1 / folds) @ (values - mean[:, None]).T)
    return found


def _interval(estimate: float, drawn: Array, folds: int) -> Interval:
    low, high = (float(x) for x in np.quantile(drawn, [0.025, 0.975]))
    return Interval(estimate, low, high, folds, "resampled folds", COVERS)


def of_winner(run: Run) -> Growth | None:
    """The winner's error, or its loss where nothing is known of the error; None without a curve."""
    found = [one for one in grown(run) if one.config == run.winner]
    return next((one for one in found if not one.why), found[0] if found else None)


def in_words(run: Run) -> str:
    """What twice the rows would bring to the winner, in a sentence; "" without a curve."""
    found = of_winner(run)
    return "" if found is None else sentence(run, found)


def sentence(run: Run, one: Growth) -> str:
    """Of one curve: `With twice the rows (728 in training) the error would fall from 8.1 % to`."""
    many = text.number(round(2 * one.rows[-1]))
    name = _name(run, one)
    if one.why:
        return f"What twice the rows would do to the {name} is not known: {one.why}."
    return f"With twice the rows ({many} in training) the {name} {_change(run, one)}."


def beside(run: Run, one: Growth) -> str:
    """The same of another score, after the first's sentence."""
    return sentence(run, one) if one.why else f"The {_name(run, one)} {_change(run, one)}."


def _name(run: Run, one: Growth) -> str:
    return unit(run, one).name.removeprefix("dev ")


def _change(run: Run, one: Growth) -> str:
    scale = unit(run, one)
    verb = "would go" if one.answer == "little" else "would fall"
    gain = scale.interval(one.gain, difference=True).replace("+", "")
    closing = {
        "help": f": more rows help ({gain} less)",
        "little": ": more rows of the same kind change little",
        "not decided": f"; whether more rows help is not decided ({gain} less)",
    }[one.answer]
    return f"{verb} from {scale.value(one.here.estimate)} to {scale.interval(one.twice)}{closing}"


def unit(run: Run, one: Growth) -> units.Unit:
    """That of the score."""
    return units.unit(run, f"dev_{one.score}")


def points(found: tuple[Growth, ...]) -> Iterator[dict[str, object]]:
    """What a figure draws: the mean of each size, and the SD of its folds."""
    for one in found:
        for rows, values in zip(one.rows, one.by_fold, strict=True):
            yield {
                "config": one.config,
                "score": one.score,
                "rows": float(rows),
                "mean": float(values.mean()),
                "sd": float(values.std(ddof=1)),
                "folds": len(values),
            }
