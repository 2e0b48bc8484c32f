"""How a confirmation out of fold shares out rows and networks. It reads no file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KEYS = ("folds", "repeats", "seeds")


@dataclass(frozen=True)
class Folds:
    """Every row but the test rows is left out by one fold of each repeat.

    By time a fold is the block of rows after an origin, and those before the first are never left
    out. Each fold has so many seeds; a network's number is (repeat * folds + fold) * seeds + seed,
    and that of a baseline, which has no seeds, repeat * folds + fold. A pass is what the networks
    of one repeat and one seed say of all the rows.
    """

    folds: int
    repeats: int
    seeds: int
    by_time: bool = False

    @property
    def sets(self) -> int:
        """The training sets, one for each fold of each repeat."""
        return self.folds * self.repeats

    def widening(self, sets: int) -> float:
        """How much larger a variance were between training sets that share no row.

        Of a smooth function of the rows, by the delete-d jackknife (Shao and Wu, 1989): two sets of
        one repeat differ by 1 / (k - 1) of what two without a row in common do, two of several
        repeats by 1 / k. This is over all pairs of so many sets.
        """
        return self.folds * (sets - 1) / sets

    @property
    def in_words(self) -> str:
        """`5 folds × 2 repeats × 2 seeds`, without what there is one of."""
        many = (
            (self.folds, "rolling origin" if self.by_time else "fold"),
            (self.repeats, "repeat"),
            (self.seeds, "seed"),
        )
        return " \N{MULTIPLICATION SIGN} ".join(f"{n} {word}s" for n, word in many if n > 1)


def of(provenance: Mapping[str, Any]) -> Folds | None:
    """None where the confirmation is on one split, as in every run of an earlier version."""
    found = provenance["confirm"] or {}
    if found.get("resample") in (None, "none"):
        return None
    folds, repeats, seeds = (int(found[key]) for key in KEYS)
    return Folds(folds, repeats, seeds, by_time=found["resample"] == "rolling")
