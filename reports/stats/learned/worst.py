"""The rows that the winner's networks are most wrong about, of those they were not trained on."""

from dataclasses import dataclass

import numpy as np

from reports.frames import Run
from reports.stats.learned import unseen
from reports.stats.learned.unseen import Unseen
from reports.stats.sampling import numbers
from reports.stats.sampling.losses import FLOOR

SHOWN = 15


@dataclass(frozen=True)
class WorstRow:
    """place: among the rows of predictions.npz. row, line: in the table and its file, if known.

    right, said: the class, or the number in SDs, of each target. share: of the networks that say
    it, 1 of numbers. chance: the mean probability of the right class; NaN of numbers. loss: its
    logarithm, negative, or the mean square.
    """

    place: int
    row: int | None
    line: int | None
    right: tuple[float, ...]
    said: tuple[float, ...]
    share: float
    chance: float
    loss: float


@dataclass(frozen=True)
class Worst:
    """The rows with the largest loss, of classes those that a network or more has wrong.

    lost: the classes of which no network gets a row right. always: on how many rows of the others
    every network is wrong.
    """

    name: str
    n: int
    rows: tuple[WorstRow, ...]
    always: int
    lost: tuple[int, ...] = ()


def worst(run: Run) -> Worst | None:
    """Of the rows that decide; None where outputs are not known."""
    found = unseen.unseen(run, run.judged)
    if found is None:
        return None
    if run.regression:
        losses, wrong = found.mean(numbers.squares(found.said, found.target)), np.ones(found.n)
        always, lost = 0, np.zeros(0, int)
    else:
        right = found.target.astype(int)[None, :, None]
        picked = np.take_along_axis(found.said, right, axis=-1)[..., 0]
        chance = found.mean(np.exp(np.nan_to_num(picked, nan=0.0)))
        losses = -np.log(np.maximum(chance, np.exp(FLOOR)))
        wrong = found.mean(found.guesses != found.target)
        never = found.mean(found.guesses == found.target) == 0
        lost = np.setdiff1d(found.target[never], found.target[~never]).astype(int)
        always = int((never & ~np.isin(found.target, lost)).sum())
    order = [place for place in np.argsort(-losses, kind="stable") if wrong[place] > 0][:SHOWN]
    rows = tuple(_row(run, found, int(place), float(losses[place])) for place in order)
    return Worst(found.name, found.n, rows, always, tuple(map(int, lost)))


def _row(run: Run, found: Unseen, place: int, loss: float) -> WorstRow:
    weights = found.weights[:, place]
    row, line = (_numbered(run, found, what, place) for what in ("row", "line"))
    if run.regression:
        said = (weights[:, None] * np.nan_to_num(found.said[:, place])).sum(axis=0)
        known = tuple(np.ravel(found.target[place]).astype(float).tolist())
        return WorstRow(place, row, line, known, tuple(said.tolist()), 1.0, np.nan, loss)
    right = float(found.target[place])
    votes = np.bincount(found.guesses[:, place], weights, found.said.shape[-1])
    each = np.exp(np.nan_to_num(found.said[:, place, int(right)], nan=0.0))
    most = int(votes.argmax())
    chance = float((weights * each).sum())
    return WorstRow(place, row, line, (right,), (most,), float(votes[most]), chance, loss)


def _numbered(run: Run, found: Unseen, what: str, place: int) -> int | None:
    numbers = run.predictions.numbered(found.split, what)
    if numbers is None and what == "row" and run.learned is not None:
        numbers = run.learned.row(found.split)
    return int(numbers[place]) if numbers is not None and len(numbers) == found.n else None
