"""`confirm:` of the study file: which settings are trained again, how often, and against what."""

from typing import Any, Literal, get_args

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from sweeps.base.errors import Expected, did_you_mean
from sweeps.study.section_base import StudySection, time_as_text

Baseline = Literal["constant", "linear", "boosting"]
BASELINES: tuple[Baseline, ...] = get_args(Baseline)


class Confirm(StudySection):
    """The second phase: the best `top` and the defaults, on fresh seeds and the test split."""

    top: int = Field(3, ge=1, le=100)
    replicates: int = Field(20, ge=2, le=1000)
    baselines: tuple[Baseline, ...] = BASELINES
    baseline_time: str = "5m"  # after which one is not waited for
    margin: float | None = Field(None, gt=0)  # of the objective; less apart is the same

    @field_validator("baselines", mode="before")
    @classmethod
    def _chosen(cls, value: Any) -> Any:
        """Some of them in their own order; `none`, an empty list or nothing for none."""
        if value in ("none", None):
            return ()
        if not isinstance(value, list | tuple):
            message = Expected("a list of baselines", value, f"known: {', '.join(BASELINES)}")
            raise PydanticCustomError("own", "{message}", {"message": message.message})
        for name in value:
            if name not in BASELINES:
                hint = did_you_mean(str(name), BASELINES)
                message = Expected("a known baseline", name, hint)
                raise PydanticCustomError("own", "{message}", {"message": message.message})
        return tuple(name for name in BASELINES if name in value)

    @field_validator("baseline_time", mode="before")
    @classmethod
    def _time(cls, value: Any) -> str:
        return time_as_text(value)
