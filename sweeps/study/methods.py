"""The samplers and pruners of the study file, each with its options; what they need, and refuse.

How they work stands in `sweeps.search.samplers` and `sweeps.search.pruners`.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sweeps.study.section_base import StudySection, by_name

Startup = Annotated[int, Field(ge=0, le=100_000)]


class Tpe(StudySection):
    """Tree-structured Parzen estimators (Bergstra et al. 2011), multivariate."""

    name: Literal["tpe"] = "tpe"
    startup: Startup = 10  # random trials first


class Random(StudySection):
    """Independent uniform draws."""

    name: Literal["random"] = "random"


class Qmc(StudySection):
    """Scrambled Sobol points: more even than random ones (Bergstra & Bengio 2012, sec. 2.3)."""

    name: Literal["qmc"] = "qmc"


class Grid(StudySection):
    """Every cell once, in a shuffled order; ranges without a step are cut into `points`."""

    name: Literal["grid"] = "grid"
    points: int = Field(5, ge=2, le=1000)


class BruteForce(StudySection):
    """Every setting once; needs choices, whole numbers and steps alone."""

    name: Literal["brute_force"] = "brute_force"


class CmaEs(StudySection):
    """Covariance matrix adaptation (Hansen 2016), for ranges; choices are drawn at random."""

    name: Literal["cmaes"] = "cmaes"
    startup: Startup = 1


class Gp(StudySection):
    """A Gaussian process with expected improvement, by Optuna; slow beyond some hundred trials."""

    name: Literal["gp"] = "gp"
    startup: Startup = 10


class Nsga2(StudySection):
    """An evolution of populations by crossover and mutation (Deb et al. 2002)."""

    name: Literal["nsga2"] = "nsga2"
    population: int = Field(50, ge=2, le=10_000)


class Nsga3(StudySection):
    """NSGA-II with reference points, for many objectives (Deb & Jain 2014)."""

    name: Literal["nsga3"] = "nsga3"
    population: int = Field(50, ge=2, le=10_000)


SAMPLERS: dict[str, type[StudySection]] = {
    "tpe": Tpe,
    "random": Random,
    "qmc": Qmc,
    "grid": Grid,
    "cmaes": CmaEs,
    "gp": Gp,
    "nsga2": Nsga2,
    "nsga3": Nsga3,
    "brute_force": BruteForce,
}
MOST_CELLS = 1_000_000  # of a grid: all that keep the constraints are held in memory
# What an option needs beyond what is always installed: (module, package).
NEEDS = {"cmaes": ("cmaes", "cmaes"), "gp": ("torch", "torch")}

Sampler = Annotated[
    Tpe | Random | Qmc | Grid | CmaEs | Gp | Nsga2 | Nsga3 | BruteForce,
    Field(discriminator="name"),
    BeforeValidator(lambda value: by_name(value, SAMPLERS, "sampler")),
]


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
            raise PydanticCustomError("own", "expected upper, lower or both, got neither")
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
    BeforeValidator(lambda value: by_name(value, INNER, "pruner")),
]


class Patient(StudySection):
    """Only stop a trial that has not improved for `patience` epochs; `around` decides then."""

    name: Literal["patient"] = "patient"
    patience: int = Field(10, ge=0)
    min_delta: float = Field(0.0, ge=0, allow_inf_nan=False)
    around: Inner = Unpruned()


INNER: dict[str, type[StudySection]] = {
    "none": Unpruned,
    "median": Median,
    "percentile": Percentile,
    "successive_halving": SuccessiveHalving,
    "hyperband": Hyperband,
    "threshold": Threshold,
    "signed_rank": SignedRank,
}
PRUNERS: dict[str, type[StudySection]] = {**INNER, "patient": Patient}

Pruner = Annotated[
    Plain | Patient,
    Field(discriminator="name"),
    BeforeValidator(lambda value: by_name(value, PRUNERS, "pruner")),
]


def points(sampler: StudySection) -> int | None:
    """Into how many values a sampler cuts a range without a step; None where it cuts none."""
    return sampler.points if isinstance(sampler, Grid) else None


def description(method: StudySection) -> str:
    """A sampler or pruner with its options, for people: "median (startup 5, warmup 10)"."""
    options = method.model_dump(exclude_none=True)
    name = str(options.pop("name"))
    said = [f"{key} {_option(value)}" for key, value in options.items()]
    return f"{name} ({', '.join(said)})" if said else name


def _option(value: object) -> str:
    return str(value["name"]) if isinstance(value, dict) else f"{value:g}"


def summary(sampler: Any, pruner: Any) -> str:
    """`tpe, median pruning`."""
    return f"{sampler.name}, {'no' if pruner.name == 'none' else pruner.name} pruning"
