"""What the winner's networks take each class for, on rows that they were not trained on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.frames import Run
from reports.stats.learned import unseen
from reports.stats.sampling.intervals import Array

MOST = 30  # classes in a matrix


@dataclass(frozen=True)
class Confusion:
    """rows (K, K): of the rows of a class (first) how many are taken for each; means of networks.

    A network more or less makes no row more: a row of the matrix adds up to the class's rows.
    """

    split: str
    name: str
    names: tuple[str, ...]
    rows: Array

    @property
    def shares(self) -> Array:
        """(K, K): of each class's rows; 0 where it has none."""
        found: Array = self.rows / np.maximum(self.rows.sum(axis=1, keepdims=True), 1e-12)
        return found

    @property
    def frame(self) -> pd.DataFrame:
        """A line for each pair of classes that occurs."""
        right, said = np.nonzero(self.rows)
        return pd.DataFrame(
            {
                "rows of": self.name,
                "right": [self.names[place] for place in right],
                "said": [self.names[place] for place in said],
                "count": self.rows[right, said],
                "share": self.shares[right, said],
            }
        )

    @property
    def worst(self) -> tuple[str, str, float, float] | None:
        """The pair most often mixed up: right, said, rows, and their share of the class."""
        wrong = self.rows * (1 - np.eye(len(self.names)))
        right, said = np.unravel_index(wrong.argmax(), wrong.shape)
        if wrong[right, said] == 0:
            return None
        rows, share = float(wrong[right, said]), float(self.shares[right, said])
        return self.names[int(right)], self.names[int(said)], rows, share


def confusion(run: Run) -> tuple[Confusion, ...]:
    """One for each split; none in regression, with too many classes, or without outputs."""
    names = tuple(str(name) for name in run.provenance["classes"] or ())
    if not 2 <= len(names) <= MOST:
        return ()
    every = [unseen.unseen(run, split) for split in unseen.splits(run)]
    found = []
    for one in every:
        if one is None or one.said.shape[-1] != len(names):
            continue
        target = np.broadcast_to(one.target.astype(int), one.of.shape)
        pair = target * len(names) + one.guesses
        counts = np.bincount(pair.ravel(), one.weights.ravel(), len(names) ** 2)
        matrix = counts.astype(float).reshape(len(names), -1)
        found.append(Confusion(one.split, one.name, names, matrix))
    return tuple(found)
