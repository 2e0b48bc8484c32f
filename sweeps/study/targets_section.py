"""`targets:` of the study file."""

from pydantic import Field

from sweeps.study.section_base import StudySection


class Targets(StudySection):
    """What counts as having converged."""

    dev_error: float | None = Field(None, gt=0, allow_inf_nan=False)
    dev_loss: float | None = Field(None, gt=0, allow_inf_nan=False)
