"""How the confirmation of a run was resampled: folds, repeats, seeds."""

from dataclasses import dataclass
from typing import Any

from reports.frames import Run, RunFolderError

COUNTS = ("folds", "repeats", "seeds")


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
    """That of a run, None where it was not resampled. Raises RunFolderError for odd counts."""
    said = run.provenance["confirm"]
    if not isinstance(said, dict) or said.get("resample") is None:
        return None
    found: list[Any] = [said.get(name) for name in COUNTS]
    if not all(type(one) is int and one > 0 for one in found):
        words = ", ".join(f"{name} {one!r}" for name, one in zip(COUNTS, found, strict=True))
        path = run.folder / "provenance.json"
        raise RunFolderError(f"{path}: confirm: expected whole numbers above 0, got {words}")
    return Design(*found)
