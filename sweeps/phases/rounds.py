"""The confirmation in rounds: repeats of the folds are added while they may yet decide something.

When it is looked is known in advance, and what is looked at are numbers alone; so a run that was
killed, or has other jobs, comes to the same rounds.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sweeps.phases.confirmed import Confirmed
from sweeps.study.spec import Study


class Look(Protocol):
    """What was seen when it was looked."""

    @property
    def is_open(self) -> bool:
        """Whether there is a question that more networks may settle."""


L = TypeVar("L", bound=Look)


@dataclass(frozen=True)
class Decided(Generic[L]):
    """What is confirmed after so many repeats of the folds, and what was seen at each look."""

    confirmed: Confirmed
    repeats: int
    looks: tuple[L, ...]


def until_decided(
    planned: Sequence[int],
    study: Study,
    train: Callable[[int, int, Collection[str]], Confirmed],
    look: Callable[[Confirmed, Sequence[int], Sequence[L]], L],
) -> Decided[L]:
    """Add repeats up to each of the planned numbers until a look finds nothing open.

    train(after, repeats, lost): what the repeats from `after` on come to, but for what has failed
    already. look(confirmed, repeats, earlier): at all of them, with the repeats at this look and
    those before, and what these saw.
    """
    confirmed, before = Confirmed(), 0
    looks: list[L] = []
    for number, repeats in enumerate(planned, 1):
        confirmed = confirmed.joined(train(before, repeats, confirmed.lost), study)
        looks.append(look(confirmed, planned[:number], looks))
        before = repeats
        if not looks[-1].is_open:
            break
    return Decided(confirmed, before, tuple(looks))
