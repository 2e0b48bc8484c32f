"""The leaves of a space: one parameter that Optuna can be asked for, with its static name."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from sweeps.study.hyperparameters.vocabulary import stable, with_default_settings


class Trial(Protocol):
    """What is asked for values: an Optuna trial, or something that looks like one."""

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None, log: bool
    ) -> float: ...

    def suggest_int(self, name: str, low: int, high: int, *, step: int, log: bool) -> int: ...

    def suggest_categorical(self, name: str, choices: Any) -> Any: ...


@dataclass(frozen=True)
class Range:
    """Numbers from low to high, both included."""

    name: str
    low: float
    high: float
    log: bool = False
    step: float | None = None
    integer: bool = False

    def ask(self, trial: Trial) -> Any:
        """One value, from Optuna."""
        low, high, step, log = self.low, self.high, self.step, self.log
        if self.integer:
            return trial.suggest_int(self.name, int(low), int(high), step=int(step or 1), log=log)
        return trial.suggest_float(self.name, low, high, step=step, log=log)

    def decode(self, external: Any) -> Any:
        """Optuna's value as the vocabulary's."""
        return int(external) if self.integer else float(external)

    def encode(self, value: Any) -> Any:
        """The vocabulary's value as Optuna's. Errors: KeyError for one outside."""
        if not isinstance(value, int | float) or not self.low <= value <= self.high:
            raise KeyError(value)
        if self.step and abs((value - self.low) / self.step % 1 - 0.5) < 0.5 - 1e-9:
            raise KeyError(value)
        return value

    def plain(self) -> dict[str, Any]:
        """As the study file says it."""
        limits: dict[str, Any] = {"low": self.low, "high": self.high}
        if self.log:
            limits["log"] = True
        if self.step is not None:
            limits["step"] = self.step
        return limits


@dataclass(frozen=True)
class Choice:
    """One of some canonical values. Lists, and options with settings, reach Optuna as JSON text."""

    name: str
    options: tuple[Any, ...]

    @cached_property
    def codes(self) -> dict[Any, Any]:
        """Option by code, in the file's order."""
        return {_code(option): option for option in self.options}

    def ask(self, trial: Trial) -> Any:
        """One code, from Optuna."""
        return trial.suggest_categorical(self.name, tuple(self.codes))

    def decode(self, external: Any) -> Any:
        """Optuna's value as the vocabulary's."""
        return self.codes[external]

    def encode(self, value: Any) -> Any:
        """The vocabulary's value as Optuna's. Errors: KeyError for one outside."""
        if value in self.options:
            return _code(value)
        raise KeyError(value)

    def plain(self) -> list[Any]:
        """As the study file says it."""
        return [stable(option) for option in self.options]


Leaf = Range | Choice


def _code(option: Any) -> Any:
    if isinstance(option, JointValues):
        return json.dumps([stable(value) for value in option], sort_keys=True)
    value = stable(option)
    if isinstance(value, dict) and option == with_default_settings(option[0]):
        return option[0]
    return json.dumps(value, sort_keys=True) if isinstance(value, list | dict) else value


class JointValues(tuple[Any, ...]):
    """Canonical values of several hyperparameters that are chosen as one."""
