"""How the confirmation of a run was resampled: folds, repeats, seeds."""

from dataclasses import dataclass

from reports.frames import Run


@dataclass(frozen=True)
class Design:
    """A training set for each fold of each repeat, which it leaves out, and `seeds` networks on it.

    Replicates come seed after seed, then fold after fold, then repeat after repeat.
    """

    folds: int
    repeats: int
    seeds: int

    @property
    def sets(self) -> int:
        """The training sets."""
        return self.folds * self.repeats

    def widening(self, sets: int) -> float:
        """How much larger a variance were between training sets that share no row.

        Of a smooth function of the rows, by the delete-d jackknife (Shao and Wu, 1989): two sets of
        one repeat differ by 1 / (k - 1) of what two without a row in common do, two of several
        repeats by 1 / k. This is over all pairs of so many sets.
        """
        return self.folds * (sets - 1) / sets


def design(run: Run) -> Design | None:
    """That of a run, None where it was not resampled."""
    found = run.folds
    return None if found is None else Design(found.folds, found.repeats, found.seeds)
