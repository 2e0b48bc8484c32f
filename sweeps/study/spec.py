"""The study: a frozen model of the whole file, its sections checked in one go.

Shapes of sections and their faults are pydantic's work; `fixed` and `space` have a grammar of
their own (`sweeps.study.file`).
"""

import re
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, SkipValidation, WithJsonSchema, field_validator

from sweeps.base import durations, s3_address
from sweeps.base.errors import Expected, Unquoted
from sweeps.study import engine_section, replicates_section, trainers
from sweeps.study.budgets_section import Budgets
from sweeps.study.confirm_section import Confirm
from sweeps.study.data_section import DataSpec
from sweeps.study.engine_section import EngineSpec
from sweeps.study.final_section import Final
from sweeps.study.metric_constraints import MetricConstraint
from sweeps.study.metrics import METRICS
from sweeps.study.objectives import Objective, agreed, metrics_of
from sweeps.study.pruner_options import Pruner, Unpruned
from sweeps.study.replicates_section import ReplicatesSpec
from sweeps.study.search_section import Search
from sweeps.study.section_base import StudySection, refused
from sweeps.study.space import Params, Space
from sweeps.study.targets_section import Targets
from sweeps.study.trainers import Trainer

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Study(StudySection):
    """A whole study, resolved. `space` holds what is searched and the values of all else."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True
    )

    name: str
    description: str = ""
    data: DataSpec
    space: Annotated[Space, SkipValidation, WithJsonSchema({"type": "object"})]
    objectives: tuple[Objective, ...] = Field((Objective(),), alias="objective")
    metric_constraints: tuple[MetricConstraint, ...] = Field((), alias="constraints")
    enqueue: tuple[SkipValidation[Params], ...] = ()
    budgets: Budgets = Budgets()
    replicates: ReplicatesSpec = ReplicatesSpec()
    search: Search = Search()
    confirm: Confirm = Confirm()
    final: Final = Final()
    targets: Targets = Targets()
    reference: float | None = Field(None, ge=0, allow_inf_nan=False)
    dtype: Literal["float32", "float64"] = "float32"
    storage: str | None = None
    engine: EngineSpec = EngineSpec(name="loky")
    retries: int = Field(2, ge=0, le=10)
    artifacts: str | None = None
    trainer: Trainer | None = None

    @field_validator("engine", mode="before")
    @classmethod
    def _engine_by_name(cls, value: Any) -> Any:
        """`dask`, or `{name: dask, address: tcp://…}`."""
        return engine_section.as_section(value)

    @field_validator("trainer", mode="before")
    @classmethod
    def _trainer_by_name(cls, value: Any) -> Any:
        """`module:function`, or `{call: module:function, parameters: …}`."""
        return trainers.as_section(value)

    @field_validator("name")
    @classmethod
    def _a_name_for_a_folder(cls, value: str) -> str:
        if not NAME.fullmatch(value):
            known = "1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or digit"
            raise refused(Expected(known, value))
        return value

    @field_validator("artifacts")
    @classmethod
    def _a_bucket(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                s3_address.split(value)
        except Expected as fault:
            raise refused(fault) from None
        return value

    @field_validator("replicates", mode="before")
    @classmethod
    def _replicates_by_count(cls, value: Any) -> Any:
        """`5`, or `{count: 5, resample: kfold}`."""
        return replicates_section.as_section(value)

    @field_validator("objectives", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        """A mapping, or a list of them; a name alone is a metric."""
        each = value if isinstance(value, list | tuple) else (value,)
        if not each:
            raise refused(Expected("an objective", Unquoted("an empty list")))
        return tuple({"metric": one} if isinstance(one, str) else one for one in each)

    @field_validator("objectives")
    @classmethod
    def _one_epoch_counts(cls, value: tuple[Objective, ...]) -> tuple[Objective, ...]:
        return agreed(value)

    @property
    def objective(self) -> Objective:
        """The first objective: the winner is the best by it."""
        return self.objectives[0]

    @property
    def pruner(self) -> Pruner:
        """The one that was named; else none where there is no one curve to judge a trial by."""
        unclear = len(self.objectives) > 1 or not self.objective.is_tracked
        if unclear and "pruner" not in self.search.model_fields_set:
            return Unpruned()
        return self.search.pruner

    @property
    def aims(self) -> tuple[tuple[str, float], ...]:
        """The targets as (score, value)."""
        return tuple(self.targets.model_dump(exclude_none=True).items())

    @property
    def metrics(self) -> tuple[str, ...]:
        """All that a trial is judged by, the first objective's first."""
        return metrics_of(self.objectives, self.metric_constraints)

    @property
    def needs_target(self) -> bool:
        """Whether a trial is judged by when it reached a target."""
        return any(getattr(METRICS[name], "needs_target", False) for name in self.metrics)

    @property
    def hung_after(self) -> float | None:
        """Seconds after which a trial's worker is taken to hang: well after its own limit."""
        limit = self.budgets.trial_time
        return None if limit is None else 2 * durations.seconds(limit) + 30

    @property
    def epochs(self) -> int:
        """The horizon, common to all trials."""
        return int(self.space.default["epochs"])
