"""What search and confirmation give on new rows, by outer folds: each row is a test row once.

The models of a fold come of a search of its own, so that their errors scatter by all that a study
does with its rows. Draws are of rows, and of folds: what folds differ by beyond their rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from reports.frames import Run, RunFolderError
from reports.stats.sampling import bootstrap, numbers, out_of_fold, resampling
from reports.stats.sampling.intervals import Array, Interval
from reports.stats.settings import measures
from reports.stats.settings.differences import Difference
from reports.stats.settings.measures import Measure
from reports.stats.settings.rows import FLOOR

SEED = 20274
KIND = "bootstrap over rows and outer folds"
COVERS = "new rows, and tuning and training anew on as many"
Model = Literal["ensemble", "baseline"]


@dataclass(frozen=True)
class RowsOfFolds:
    """Of one or two models (m, n) losses by row, the fold (n,) and the group (n,) of each row.

    weight (n,): how much each row counts, with mean 1; None where all count alike. shape: what a
    value is of its rows' losses, as in `out_of_fold`.
    """

    losses: Array
    fold: NDArray[np.intp]
    group: NDArray[Any] | None
    shape: out_of_fold.Shape
    weight: Array | None = None

    @property
    def values(self) -> Array:
        """(m,) of all rows together."""
        means = resampling.mean(self.losses, self.weight)
        found: Array = np.sqrt(means) if self.shape == "root" else means
        return found

    @property
    def _by_row(self) -> Array:
        """(m, n) what each row adds to the value."""
        return bootstrap.by_row(self.losses, self.shape == "root", self._rows)[1]

    def interval(self) -> Interval:
        """Of the first model's value."""
        drawn, first = self._rows, self.losses[:1]
        parts = bootstrap.Parts(float(self.values[0]), *self._parts(first, drawn))
        ends = parts.on_odds() if self.shape == "share" else parts.on_log()
        if parts.estimate in (0.0, 1.0):  # where odds have no slope
            ends = parts.added(1.0)
        n = self.losses.shape[1]
        return Interval(parts.estimate, *bootstrap.percentiles(ends), n, KIND, COVERS)

    def difference(self) -> Interval:
        """Of the first less the second, row by row."""
        drawn = self._rows
        estimate = float(self.values[0] - self.values[1])
        if self.shape == "share":
            each = (
                bootstrap.error_parts(losses[None], _one(), rows).rows
                for losses, rows in zip(self.losses, (drawn, drawn.other), strict=True)
            )
            apart = next(each) - next(each)
        else:
            sides, ones = (self.losses[:1], self.losses[1:]), (_one(), _one())
            apart = bootstrap.number_difference(*sides, ones, drawn, self.shape == "root")
        apart = apart + self._folds(self._by_row[0] - self._by_row[1], drawn)
        n, kind = self.losses.shape[1], f"paired {KIND}"
        return Interval(estimate, *bootstrap.percentiles(apart), n, kind, COVERS)

    @cached_property
    def _rows(self) -> bootstrap.RowWeights:
        rng, n = np.random.default_rng([SEED, 0]), self.losses.shape[1]
        return bootstrap.row_weights(
            rng, n, of=self.group, widening=out_of_fold.WIDENING, weight=self.weight
        )

    def _parts(self, losses: Array, drawn: bootstrap.RowWeights) -> tuple[Array, Array]:
        if self.shape == "share":
            found = bootstrap.error_parts(losses, _one(), drawn).rows
        else:
            found = bootstrap.number_parts(losses, _one(), drawn, self.shape == "root").rows
        return found, self._folds(self._by_row[0], drawn)

    def _folds(self, told: Array, drawn: bootstrap.RowWeights) -> Array:
        """(draws,) around 0: what other folds would add to the mean of (n,) values.

        That of the rows themselves is in the scatter of the folds, too, and is taken out once.
        """
        places = np.unique(self.fold, return_inverse=True)[1]
        weight = self.weight
        size = np.bincount(places, weight)
        means = np.bincount(places, told if weight is None else told * weight) / size
        within = bootstrap.standard_error(told - means[places], self.group, weight) ** 2
        seeds = bootstrap.replicate_weights(np.random.default_rng([SEED, 1]), len(size))
        return bootstrap.seed_draws(means, seeds, within)


