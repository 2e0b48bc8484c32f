"""`confirm:` of the study file: which settings are trained again, how often, and against what."""

import math
from typing import Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from sweeps.base.errors import Expected, did_you_mean
from sweeps.study import fold_design
from sweeps.study.fold_design import FoldDesign
from sweeps.study.section_base import StudySection, refused, time_as_text

Baseline = Literal["constant", "linear", "boosting"]
MOST = 100  # networks of a setting, where it goes on until it is decided
BASELINES: tuple[Baseline, ...] = get_args(Baseline)
FEWEST_SIZES = 4  # of a learning curve: one more than its formula has numbers


class Confirm(StudySection):
    """The second phase: the best `top` and the defaults, on fresh seeds and the test split.

    folds, seeds: where replicates are resampled, how many of each there are; else neither is said.
    learning_curve: there, on how many numbers of training rows the winner is trained; 0 for none.
    nested: in how many outer folds search and confirmation are made once more; None for none.
    until: there, too, networks are added, a repeat of the folds at a time, while a question is open
    that more of them may settle; most: how many a setting has at most.
    """

    top: int = Field(3, ge=1, le=100)
    replicates: int = Field(20, ge=2, le=1000)
    folds: int | None = Field(None, ge=2, le=1000)
    seeds: int | None = Field(None, ge=1, le=1000)
    learning_curve: int = Field(6, ge=0, le=20)
    nested: int | None = Field(None, ge=3, le=100)
    until: Literal["decided"] | None = None
    most: int | None = Field(None, ge=2, le=1000)
    baselines: tuple[Baseline, ...] = BASELINES
    baseline_time: str = "5m"  # after which one is not waited for
    margin: float | None = Field(None, gt=0)  # of the objective; less apart is the same

    @model_validator(mode="after")
    def _whole_repeats(self) -> "Confirm":
        said = {"folds": self.folds, "seeds": self.seeds}
        known = {name: number for name, number in said.items() if number is not None}
        each = math.prod(known.values())
        if self.replicates % each:
            names = " × ".join(f"{name} ({number})" for name, number in known.items())
            below = self.replicates - self.replicates % each
            near = " or ".join(f"{n}" for n in (below, below + each) if n > 1)
            expected = f"replicates that are a multiple of {names}"
            problem = Expected(expected, self.replicates, f"try {near}")
            raise refused(problem)
        if not self.fold_designs:
            problem = Expected("fewer seeds than replicates", self.seeds, "two folds or more")
            raise refused(problem)
        return self

    @model_validator(mode="after")
    def _room_for_more(self) -> "Confirm":
        if self.most is not None and self.until is None:
            problem = Expected("no most without until: decided", self.most)
            raise refused(problem)
        each = self.fold_designs[0]
        least = self.replicates + each.folds * each.seeds
        if self.until is not None and self.at_most < least:
            more = f"replicates ({self.replicates}) and one repeat more of {each.folds} folds"
            expected = f"most of {least} or more, for {more} × {each.seeds} seeds"
            problem = Expected(expected, self.at_most)
            raise refused(problem)
        return self

    @property
    def at_most(self) -> int:
        """How many networks a setting may come to have."""
        if self.until is None:
            return self.replicates
        return MOST if self.most is None else self.most

    def planned(self, design: FoldDesign) -> list[int]:
        """After how many repeats it is looked whether all is decided; one number, if only once.

        design: of any number of repeats.
        """
        each = design.folds * design.seeds
        first = self.replicates // each
        return list(range(first, max(self.at_most // each, first) + 1))

    @property
    def fold_designs(self) -> list[FoldDesign]:
        """Folds, repeats and seeds where replicates are resampled: as said, else by rule.

        The first for which there are rows enough counts.
        """
        return list(fold_design.designs(self.replicates, self.folds, self.seeds))

    @property
    def origin_designs(self) -> list[FoldDesign]:
        """As `fold_designs`, of rolling origins: one repeat, for each would be the same."""
        found = []
        for one in self.fold_designs:
            folds = self.folds or (self.replicates // self.seeds if self.seeds else one.folds)
            found.append(FoldDesign(folds, 1, self.replicates // folds))
        return list(dict.fromkeys(found))

    @field_validator("learning_curve")
    @classmethod
    def _enough_to_fit(cls, value: int) -> int:
        if 0 < value < FEWEST_SIZES:
            problem = Expected(f"0 for no learning curve, or {FEWEST_SIZES} sizes and more", value)
            raise refused(problem)
        return value

    @field_validator("baselines", mode="before")
    @classmethod
    def _chosen(cls, value: Any) -> Any:
        """Some of them in their own order; `none`, an empty list or nothing for none."""
        if value in ("none", None):
            return ()
        if not isinstance(value, list | tuple):
            raise refused(Expected("a list of baselines", value, f"known: {', '.join(BASELINES)}"))
        for name in value:
            if name not in BASELINES:
                hint = did_you_mean(str(name), BASELINES)
                raise refused(Expected("a known baseline", name, hint))
        return tuple(name for name in BASELINES if name in value)

    @field_validator("baseline_time", mode="before")
    @classmethod
    def _time(cls, value: Any) -> str:
        return time_as_text(value)
