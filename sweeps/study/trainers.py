"""`trainer:` of the study file: a training function of the user's own, and its hyperparameters.

`sweeps.study.trainer_code` finds and imports it.
"""

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from sweeps.base.errors import Expected, Unquoted
from sweeps.study.hyperparameters.kinds import Flag, Kind, Name, Number
from sweeps.study.hyperparameters.vocabulary import VOCABULARY, Hyperparameter
from sweeps.study.section_base import StudySection, refused

CALL = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
NAME = re.compile(r"[a-z][a-z0-9_]*")


class Parameter(StudySection):
    """A hyperparameter that the vocabulary does not have."""

    type: Literal["int", "float", "name", "flag"]
    default: Any
    low: float | None = Field(None, allow_inf_nan=False)
    high: float | None = Field(None, allow_inf_nan=False)
    choices: tuple[str, ...] = Field((), strict=False)
    about: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> "Parameter":
        is_number = self.type in ("int", "float")
        if bool(self.choices) != (self.type == "name"):
            raise refused(Expected("choices for a name, and for nothing else", Unquoted(self.type)))
        if not is_number and (self.low, self.high) != (None, None):
            raise refused(Expected("low and high for numbers alone", Unquoted(self.type)))
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise refused(Expected(f"low < high ({self.high:g})", self.low))
        try:
            self.kind.check(self.default)
        except Expected as fault:
            raise refused(fault.below("default")) from None
        return self

    @property
    def kind(self) -> Kind:
        """What values it takes."""
        if self.type == "flag":
            return Flag()
        if self.type == "name":
            return Name(self.choices)
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return Number(low, high, integer=self.type == "int")


class Trainer(StudySection):
    """call: "module:function". folder: where the module is looked up before the path is.

    sha256: of its source file; where the study says one, no other file is run. gradient_check: a
    function of the module that says how far its gradient is from differences of a step.
    """

    call: str
    folder: str = "."
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    sha256: str = ""
    gradient_check: str = ""

    @field_validator("gradient_check")
    @classmethod
    def _function_of_the_module(cls, value: str) -> str:
        if value and not value.isidentifier():
            raise refused(Expected("the name of a function beside the training function", value))
        return value

    @field_validator("call")
    @classmethod
    def _module_and_function(cls, value: str) -> str:
        if not CALL.fullmatch(value):
            raise refused(Expected("module:function, like my_package.module:train", value))
        return value

    @field_validator("parameters")
    @classmethod
    def _new_names(cls, value: dict[str, Parameter]) -> dict[str, Parameter]:
        for name in value:
            if name in VOCABULARY:
                raise refused(Expected("names of its own", name, "every study has that one"))
            if not NAME.fullmatch(name):
                raise refused(Expected("names of a-z, 0-9 and _, a letter first", name))
        return value

    @property
    def module(self) -> str:
        """The module's dotted name."""
        return self.call.partition(":")[0]

    @property
    def function(self) -> str:
        """The function's name."""
        return self.call.partition(":")[2]

    @property
    def identity(self) -> dict[str, Any]:
        """What makes two runs the same study: the function and its source, wherever it stands."""
        return {"call": self.call, "sha256": self.sha256}

    def written(self, base: Path, folder: Path) -> dict[str, Any]:
        """As a study file in another folder says it."""
        whole = self.model_dump(mode="json", exclude_defaults=True)
        return {**whole, "folder": os.path.relpath(base / self.folder, folder)}


def as_section(value: Any) -> Any:
    """`module:function`, or the mapping."""
    return {"call": value} if isinstance(value, str) else value


def hyperparameters(given: Any) -> tuple[dict[str, Hyperparameter], set[str]]:
    """Those that a `trainer` section adds, and those it cannot (the section says why)."""
    parameters = given.get("parameters") if isinstance(given, Mapping) else None
    added: dict[str, Hyperparameter] = {}
    wrong: set[str] = set()
    for name, described in parameters.items() if isinstance(parameters, Mapping) else ():
        try:
            known = Trainer.model_validate({"call": "m:f", "parameters": {name: described}})
            one = known.parameters[name]
            added[name] = Hyperparameter(one.kind, one.default, one.about or "of the trainer's own")
        except ValidationError:
            wrong.add(str(name))
    return added, wrong