def _one() -> Array:
    return np.ones((bootstrap.DRAWS, 1))


def interval(run: Run, model: Model, kind: str) -> Interval:
    """The error (or loss) of what the procedure gives, or of the best baseline of each fold.

    kind: "error" or "loss".
    """
    return _of(run, (model,), kind).interval()


def against_baseline(run: Run) -> Difference | None:
    """The ensemble less the best baseline of each fold; None where none was trained in some fold.

    By what the study asks for where that is the loss, else by the error.
    """
    if not has_baseline(run):
        return None
    asked = measures.of_baselines(run)
    by = asked if asked.of_rows in (measures.ERROR, "loss") else measures.plain()
    found = _of(run, ("ensemble", "baseline"), by.of_rows).difference()
    return Difference(by, "test", found, None)


def answer(run: Run, found: Difference) -> str:
    """One of the four answers, within the margin of the baseline."""
    return found.answer(margin(run, found.by))


def margin(run: Run, by: Measure) -> float:
    """Below which a difference from the baselines is none."""
    if by.of_rows == "loss" and not run.regression:
        error = float(_of(run, ("baseline",), measures.ERROR).values[0])
        return measures.margin_of_cross_entropy(error)
    value = float(_of(run, ("baseline",), by.of_rows).values[0])
    return by.margin(value, run.regression)


def has_baseline(run: Run) -> bool:
    """Whether each fold has one."""
    return run.nested is not None and bool((run.nested["baseline"].astype(str) != "").all())


def _of(run: Run, models: tuple[Model, ...], kind: str) -> RowsOfFolds:
    return run.kept(f"outer/{'/'.join(models)}/{kind}", lambda: _rows_of(run, models, kind))


def _rows_of(run: Run, models: tuple[Model, ...], kind: str) -> RowsOfFolds:
    losses = np.stack([_losses(run, model, kind) for model in models])
    weight = run.outer.weight()
    weight = None if weight is None else weight / weight.mean()
    return RowsOfFolds(losses, run.outer.fold(), run.outer.group(), _shape(run, kind), weight)


def _shape(run: Run, kind: str) -> out_of_fold.Shape:
    if kind == "loss":
        return "mean"
    return "root" if run.regression else "share"


def _losses(run: Run, model: Model, kind: str) -> Array:
    """(n,) losses by row; where a fold has no outputs, what it scored on each of its rows."""
    fold, target, said = run.outer.fold(), run.outer.target(), run.outer.of(model).astype(float)
    if run.regression:
        losses = numbers.squares(said, target)
    elif kind == "error":
        losses = np.where(np.isnan(said[:, 0]), np.nan, said.argmax(axis=1) != target)
    else:
        picked = np.take_along_axis(said, target.astype(int)[:, None], axis=1)[:, 0]
        losses = -np.maximum(picked, FLOOR)
    for number, score in _scores(run, model, kind):
        worst = score**2 if run.regression and kind == "error" else score
        losses = np.where((fold == number) & np.isnan(losses), worst, losses)
    if np.isnan(losses).any():
        raise RunFolderError(
            f"{run.outer.path}: fold: expected those of nested.parquet, got others"
        )
    found: Array = losses
    return found


def _scores(run: Run, model: Model, kind: str) -> Iterator[tuple[int, float]]:
    frame = run.nested
    if frame is None:
        raise RunFolderError(f"{run.folder}: expected nested.parquet, got a study without folds")
    column = kind if model == "ensemble" else f"baseline_{kind}"
    yield from ((int(n), float(x)) for n, x in zip(frame["fold"], frame[column], strict=True))
