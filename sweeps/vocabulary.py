"""The hyperparameters a study can fix or search: one table, with each one's kind and default.

A kind knows which literals it takes; `sweeps.space` knows how they are searched.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from sweeps.faults import Expected, did_you_mean, join, raise_all


class Kind(Protocol):
    """What values a hyperparameter takes."""

    def check(self, value: Any) -> Any:
        """The value in its one canonical form. Errors: Expected."""

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""


FAR = 10**9  # a bound that goes without saying


@dataclass(frozen=True)
class Number:
    """A number between two bounds; `words` are literals that may stand in its place."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False  # low itself is excluded
    below: bool = False  # high itself is excluded
    integer: bool = False
    words: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """In words: "a number > 0 and <= 1"."""
        bounds = []
        if self.low > -math.inf:
            bounds.append(f"{'>' if self.above else '>='} {self.low:g}")
        if self.high < FAR:
            bounds.append(f"{'<' if self.below else '<='} {self.high:g}")
        noun = "a whole number" if self.integer else "a number"
        words = "".join(f" or '{word}'" for word in self.words)
        return f"{noun} {' and '.join(bounds)}".rstrip() + words

    def check(self, value: Any) -> float | int | str:
        """An int or float within the bounds, or one of the words."""
        if isinstance(value, str) and value in self.words:
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Expected(self.expected, value)
        try:
            fits = math.isfinite(value) and not (self.integer and value != int(value))
        except OverflowError:  # a whole number of hundreds of digits
            fits = False
        if not fits:
            raise Expected(self.expected, value)
        too_low = value < self.low or (self.above and value == self.low)
        too_high = value > self.high or (self.below and value == self.high)
        if too_low or too_high:
            raise Expected(self.expected, value)
        return int(value) if self.integer else float(value)

    def number(self, value: Any) -> float | int:
        """As `check`, without the words."""
        checked = self.check(value)
        if isinstance(checked, str):
            raise Expected(self.expected, value, "a range has numbers")
        return checked

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        number: dict[str, Any] = {"type": "integer" if self.integer else "number"}
        if self.low > -math.inf:
            number["exclusiveMinimum" if self.above else "minimum"] = self.low
        if self.high < math.inf:
            number["exclusiveMaximum" if self.below else "maximum"] = self.high
        return {"anyOf": [number, {"enum": list(self.words)}]} if self.words else number


@dataclass(frozen=True)
class Name:
    """One of some names."""

    names: tuple[str, ...]

    def check(self, value: Any) -> str:
        """The name."""
        if not isinstance(value, str):
            raise Expected("a name", value, f"known: {', '.join(self.names)}")
        if value not in self.names:
            raise Expected("a known name", value, did_you_mean(value, self.names))
        return value

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        return {"enum": list(self.names)}


@dataclass(frozen=True)
class Flag:
    """true or false."""

    def check(self, value: Any) -> bool:
        """The bool."""
        if not isinstance(value, bool):
            raise Expected("true or false", value)
        return value

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class Widths:
    """A list of whole numbers of 1 or more, one a layer; an empty one means no hidden layer."""

    item: Number = Number(low=1, high=100_000, integer=True)
    longest: int = 100

    def check(self, value: Any) -> tuple[int, ...]:
        """A tuple of ints."""
        if not isinstance(value, list | tuple) or len(value) > self.longest:
            raise Expected("a list of layer widths, like [32, 16]", value)
        return tuple(int(w) for w in _each(self.item, value))

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        return {"type": "array", "items": self.item.schema()}


@dataclass(frozen=True)
class PerLayer:
    """A number for all hidden layers, or a list with one for each."""

    item: Number

    def check(self, value: Any) -> float | tuple[float, ...]:
        """A float, or a tuple of them."""
        if isinstance(value, list | tuple):
            return tuple(float(v) for v in _each(self.item, value))
        return float(self.item.check(value))

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        return {"anyOf": [self.item.schema(), {"type": "array", "items": self.item.schema()}]}


def _each(kind: Kind, values: list[Any] | tuple[Any, ...]) -> list[Any]:
    checked, faults = [], []
    for position, value in enumerate(values):
        try:
            checked.append(kind.check(value))
        except Expected as fault:
            faults.append(fault.below(str(position)))
    raise_all(faults)
    return checked


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


