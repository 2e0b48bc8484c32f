"""Names with settings of their own: the kind, and the tables of those that dnn has.

The names, and the defaults of their settings, are those of dnn's tables (a test holds them
together); what is written here is what dnn does not say: which values make sense.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sweeps.faults import Expected, did_you_mean, join
from sweeps.study.kinds import FRACTION, POSITIVE, Name, Number


@dataclass(frozen=True)
class Setting:
    """One setting of an arm: its kind and default."""

    kind: Number
    default: float


@dataclass(frozen=True)
class Arm:
    """A name with settings of its own: `adam`, or `{adam: {beta1: 0.8}}`."""

    table: Mapping[str, Mapping[str, Setting]]

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
        settings = self.settings(name, given if given is not None else {})
        return name, tuple(settings.items())

    def settings(self, name: str, given: Any) -> dict[str, float]:
        """All settings of an arm, from those given and the defaults."""
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
        arms = {
            name: {
                "type": ["object", "null"],
                "properties": {key: setting.kind.schema() for key, setting in table.items()},
                "additionalProperties": False,
            }
            for name, table in self.table.items()
        }
        one_arm = {
            "type": "object",
            "properties": arms,
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }
        return {"anyOf": [{"enum": list(self.table)}, one_arm]}


_SCALE = Number(low=0, high=1e6)
INITIALIZERS = Arm(
    {
        "zeros": {},
        "constant": {"scale": Setting(Number(low=-1e6, high=1e6), 0.01)},
        "normal": {"scale": Setting(_SCALE, 0.01)},
        "uniform": {"scale": Setting(_SCALE, 0.05)},
        "xavier": {},
        "he": {},
        "he_uniform": {},
        "glorot": {},
        "glorot_normal": {},
        "lecun": {},
        "lecun_uniform": {},
        "orthogonal": {"scale": Setting(_SCALE, 1.0)},
    }
)
_ADAM = {
    "beta1": Setting(FRACTION, 0.9),
    "beta2": Setting(FRACTION, 0.999),
    "epsilon": Setting(POSITIVE, 1e-8),
}
_ROOT_MEAN = {"beta": Setting(FRACTION, 0.9), "epsilon": Setting(POSITIVE, 1e-8)}
OPTIMIZERS = Arm(
    {
        "gradient_descent": {},
        "momentum": {"beta": Setting(FRACTION, 0.9)},
        "classical_momentum": {"beta": Setting(FRACTION, 0.9)},
        "nesterov": {"beta": Setting(FRACTION, 0.9)},
        "adagrad": {"epsilon": Setting(POSITIVE, 1e-10)},
        "adadelta": {"rho": Setting(FRACTION, 0.9), "epsilon": Setting(POSITIVE, 1e-6)},
        "rmsprop": _ROOT_MEAN,
        "rmsprop_centred": _ROOT_MEAN,
        "adam": _ADAM,
        "adam_epsilon_inside": _ADAM,
        "amsgrad": _ADAM,
        "adamw": {**_ADAM, "weight_decay": Setting(Number(low=0), 0.01)},
        "nadam": {**_ADAM, "momentum_decay": Setting(Number(low=0), 0.004)},
        "lion": {
            "beta1": Setting(FRACTION, 0.9),
            "beta2": Setting(FRACTION, 0.99),
            "weight_decay": Setting(Number(low=0), 0.0),
        },
    }
)

_EPOCHS = Number(low=1, integer=True)
_SHARE = Number(low=0, high=1, above=True)
SCHEDULES = Arm(
    {
        "constant": {},
        "inverse_time": {"decay": Setting(Number(low=0), 1.0), "interval": Setting(_EPOCHS, 1)},
        "step": {"decay": Setting(_SHARE, 0.1), "interval": Setting(_EPOCHS, 20)},
        "exponential": {"decay": Setting(_SHARE, 0.95)},
        "cosine": {"floor": Setting(Number(low=0, high=1), 0.0)},
        "one_cycle": {
            "rise": Setting(Number(low=0, high=1, above=True, below=True), 0.3),
            "start": Setting(_SHARE, 0.04),
            "end": Setting(_SHARE, 1e-4),
        },
        "linear_warmup": {
            "length": Setting(Number(low=0), 5),
            "start": Setting(Number(low=0, high=1), 0.1),
        },
    }
)

# The task's own loss is cross-entropy for classes, and the mean square for numbers.
LOSSES = Arm({"auto": {}, "huber": {"delta": Setting(POSITIVE, 1.0)}})
