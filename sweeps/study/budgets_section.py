"""`budgets:` of the study file: what ends the search besides its trials."""

from typing import Any

from pydantic import Field, field_validator

from sweeps.study.section_base import StudySection, time_as_text


class Budgets(StudySection):
    """What ends the search besides its trials; the first to be met does."""

    time: str | None = None  # of the search, from when it began to run
    epochs: int | None = Field(None, ge=1)  # of all trials' networks together
    flops: float | None = Field(None, gt=0, allow_inf_nan=False)
    no_improvement: int | None = Field(None, ge=1)  # trials since the best
    trial_time: str | None = None  # after which a trial is stopped, and counts as failed

    @field_validator("time", "trial_time", mode="before")
    @classmethod
    def _times(cls, value: Any) -> Any:
        return None if value is None else time_as_text(value)