@dataclass(frozen=True)
class Hyperparameter:
    """One word of the vocabulary. `fixed_only` says why it cannot be searched."""

    kind: Kind
    default: Any
    about: str
    fixed_only: str = ""


POSITIVE = Number(low=0, above=True)
FRACTION = Number(low=0, high=1, below=True)

# The names, and the defaults of their settings, are those of dnn's tables (a test holds them
# together); what is written here is what dnn does not say: which values make sense.
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
LIMIT = Number(low=0, above=True, words=("none",))

_WORDS: Mapping[str, Hyperparameter] = {
    "hidden": Hyperparameter(Widths(), [32, 16], "widths of the hidden layers; [] for none"),
    "activation": Hyperparameter(
        Name(
            (
                *("relu", "leaky_relu", "tanh", "sigmoid", "elu"),
                *("selu", "gelu", "silu", "swish", "softplus", "identity"),
            )
        ),
        "relu",
        "of the hidden layers",
    ),
    "initializer": Hyperparameter(INITIALIZERS, "he", "draw of the initial weights"),
    "optimizer": Hyperparameter(OPTIMIZERS, "adam", "update rule, with its settings"),
    "learning_rate": Hyperparameter(POSITIVE, 1e-3, "step size α"),
    "schedule": Hyperparameter(SCHEDULES, "constant", "of the learning rate, with its settings"),
    "batch_size": Hyperparameter(
        Number(low=1, high=10**9, integer=True, words=("full",)), 32, "rows per update, or 'full'"
    ),
    "l2": Hyperparameter(Number(low=0), 0.0, "λ of the penalty λ/(2m)·Σ‖W‖², m training rows"),
    "keep_prob": Hyperparameter(
        PerLayer(Number(low=0, high=1, above=True)), 1.0, "dropout: share of units that stay"
    ),
    "l1": Hyperparameter(Number(low=0), 0.0, "λ of the penalty (λ/m)·Σ|W|, m training rows"),
    "batch_norm": Hyperparameter(Flag(), False, "batch normalization before every activation"),
    "max_norm": Hyperparameter(
        LIMIT, "none", "largest norm of a hidden unit's incoming weights, or 'none'"
    ),
    "clip_norm": Hyperparameter(LIMIT, "none", "largest norm of the gradient, or 'none'"),
    "patience": Hyperparameter(
        Number(low=1, integer=True, words=("none",)),
        "none",
        "epochs without a lower dev loss after which a replicate stops, and keeps its best weights",
        fixed_only="it decides how long a trial runs, and all are to be judged alike",
    ),
    "epochs": Hyperparameter(
        Number(low=1, high=1_000_000, integer=True),
        60,
        "passes over the training rows",
        fixed_only="all trials run to one horizon, or their speeds could not be compared",
    ),
}


class Vocabulary(Mapping[str, Hyperparameter]):
    """The words that every study has and, while its file is read, those that its trainer adds."""

    def __init__(self, words: Mapping[str, Hyperparameter]) -> None:
        self._words: ContextVar[Mapping[str, Hyperparameter]] = ContextVar("words", default=words)

    def __getitem__(self, word: str) -> Hyperparameter:
        return self._words.get()[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words.get())

    def __len__(self) -> int:
        return len(self._words.get())

    @contextmanager
    def with_words(self, more: Mapping[str, Hyperparameter]) -> Iterator[None]:
        """Inside, the words are these too."""
        before = self._words.set({**self._words.get(), **more})
        try:
            yield
        finally:
            self._words.reset(before)


VOCABULARY = Vocabulary(_WORDS)


def canonical(name: str, value: Any) -> Any:
    """A literal of the vocabulary in its canonical, hashable form. Errors: Expected."""
    return VOCABULARY[name].kind.check(value)


def plain(value: Any) -> Any:
    """A canonical value as YAML and JSON say it: lists for tuples, {name: settings} for arms."""
    if isinstance(value, tuple):
        if len(value) == 2 and isinstance(value[0], str):
            name, settings = value
            return {name: dict(settings)} if settings else name
        return list(value)
    return value


def defaults() -> dict[str, Any]:
    """The vocabulary's defaults, canonical."""
    return {name: canonical(name, word.default) for name, word in VOCABULARY.items()}
