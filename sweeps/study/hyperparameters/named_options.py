"""Names with settings of their own: the kind, and those that dnn's tables have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import dnn
from dnn.numbers import Bound
from sweeps.base.errors import Expected, did_you_mean, join
from sweeps.study.hyperparameters.kinds import POSITIVE, Kind, Name, Number, Setting


@dataclass(frozen=True)
class NamedOptions(Kind):
    """A name with settings of its own: `adam`, or `{adam: {beta1: 0.8}}`."""

    table: Mapping[str, Mapping[str, Setting]]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, with settings and without."""
        return tuple(self.table)

    @property
    def options(self) -> Mapping[str, Mapping[str, Setting]]:
        """The table."""
        return self.table

    def check(self, value: Any) -> tuple[str, tuple[tuple[str, float], ...]]:
        """(name, ((setting, value), …)) with all its settings, defaults filled in."""
        if isinstance(value, tuple):
            value = {value[0]: dict(value[1])}
        if isinstance(value, str):
            value = {value: {}}
        if not isinstance(value, dict) or len(value) != 1:
            raise Expected(
                "a name, or one name with its settings", value, "like {adam: {beta1: 0.9}}"
            )
        ((name, given),) = value.items()
        Name(tuple(self.table)).check(name)
        settings = self._settings(name, given if given is not None else {})
        return name, tuple(settings.items())

    def _settings(self, name: str, given: Any) -> dict[str, float]:
        """All settings of an option, from those given and the defaults."""
        if not isinstance(given, dict):
            raise Expected("a mapping of settings", given, at=name)
        table = self.table[name]
        for key in given:
            if key not in table:
                known = did_you_mean(key, table) if table else f"{name} takes no settings"
                raise Expected("a known setting", key, known, at=join(name, key))
        settings = {}
        for key, setting in table.items():
            try:
                settings[key] = float(setting.kind.check(given.get(key, setting.default)))
            except Expected as fault:
                raise fault.below(join(name, key)) from None
        return settings

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        options = {
            name: {
                "type": ["object", "null"],
                "properties": {key: setting.kind.schema() for key, setting in table.items()},
                "additionalProperties": False,
            }
            for name, table in self.table.items()
        }
        one_option = {
            "type": "object",
            "properties": options,
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }
        return {"anyOf": [{"enum": list(self.table)}, one_option]}


class _Row(Protocol):
    """A row of one of dnn's tables."""

    @property
    def settings(self) -> Mapping[str, float]: ...

    @property
    def bounds(self) -> Mapping[str, Bound]: ...


def _options(table: Mapping[str, _Row]) -> NamedOptions:
    """The names of one of dnn's tables, each with the settings that its row says."""
    return NamedOptions(
        {
            name: {
                key: Setting(Number.within(row.bounds[key]), default)
                for key, default in row.settings.items()
            }
            for name, row in table.items()
        }
    )


INITIALIZERS = _options(dnn.INITIALIZERS)
OPTIMIZERS = _options(dnn.OPTIMIZERS)
SCHEDULES = _options(dnn.SCHEDULES)
# The task's own loss is cross-entropy for classes, and the mean square for numbers.
LOSSES = NamedOptions({"auto": {}, "huber": {"delta": Setting(POSITIVE, 1.0)}})
