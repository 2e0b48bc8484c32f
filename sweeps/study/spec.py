"""The study: the file's sections as frozen models, checked in one go.

Shapes of sections and their faults are pydantic's work; `fixed` and `space` have a grammar of
their own (`sweeps.study.file`).
"""

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    ConfigDict,
    Field,
    PrivateAttr,
    SkipValidation,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sweeps.base import durations, s3_address
from sweeps.base.consent import Address
from sweeps.base.errors import Expected, did_you_mean, show
from sweeps.base.passwords import without_contents
from sweeps.engines import ENGINES
from sweeps.study import replicates_section, trainers
from sweeps.study.data_section import DataSpec
from sweeps.study.methods import Median, Pruner, Sampler, Tpe, Unpruned
from sweeps.study.metrics import METRICS
from sweeps.study.objectives import MetricConstraint, Objective, metrics_of
from sweeps.study.replicates_section import ReplicatesSpec
from sweeps.study.sections import Section
from sweeps.study.space import Params, Space
from sweeps.study.trainers import Trainer

Baseline = Literal["constant", "linear", "boosting"]
BASELINES: tuple[Baseline, ...] = get_args(Baseline)
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Search(Section):
    """How the space is searched."""

    sampler: Sampler = Tpe()
    pruner: Pruner = Median()
    trials: int = Field(100, ge=1, le=100_000)
    window: int = Field(16, ge=1, le=10_000)
    seed: int = Field(0, ge=0)
    per: str | None = None
    from_: str | None = Field(None, alias="from")


def _a_time(value: Any) -> str:
    """A time as text."""
    try:
        durations.seconds(value)
    except Expected as fault:
        raise PydanticCustomError("own", "{message}", {"message": fault.message}) from None
    return str(value)


class Budgets(Section):
    """What ends the search besides its trials; the first to be met does."""

    time: str | None = None  # of the search, from when it began to run
    epochs: int | None = Field(None, ge=1)  # of all trials' networks together
    flops: float | None = Field(None, gt=0, allow_inf_nan=False)
    no_improvement: int | None = Field(None, ge=1)  # trials since the best
    trial_time: str | None = None  # after which a trial is stopped, and counts as failed

    @field_validator("time", "trial_time", mode="before")
    @classmethod
    def _times(cls, value: Any) -> Any:
        return None if value is None else _a_time(value)


class Confirm(Section):
    """The second phase: the best `top` and the defaults, on fresh seeds and the test split."""

    top: int = Field(3, ge=1, le=100)
    replicates: int = Field(20, ge=2, le=1000)
    baselines: tuple[Baseline, ...] = BASELINES
    baseline_time: str = "5m"  # after which one is not waited for

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
        return _a_time(value)


class Targets(Section):
    """What counts as having converged."""

    dev_error: float | None = Field(None, gt=0, allow_inf_nan=False)
    dev_loss: float | None = Field(None, gt=0, allow_inf_nan=False)


class EngineSpec(Section):
    """What runs the trials: this machine's processes, or the cluster at an address."""

    name: Literal["loky", "dask", "ray"]
    address: str | None = None
    _known: Address | None = PrivateAttr(None)  # the address, with where it came from

    @model_validator(mode="after")
    def _an_address_it_can_join(self) -> "EngineSpec":
        kind = ENGINES[self.name]
        if self.address is None or (kind.address and kind.address.fullmatch(self.address)):
            return self
        like = f"an address like {kind.example}" if kind.address else "no address"
        raise PydanticCustomError(
            "own",
            "expected {like} with {name}, got {got}",
            {"like": like, "name": self.name, "got": show(self.address)},
        )

    def coming_from(self, known: Address) -> "EngineSpec":
        """The same, with where its address came from."""
        made = self.model_copy()
        made._known = known
        return made

    @property
    def known(self) -> Address | None:
        """The address, if there is one, with where it came from."""
        if self.address is None:
            return None
        return self._known or Address("engine", self.address, "engine", is_own=False)

    def follow(self) -> str | None:
        """The address to join, if there is one. Errors: UserError where the user did not say so."""
        return None if self.known is None else self.known.follow()

    def __str__(self) -> str:
        """As the plan and the provenance say it."""
        return f"{self.name} at {self.address}" if self.address else self.name


class Study(Section):
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
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, dict | EngineSpec):
            return value
        raise PydanticCustomError(
            "own",
            "expected {forms}, got {got}",
            {
                "forms": f"{', '.join(ENGINES)} or {{name: …, address: …}}",
                "got": show(without_contents(value)),
            },
        )

    @field_validator("trainer", mode="before")
    @classmethod
    def _trainer_by_name(cls, value: Any) -> Any:
        """`module:function`, or `{call: module:function, parameters: …}`."""
        return trainers.as_section(value)

    @field_validator("name")
    @classmethod
    def _a_name_for_a_folder(cls, value: str) -> str:
        if not NAME.fullmatch(value):
            raise PydanticCustomError(
                "own",
                "expected 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or digit, "
                "got {got}",
                {"got": show(value)},
            )
        return value

    @field_validator("artifacts")
    @classmethod
    def _a_bucket(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                s3_address.split(value)
        except Expected as fault:
            raise PydanticCustomError("own", "{fault}", {"fault": str(fault)}) from None
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
            raise PydanticCustomError("own", "expected an objective, got an empty list")
        return tuple({"metric": one} if isinstance(one, str) else one for one in each)

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
