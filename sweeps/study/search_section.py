"""`search:` of the study file: by which sampler and pruner, how long, from which seed."""

import math
from typing import Annotated, Literal

from pydantic import Field

from sweeps.study.pruner_options import Median, Pruner
from sweeps.study.sampler_options import Sampler, Tpe, startup
from sweeps.study.section_base import StudySection

# The window begins with a quarter, which keeps the workers busy: it should be four times the number
# of jobs. But one trial trains while the next is asked.
FIRST_SHARE, LEAST = 4, 2


class Search(StudySection):
    """How the space is searched.

    growth: what the window gains with each trial; at 1 it is `window` from the first trial on.
    start: what is tried before the sampler has results to learn from.
    patience: after how many epochs without a better one a trial ends, where the best epoch counts.
    racing: whether a trial begins with a few of its replicates, and has the rest trained if it may
    yet be the best; auto: where replicates are resampled and networks large.
    """

    sampler: Sampler = Tpe()
    pruner: Pruner = Median()
    trials: int = Field(100, ge=1, le=100_000)
    window: int = Field(16, ge=1, le=10_000)
    growth: float = Field(0.25, ge=0, le=1)
    start: Literal["portfolio", "sobol", "random"] = "portfolio"
    racing: Literal["auto", True, False] = "auto"
    patience: Annotated[int, Field(ge=1)] | Literal["auto", "none"] = "auto"
    seed: int = Field(0, ge=0)
    per: str | None = None
    from_: str | None = Field(None, alias="from")

    def window_at(self, number: int) -> int:
        """How many trials may be in flight when trial `number` is asked; of its number alone.

        While the sampler could learn nothing yet (its first trials), the whole window. Then few, so
        that early results count at once; and more and more, up to the whole window.
        """
        first = startup(self.sampler)
        if number < first or self.growth == 1:
            return self.window
        narrow = max(LEAST, self.window // FIRST_SHARE)
        return min(narrow + math.floor(self.growth * (number - first)), self.window)

    def told_before(self, number: int) -> int:
        """How many trials the sampler knows of when trial `number` is asked."""
        return max(0, number - self.window_at(number) + 1)


def summary(sampler: Sampler, pruner: Pruner) -> str:
    """`tpe, median pruning`."""
    return f"{sampler.name}, {'no' if pruner.name == 'none' else pruner.name} pruning"
