"""`search.pruner` of the study file: the pruners with their options, and what these refuse.

How they work stands in `sweeps.search.pruners`.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from sweeps.base.errors import Expected, Unquoted
from sweeps.study.section_base import Startup, StudySection, by_name, refused


class Unpruned(StudySection):
    """Every trial runs to the end."""

    name: Literal["none"] = "none"


class Median(StudySection):
    """Stop a trial whose best is worse than the median at the same epoch (Optuna's rule)."""

    name: Literal["median"] = "median"
    startup: Startup = 5
    warmup: int = Field(10, ge=0)


class Percentile(StudySection):
    """As the median, but a trial has to be among the best `percentile` percent."""

    name: Literal["percentile"] = "percentile"
    percentile: float = Field(25.0, gt=0, lt=100)
    startup: Startup = 5
    warmup: int = Field(10, ge=0)


class SuccessiveHalving(StudySection):
    """At epochs first, first·factor, …: go on only among the best 1/factor (Li et al. 2020)."""

    name: Literal["successive_halving"] = "successive_halving"
    first: int = Field(5, ge=1)
    factor: int = Field(4, ge=2, le=100)


class Hyperband(StudySection):
    """Successive halving in brackets that begin later and later (Li et al. 2018)."""

    name: Literal["hyperband"] = "hyperband"
    first: int = Field(5, ge=1)
    factor: int = Field(3, ge=2, le=100)


class Threshold(StudySection):
    """Stop a trial whose objective is beyond a bound."""

    name: Literal["threshold"] = "threshold"
    upper: float | None = Field(None, allow_inf_nan=False)
    lower: float | None = Field(None, allow_inf_nan=False)
    warmup: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _bounded(self) -> "Threshold":
        if self.upper is None and self.lower is None:
            raise refused(Expected("upper, lower or both", Unquoted("neither")))
        return self


class SignedRank(StudySection):
    """Stop a configuration whose replicates already lose to the best's at the same epoch.

    Wilcoxon's signed-rank test, one-sided, over replicates, which share their seeds; at two epochs
    running. With n replicates no p-value is below 2^−n.
    """

    name: Literal["signed_rank"] = "signed_rank"
    alpha: float = Field(0.05, gt=0, lt=0.5)
    startup: Startup = 5
    warmup: int = Field(10, ge=0)


# All but the one that asks another.
Plain = Unpruned | Median | Percentile | SuccessiveHalving | Hyperband | Threshold | SignedRank
Inner = Annotated[
    Plain,
    Field(discriminator="name"),
    BeforeValidator(lambda value: by_name(value, INNER_OPTIONS, "pruner")),
]


class Patient(StudySection):
    """Only stop a trial that has not improved for `patience` epochs; `around` decides then."""

    name: Literal["patient"] = "patient"
    patience: int = Field(10, ge=0)
    min_delta: float = Field(0.0, ge=0, allow_inf_nan=False)
    around: Inner = Unpruned()


INNER_OPTIONS: dict[str, type[StudySection]] = {
    "none": Unpruned,
    "median": Median,
    "percentile": Percentile,
    "successive_halving": SuccessiveHalving,
    "hyperband": Hyperband,
    "threshold": Threshold,
    "signed_rank": SignedRank,
}
PRUNER_OPTIONS: dict[str, type[StudySection]] = {**INNER_OPTIONS, "patient": Patient}

Pruner = Annotated[
    Plain | Patient,
    Field(discriminator="name"),
    BeforeValidator(lambda value: by_name(value, PRUNER_OPTIONS, "pruner")),
]
