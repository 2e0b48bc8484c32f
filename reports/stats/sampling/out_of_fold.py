"""Losses out of fold: who said what of each row, and what other networks would have said.

Every row is predicted by networks that were not trained on it, once in each pass (`reports.folds`).
A setting's value is the mean over passes of that of all the rows. Rows are drawn as on any split.
What other networks, of other seeds and training sets, would add is told from how the networks
differ on the rows that each predicts.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from reports.frames import Run, RunFolderError
from reports.stats.sampling import bootstrap
from reports.stats.sampling.bootstrap import Parts, RowWeights, replicate_weights
from reports.stats.sampling.intervals import Array
from reports.stats.sampling.resampling import TINY
from reports.stats.sampling.scores import Labels, RowScore

SEED = 20270
# By what intervals are widened. Training sets of folds share most of their rows, and all come from
# one pool, so networks differ less than those of new training sets would, and rows that are scored
# have trained the others: the plain standard error is too small (Bates, Hastie and Tibshirani,
# 2024; Bayle et al., 2020, show it to be right only where learning is stable). Simulated with
# training sets drawn anew (`tests.soak.coverage.fold_worlds`: four worlds, 100 to 300 studies each,
# by which the factor was chosen), plain intervals of one setting held the truth in 87 to 96 of
# 100 cases, of a difference in 91 to 97; 1.2 times as wide in 94 to 99 and in 93 to 99.
WIDENING = 1.2
CROSSED = "crossed bootstrap, networks \N{MULTIPLICATION SIGN} "
Shape = Literal["share", "root", "mean"]  # of rows that are wrong; of squares, by pass; of losses


def applies(run: Run, split: str) -> bool:
    """Whether the networks of a split are those that were not trained on its rows."""
    return split == "dev" and run.folds is not None


def networks(run: Run, config: str) -> NDArray[np.intp]:
    """(passes, n) the place in `run.rows_of` of the network that predicts a row in a pass.

    Raises RunFolderError where the networks, or their folds, are not as many as they should be.
    """
    return run.kept(f"networks/{config}", lambda: _networks(run, config))


def _networks(run: Run, config: str) -> NDArray[np.intp]:
    if run.folds is None:
        raise ValueError("out_of_fold.networks: expected a confirmation of folds, got one split")
    folds, repeats = run.folds.folds, run.folds.repeats
    rows = run.rows_of(config)
    seeds = run.folds.seeds if rows["kind"].iloc[0] == "network" else 1
    if len(rows) != folds * repeats * seeds:
        raise RunFolderError(
            f"{run.folder / 'confirm.parquet'}: {config}: expected {folds * repeats * seeds} "
            f"networks, got {len(rows)}"
        )
    fold, n = run.predictions.fold(), len(run.predictions.target("dev"))
    if fold.shape != (repeats, n) or not np.isin(fold, np.arange(folds)).all():
        raise RunFolderError(
            f"{run.predictions.path}: dev_fold: expected ({repeats}, {n}) numbers from 0 to "
            f"{folds - 1}, got shape {fold.shape}"
        )
    first = (np.arange(repeats)[:, None] * folds + fold) * seeds
    every = first[:, None, :] + np.arange(seeds)[None, :, None]
    found: NDArray[np.intp] = every.reshape(repeats * seeds, n).astype(np.intp)
    return found


Side = tuple[Array, NDArray[np.intp]]  # (passes, n) losses, and the network of each


@dataclass(frozen=True)
class Others:
    """By how much each network (P,) is off what the networks say on the same rows, on average.

    freedom: degrees of it. shared: the share of its squares that network and row make together,
    which is in the scatter of the rows, too.
    """

    off: Array
    freedom: float
    shared: float = 0.0

    @property
    def error(self) -> float:
        """The standard error of the mean that other networks make, widened."""
        if self.freedom <= 0:
            return 0.0
        return WIDENING * math.sqrt(float((self.off**2).sum()) / (self.freedom * len(self.off)))

    def draws(self, run: Run) -> Array:
        """(draws,) what other networks and training sets add to the mean, around 0."""
        if self.freedom <= 0 or not self.off.any():
            return np.zeros(bootstrap.DRAWS)
        # Of few networks a part, as in `bootstrap.seed_draws`.
        share = max(self.freedom - 1, 0.0) / self.freedom * self.shared
        weights = _weights(run, len(self.off), self.freedom)
        drawn: Array = WIDENING * math.sqrt(max(1 - share, 0.0)) * (weights @ self.off)
        return drawn


def _weights(run: Run, count: int, freedom: float) -> Array:
    """(draws, networks) around 0: with the normals of `rows.seeds_of`, so that gaps pair."""

    def drawn() -> Array:
        rng = np.random.default_rng([SEED, 2, count])
        return replicate_weights(rng, count, freedom=freedom) - 1 / count

    return run.kept(f"networks/{count}/{freedom}", drawn)


def others(losses: Array, of: NDArray[np.intp], rows: RowWeights) -> Others:
    """Of (passes, n) losses by networks `of` (passes, n). From one pass alone nothing is known."""
    passes, n = losses.shape
    apart = losses - losses.mean(axis=0)
    weight = None if rows.weight is None else np.broadcast_to(rows.weight, of.shape).ravel()
    size = np.bincount(of.ravel(), weight)
    size = np.maximum(size, 1) if weight is None else np.where(size > 0, size, 1.0)
    off = (
        np.bincount(of.ravel(), apart.ravel() if weight is None else apart.ravel() * weight) / size
    )
    together = bootstrap.of_left(apart - off[of], rows)  # squared standard error of the mean
    squares = max(float((off**2).sum()), TINY)
    of_cells = together * n * (passes - 1) * float((1 / size).sum())
    return Others(off, freedom(of), min(of_cells / squares, 1.0))


def freedom(of: NDArray[np.intp]) -> float:
    """Degrees of freedom of what (passes, n) networks are off the mean of all on their own rows.

    The expected sum of its squares over the variance of one network.
    """
    said = np.zeros((int(of.max()) + 1, of.shape[1]))
    for one in of:
        said[one, np.arange(len(one))] = 1.0
    own = np.maximum(said.sum(axis=1, keepdims=True), 1.0)
    in_mean = said @ said.T / (len(of) * own)
    return float(((np.eye(len(said)) - in_mean) ** 2).sum()) if len(of) > 1 else 0.0


def parts(losses: Array, of: NDArray[np.intp], rows: RowWeights, run: Run, shape: Shape) -> Parts:
    """What the mean of (passes, n) losses may be."""
    if shape == "share":
        together = losses.mean(axis=0)[None]
        drawn = bootstrap.error_parts(together, _as_seen(1), rows)
    else:
        drawn = bootstrap.number_parts(losses, _as_seen(len(losses)), rows, shape == "root")
    told = bootstrap.by_row(losses, shape == "root", rows)[1]
    return Parts(drawn.estimate, drawn.rows, others(told, of, rows).draws(run))


def difference_draws(
    sides: tuple[Side, Side], rows: tuple[RowWeights, RowWeights], run: Run, shape: Shape
) -> Array:
    """(draws,) what first - second may be; of shares each has row draws of its own."""
    ours, theirs = (losses for losses, _ in sides)
    if shape == "share":
        each = [
            bootstrap.error_parts(losses.mean(axis=0)[None], _as_seen(1), drawn).rows
            for losses, drawn in zip((ours, theirs), rows, strict=True)
        ]
        found: Array = each[0] - each[1]
    else:
        seen = _as_seen(len(ours)), _as_seen(len(theirs))
        found = bootstrap.number_difference(ours, theirs, seen, rows[0], shape == "root")
    return found + network_draws(sides, rows[0], run, shape)


def network_draws(sides: tuple[Side, Side], rows: RowWeights, run: Run, shape: Shape) -> Array:
    """(draws,) around 0: what other networks and training sets add to first - second.

    Network by network where both have as many, for those are of the same training rows.
    """
    (a, mine), (b, other) = (
        (bootstrap.by_row(losses, shape == "root", rows)[1], of) for losses, of in sides
    )
    if np.array_equal(mine, other):
        return others(a - b, mine, rows).draws(run)
    return others(a, mine, rows).draws(run) - others(b, other, rows).draws(run)


def of_score(
    score: RowScore,
    target: Labels,
    outputs: Array,
    of: NDArray[np.intp],
    weight: Array | None = None,
) -> Others:
    """As `others`, of a score of classes: of each network's own rows, in each pass.

    Args: target (n,), outputs (passes, n, K), of (passes, n), weight (n,) of each row.
    """
    count = int(of.max()) + 1
    first, network = np.zeros(count, np.intp), np.arange(count)
    own = np.zeros((count, len(target)))
    for place, one in enumerate(of):
        first[one] = place
        own[one, np.arange(len(target))] = 1.0 if weight is None else weight
    each = score.of(target, outputs, own)
    return Others(each[network, first] - each.mean(axis=1), freedom(of))


def _as_seen(passes: int) -> Array:
    """(draws, passes): what networks add is drawn from all of them, not from the passes."""
    return np.full((bootstrap.DRAWS, passes), 1 / passes)


def rows_alone(by_repeat: Array, of: NDArray[Any] | None, weight: Array | None = None) -> float:
    """The squared standard error, widened, that any number of networks leaves of a mean of rows.

    Args: by_repeat (repeats, n), of each row in each repeat; `of` (n,) the groups of rows, and
    `weight` (n,) their weights, if any.
    The scatter of rows has what networks and rows make together in it, too, which falls with the
    number of networks; what two repeats have in common has not. NaN for a single repeat.
    """
    repeats = len(by_repeat)
    if repeats < 2:
        return math.nan
    together = bootstrap.standard_error(by_repeat.mean(axis=0), of, weight) ** 2
    each = np.mean([bootstrap.standard_error(one, of, weight) ** 2 for one in by_repeat])
    return WIDENING**2 * max((repeats * together - float(each)) / (repeats - 1), 0.0)
