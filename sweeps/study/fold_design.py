"""How a confirmation out of fold is made of folds, repeats and seeds; what divides a count."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

MOST_FOLDS = 5  # unless the study says another number
SEEDS = 2  # networks of a fold, where the count lets each fold have as many


@dataclass(frozen=True)
class FoldDesign:
    """Networks of a setting, as many as the product: of each repeat's folds, some seeds each."""

    folds: int
    repeats: int
    seeds: int

    @property
    def replicates(self) -> int:
        """How many networks there are."""
        return self.folds * self.repeats * self.seeds

    @property
    def trained(self) -> int:
        """How many sets of training rows there are: one for each fold of each repeat."""
        return self.folds * self.repeats

    def up_to(self, repeats: int) -> "FoldDesign":
        """With so many repeats of the same folds and seeds."""
        return replace(self, repeats=repeats)

    def place(self, replicate: int) -> tuple[int, int, int]:
        """Repeat, fold and seed of a network."""
        of_fold, seed = divmod(replicate, self.seeds)
        return (*divmod(of_fold, self.folds), seed)

    @property
    def in_words(self) -> str:
        """`5 folds × 2 repeats × 2 seeds`, without what there is one of."""
        further = {"repeats": self.repeats, "seeds": self.seeds}
        return " × ".join(
            [f"{self.folds} folds", *(f"{n} {name}" for name, n in further.items() if n > 1)]
        )


def designs(replicates: int, folds: int | None, seeds: int | None) -> Iterator[FoldDesign]:
    """What is said of folds and seeds, the rest by rule; best first, none where no folds divide.

    The rule: `fold_counts`, and two seeds where that divides the rest.
    """
    for chosen in [folds] if folds else fold_counts(replicates // (seeds or 1)):
        networks = replicates // chosen
        own = seeds or (SEEDS if networks % SEEDS == 0 else 1)
        yield FoldDesign(chosen, networks // own, own)


def fold_counts(count: int) -> list[int]:
    """The numbers of folds that divide a count, best first: from 5 to 2; else the first above."""
    found = [n for n in range(MOST_FOLDS, 1, -1) if count % n == 0]
    above = [n for n in range(MOST_FOLDS + 1, count + 1) if count % n == 0]
    return found or above[:1]
