"""What an identity says of the study's options, so that a new option locks no earlier run out.

The first version said every option that it had, at its default too; those are the tables below, and
they never grow. An option that came later is left out where it equals its default, under which all
is as it was before. What is left out has one meaning for ever: where such a default changes one
day, ABSENT keeps the value that it had until then.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from sweeps.study.section_base import StudySection

Section = TypeVar("Section", bound=StudySection)
VERSION = 1  # of these rules; a run of a later version is not ours to judge

# Fields by section; a `name`, which says what the section is, is always said.
FIRST_FIELDS: Mapping[str, tuple[str, ...]] = {
    "DataSpec": ("target", "ignore", "group", "task", "split", "standardize", "options"),
    "SplitSpec": ("dev", "test", "seed", "column"),
    "Objective": ("metric", "at", "reduce"),
    "Reduction": ("quantile", "sd"),
    "Budgets": ("trial_time",),
    "Search": ("sampler", "window", "seed", "per"),
    "Tpe": ("startup",),
    "Grid": ("points",),
    "CmaEs": ("startup",),
    "Gp": ("startup",),
    "Nsga2": ("population",),
    "Nsga3": ("population",),
    "Median": ("startup", "warmup"),
    "Percentile": ("percentile", "startup", "warmup"),
    "SuccessiveHalving": ("first", "factor"),
    "Hyperband": ("first", "factor"),
    "Threshold": ("upper", "lower", "warmup"),
    "SignedRank": ("alpha", "startup", "warmup"),
    "Patient": ("patience", "min_delta", "around"),
}

FIRST_HYPERPARAMETERS = frozenset(
    {
        *("hidden", "activation", "initializer", "optimizer", "learning_rate", "schedule"),
        *("batch_size", "l2", "keep_prob", "l1", "batch_norm", "max_norm", "clip_norm"),
        *("clip_value", "loss", "label_smoothing", "class_weights", "patience", "epochs"),
    }
)

_ADAM = ("beta1", "beta2", "epsilon")
# Settings by the name that has them.
FIRST_SETTINGS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("constant", "normal", "uniform", "orthogonal"), ("scale",)),
    **dict.fromkeys(("momentum", "classical_momentum", "nesterov"), ("beta",)),
    "adagrad": ("epsilon",),
    "adadelta": ("rho", "epsilon"),
    **dict.fromkeys(("rmsprop", "rmsprop_centred"), ("beta", "epsilon")),
    **dict.fromkeys(("adam", "amsgrad"), _ADAM),
    "adamw": (*_ADAM, "weight_decay"),
    "nadam": (*_ADAM, "momentum_decay"),
    "lion": ("beta1", "beta2", "weight_decay"),
    **dict.fromkeys(("inverse_time", "step"), ("decay", "interval")),
    "exponential": ("decay",),
    "cosine": ("floor",),
    "one_cycle": ("rise", "start", "end"),
    "linear_warmup": ("length", "start"),
    "huber": ("delta",),
}

# What absence means where it is no longer the default: by "StudySection.field", "name.setting" or
# hyperparameter; and for what no option says, such as the order of a record's parameters.
ABSENT: Mapping[str, Any] = {
    "layout": 1,
    "DataSpec.rare": 0.0,
    "Search.growth": 1.0,
    "Search.start": "random",
    "Search.racing": False,
    "Search.patience": "none",
}


def goes_without_saying(path: str, value: Any, default: Any, first: bool) -> bool:
    """Whether a value is left out. first: whether the first version said it."""
    return not first and bool(value == ABSENT.get(path, default))


def unless_absent(name: str, value: Any) -> dict[str, Any]:
    """{name: value}, or nothing where absence says the same."""
    return {} if value == ABSENT[name] else {name: value}


def fields(section: StudySection, **how: Any) -> dict[str, Any]:
    """A section as its identity says it; `how` is pydantic's, of `model_dump`."""
    kind, found = type(section), section.model_dump(**how)
    first = ("name", *FIRST_FIELDS.get(kind.__name__, ()))
    for name in list(found):
        value = getattr(section, name)
        default = kind.model_fields[name].get_default(call_default_factory=True)
        if goes_without_saying(f"{kind.__name__}.{name}", value, default, name in first):
            del found[name]
        elif isinstance(value, StudySection):
            inner = {key: option for key, option in how.items() if key == "exclude_none"}
            found[name] = fields(value, **inner)
    return found


def as_begun(section: Section, known: Mapping[str, Any]) -> Section:
    """A section with what the user does not say as the run's identity has it, where that changed.

    So a run of an earlier version goes on as it began. known: the section's part of the identity.
    """
    changed = (path.partition(".") for path in ABSENT)
    unsaid = {
        name: known.get(name, ABSENT[f"{kind}.{name}"])
        for kind, _, name in changed
        if kind == type(section).__name__ and name not in section.model_fields_set
    }
    return section.model_copy(update=unsaid)


def settings(
    name: str, values: Mapping[str, float], defaults: Mapping[str, float]
) -> dict[str, float]:
    """The settings of an optimizer (schedule, …) of that name, as identities say them."""
    first = FIRST_SETTINGS.get(name, ())
    return {
        key: value
        for key, value in values.items()
        if not goes_without_saying(f"{name}.{key}", value, defaults.get(key), key in first)
    }
