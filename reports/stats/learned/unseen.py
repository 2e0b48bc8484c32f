"""What the winner's networks say of rows that they were not trained on, and intervals over both.

Out of fold these are all rows but test, each in every pass (`reports.folds`), with the test rows
beside; else the test rows alone, for dev rows chose the epoch or the setting.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.frames import Run
from reports.stats.sampling import bootstrap, out_of_fold
from reports.stats.sampling.intervals import LEVEL, Array, Interval, none
from reports.stats.settings import rows

NAMES = {"dev": "rows left out of training", "test": "test rows"}


@dataclass(frozen=True)
class Unseen:
    """Rows of a split: target (n,), said (passes, n, K) and the network of each (passes, n).

    known (passes, n): where that network did not diverge. Every row is known in a pass or more.
    """

    split: str
    target: NDArray[Any]
    said: Array
    of: NDArray[np.intp]
    known: NDArray[np.bool_]

    @property
    def n(self) -> int:
        """How many rows."""
        return len(self.target)

    @property
    def name(self) -> str:
        """What the rows are called."""
        return NAMES[self.split]

    @cached_property
    def freedom(self) -> float:
        """Degrees of freedom of how the networks differ on the same rows."""
        return out_of_fold.freedom(self.of)

    @cached_property
    def weights(self) -> Array:
        """(passes, n): what each pass counts of a row, 1 in all; 0 where it is not known."""
        found: Array = self.known / self.known.sum(axis=0)
        return found

    def mean(self, values: Array) -> Array:
        """(n,) the mean of (passes, n) over the passes in which a row is known."""
        found: Array = (np.where(self.known, values, 0.0) * self.weights).sum(axis=0)
        return found

    @property
    def guesses(self) -> NDArray[np.intp]:
        """(passes, n) the class that is said."""
        found: NDArray[np.intp] = self.said.argmax(axis=-1)
        return found


def splits(run: Run) -> tuple[str, ...]:
    """The splits whose rows no network was trained on or chosen by; what decides comes first."""
    return ("dev", "test") if run.folds else ("test",)


def unseen(run: Run, split: str) -> Unseen | None:
    """None where nothing was confirmed, the outputs are not known, or all networks diverged."""
    return run.kept(f"unseen/{split}", lambda: _unseen(run, split))


def _unseen(run: Run, split: str) -> Unseen | None:
    if run.winner is None or not run.predictions.has(run.winner, split):
        return None
    said = run.predictions.of(run.winner, split).astype(float)
    target = run.predictions.target(split)
    alive = (run.rows_of(run.winner)["status"] == "ok").to_numpy()
    if out_of_fold.applies(run, split):
        of = out_of_fold.networks(run, run.winner)
    else:
        of = np.repeat(np.arange(len(alive))[:, None], len(target), axis=1)
    known = alive[of]
    if said.shape[:2] != of.shape or not known.any(axis=0).all():
        return None
    known &= ~np.isnan(said).any(axis=-1)
    return Unseen(split, target, said, of, known) if known.any(axis=0).all() else None


def over(run: Run, found: Unseen, estimate: float, influence: Array) -> Interval:
    """The interval of a number that changes by the mean of `influence` (passes, n) over rows."""
    by_row = found.mean(influence)
    every = np.ones(found.n, bool)
    return of_parts(run, found, estimate, by_row, by_network(found, influence - by_row, every))


def of_parts(run: Run, found: Unseen, estimate: float, by_row: Array, off: Array) -> Interval:
    """The same of its parts: what rows (n,) contribute, NaN if nothing, and what networks (P,) do.

    Student's t, with the two variances' own degrees of freedom (Satterthwaite, 1946); out of fold
    as wide as `out_of_fold.WIDENING` says.
    """
    from scipy import special

    group, used = rows.group(run, found.split), np.isfinite(by_row)
    widening = out_of_fold.WIDENING if out_of_fold.applies(run, found.split) else 1.0
    n, free = int(used.sum()), found.freedom
    of_rows = bootstrap.standard_error(by_row[used], None if group is None else group[used]) ** 2
    networks = max(int((off != 0).sum()), 1)
    of_networks = float((off**2).sum()) / (free * networks) if free > 0 else 0.0
    error = of_rows + of_networks
    if not error > 0:
        return none(estimate, n, "the same on every row")
    down = of_rows**2 / max(n - 1, 1) + (of_networks**2 / free if free > 0 else 0.0)
    half = widening * float(special.stdtrit(error**2 / down, 0.5 + LEVEL / 2)) * math.sqrt(error)
    unit = "rows" if group is None else "groups"
    kind = f"t over {unit} and networks"
    return Interval(estimate, estimate - half, estimate + half, n, kind, rows.covers(run, unit))


def by_network(found: Unseen, values: Array, used: NDArray[np.bool_]) -> Array:
    """(P,) means of (passes, n) over the rows that each network is known on and that are used."""
    of, counts = found.of.ravel(), (found.known & used).ravel()
    size = np.bincount(of, counts)
    total = np.bincount(of, np.where(counts, values.ravel(), 0.0))
    each: Array = total / np.maximum(size, 1)
    return each
