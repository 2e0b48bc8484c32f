"""`search:` of the study file: by which sampler and pruner, how long, from which seed."""

from pydantic import Field

from sweeps.study.pruner_options import Median, Pruner
from sweeps.study.sampler_options import Sampler, Tpe
from sweeps.study.section_base import StudySection


class Search(StudySection):
    """How the space is searched."""

    sampler: Sampler = Tpe()
    pruner: Pruner = Median()
    trials: int = Field(100, ge=1, le=100_000)
    window: int = Field(16, ge=1, le=10_000)
    seed: int = Field(0, ge=0)
    per: str | None = None
    from_: str | None = Field(None, alias="from")


def summary(sampler: Sampler, pruner: Pruner) -> str:
    """`tpe, median pruning`."""
    return f"{sampler.name}, {'no' if pruner.name == 'none' else pruner.name} pruning"
