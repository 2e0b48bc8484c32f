"""`search.sampler` of the study file: the samplers with their options, and what they need.

How they work stands in `sweeps.search.samplers` and `sweeps.search.designs`.
"""

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sweeps.study.section_base import Startup, StudySection, by_name


class Tpe(StudySection):
    """Tree-structured Parzen estimators (Bergstra et al. 2011), multivariate."""

    name: Literal["tpe"] = "tpe"
    startup: Startup = 10  # results before it learns


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


SAMPLER_OPTIONS: dict[str, type[StudySection]] = {
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
    BeforeValidator(lambda value: by_name(value, SAMPLER_OPTIONS, "sampler")),
]


def points(sampler: StudySection) -> int | None:
    """Into how many values a sampler cuts a range without a step; None where it cuts none."""
    return sampler.points if isinstance(sampler, Grid) else None


def startup(sampler: StudySection) -> float:
    """How many results a sampler needs before it learns from them; inf for one that never does."""
    if isinstance(sampler, Nsga2 | Nsga3):
        return sampler.population
    return getattr(sampler, "startup", math.inf)
