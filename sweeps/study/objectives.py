"""`objective:` of the study file: what the search is after, over replicates."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from sweeps.base.errors import Expected, Unquoted, did_you_mean
from sweeps.study.metric_constraints import MetricConstraint
from sweeps.study.metrics import METRICS, Cost, Score
from sweeps.study.section_base import StudySection, refused

Goal = Literal["minimize", "maximize"]
At = Literal["last", "best", "shared"]


def is_at(word: Any) -> bool:
    """Whether it is a word for the epoch that counts."""
    return word in get_args(At)


class Reduction(StudySection):
    """One number of the replicates': a quantile, or the mean with so many SDs to the bad side."""

    quantile: float | None = Field(None, ge=0, le=1)
    sd: float | None = Field(None, ge=0, le=100)

    @model_validator(mode="after")
    def _one(self) -> "Reduction":
        if (self.quantile is None) == (self.sd is None):
            raise refused(Expected("one of quantile and sd", Unquoted("both or none")))
        return self


# Which of the two is meant is seen from its form, so that a fault is told once. No tag is a key.
FORMS = ("a name", "a mapping")
Reduce = Annotated[
    Annotated[Literal["mean", "median", "worst"], Tag(FORMS[0])]
    | Annotated[Reduction, Tag(FORMS[1])],
    Discriminator(lambda given: FORMS[isinstance(given, dict | Reduction)]),
]


class Objective(StudySection):
    """What the search optimizes.

    at: which epoch counts: the `last`, the `best` of each network by itself, or one that all
    networks of a trial share, at which their objective together is best (`shared`).
    """

    metric: str = "dev_loss"
    direction: Goal | None = None  # the metric's own
    at: At = "shared"
    reduce: Reduce = "mean"

    @model_validator(mode="before")
    @classmethod
    def _last_if_known_at_the_end(cls, given: Any) -> Any:
        """Where nothing is said, a metric that has no curve counts at the end."""
        if isinstance(given, dict) and "at" not in given:
            metric = given.get("metric")
            if isinstance(metric, str) and isinstance(METRICS.get(metric), Cost):
                return {**given, "at": "last"}
        return given

    @field_validator("metric")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in METRICS:
            raise refused(Expected("a known metric", value, did_you_mean(value, METRICS)))
        return value

    @model_validator(mode="after")
    def _consistent(self) -> "Objective":
        natural = METRICS[self.metric].direction
        if self.direction not in (None, natural):
            raise refused(Expected(f"{natural} for {self.metric}", Unquoted(self.direction)))
        if self.at != "last" and not self.is_tracked:
            hint = "it has no value before the end"
            raise refused(Expected(f"at: last for {self.metric}", Unquoted(self.at), hint))
        return self

    @property
    def sign(self) -> int:
        """1 where less is better, else −1."""
        return 1 if METRICS[self.metric].direction == "minimize" else -1

    @property
    def goal(self) -> Goal:
        """minimize or maximize."""
        return METRICS[self.metric].direction

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes two objectives the same one."""
        return self.metric, self.at, self.reduce

    @property
    def is_tracked(self) -> bool:
        """Whether it has a value after every epoch."""
        return isinstance(METRICS[self.metric], Score)

    @property
    def label(self) -> str:
        """The metric with its reduction, where that is not the mean: "dev_error (worst)"."""
        how: str
        if isinstance(self.reduce, str):
            how = self.reduce
        elif self.reduce.quantile is not None:
            how = f"quantile {self.reduce.quantile:g}"
        else:
            how = (
                f"mean + {self.reduce.sd:g} SD"
                if self.sign > 0
                else f"mean − {self.reduce.sd:g} SD"
            )
        return self.metric if how == "mean" else f"{self.metric} ({how})"

    def reduced(self, values: NDArray[Any]) -> float:
        """One number of (P,) values."""
        if self.reduce == "mean":
            return float(values.mean())
        if self.reduce == "median":
            return float(np.median(values))
        if self.reduce == "worst":
            return float(self.sign * np.max(self.sign * values))
        if self.reduce.quantile is not None:
            # The bad side is at 1, whatever the direction.
            return float(self.sign * np.quantile(self.sign * values, self.reduce.quantile))
        spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
        return float(values.mean()) + self.sign * (self.reduce.sd or 0.0) * spread


def agreed(objectives: Sequence[Objective]) -> tuple[Objective, ...]:
    """The same, those that say no `at` with that of the others, or of the first.

    The first decides which epoch counts, so all that have a curve go by it.
    """
    said = [one.at for one in objectives if one.is_tracked and "at" in one.model_fields_set]
    common = said[0] if said else objectives[0].at
    return tuple(
        one if "at" in one.model_fields_set else one.model_copy(update={"at": common})
        for one in objectives
    )


def metrics_of(
    objectives: Iterable[Objective], constraints: Iterable[MetricConstraint]
) -> tuple[str, ...]:
    """All that a trial is judged by, each once; the first objective's comes first."""
    named = (*(one.metric for one in objectives), *(one.metric for one in constraints))
    return tuple(dict.fromkeys(named))
