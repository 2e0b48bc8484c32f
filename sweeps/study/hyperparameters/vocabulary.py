"""The hyperparameters a study can fix or search: one table, with each one's kind and default."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dnn
from sweeps.base import synonyms
from sweeps.base.errors import Expected, did_you_mean
from sweeps.study import compatibility
from sweeps.study.hyperparameters.kinds import (
    FRACTION,
    LIMIT,
    POSITIVE,
    Flag,
    Kind,
    Name,
    Number,
)
from sweeps.study.hyperparameters.list_kinds import PerLayer, Weights, Widths
from sweeps.study.hyperparameters.named_options import (
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
)


@dataclass(frozen=True)
class Hyperparameter:
    """One of the vocabulary. `fixed_only` says why it cannot be searched.

    task: "classification" or "regression", where another value than the default is for it alone.
    """

    kind: Kind
    default: Any
    about: str
    fixed_only: str = ""
    task: str = ""


@dataclass(frozen=True)
class Vocabulary(Mapping[str, Hyperparameter]):
    """Hyperparameters by name: those of every study, or those and what its trainer adds."""

    hyperparameters: Mapping[str, Hyperparameter]

    def __getitem__(self, name: str) -> Hyperparameter:
        return self.hyperparameters[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.hyperparameters)

    def __len__(self) -> int:
        return len(self.hyperparameters)

    def and_also(self, more: Mapping[str, Hyperparameter]) -> "Vocabulary":
        """With some more of them."""
        return Vocabulary({**self.hyperparameters, **more})

    def find(self, name: str) -> Hyperparameter:
        """The one of a name that the user wrote. Errors: Expected."""
        if name not in self:
            hint = synonyms.ABSENT.get(synonyms.plain(name)) or did_you_mean(name, self)
            raise Expected("a hyperparameter", name, hint)
        return self[name]

    def canonical(self, name: str, value: Any) -> Any:
        """A literal in its canonical, hashable form. Errors: Expected."""
        return self[name].kind.check(value)

    def defaults(self) -> dict[str, Any]:
        """The defaults, canonical."""
        return {name: self.canonical(name, known.default) for name, known in self.items()}


# A number of epochs that is settled when the number of rows is known.
AUTO = "auto"
_EVERY: Mapping[str, Hyperparameter] = {
    "hidden": Hyperparameter(Widths(), [32, 16], "widths of the hidden layers; [] for none"),
    "activation": Hyperparameter(
        Name(tuple(dnn.ACTIVATIONS)),
        "relu",
        "of the hidden layers",
    ),
    "initializer": Hyperparameter(INITIALIZERS, "he", "draw of the initial weights"),
    "optimizer": Hyperparameter(OPTIMIZERS, "adam", "update rule, with its settings"),
    "learning_rate": Hyperparameter(POSITIVE, 1e-3, "step size α"),
    "schedule": Hyperparameter(SCHEDULES, "constant", "of the learning rate, with its settings"),
    "batch_size": Hyperparameter(
        Number(low=1, high=10**9, integer=True, keywords=("full",)),
        32,
        "rows per update, or 'full'",
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
    "clip_value": Hyperparameter(
        LIMIT, "none", "largest size of any one number of the gradient, or 'none'"
    ),
    "loss": Hyperparameter(
        LOSSES,
        "auto",
        "what is trained on: the task's own, or huber, r²/2 up to |r| = delta and straight beyond; "
        "scores are by the task's own",
        task="regression",
    ),
    "label_smoothing": Hyperparameter(
        FRACTION,
        0.0,
        "share of each label's certainty that is spread over all classes; of no score",
        task="classification",
    ),
    "class_weights": Hyperparameter(
        # "balanced" as scikit-learn has it: n/(K·n_k), with n_k of n training rows in class k of K.
        Weights(("none", "balanced")),
        "none",
        "weights of the classes' rows in training, in the classes' order; 'balanced' gives each "
        "class the same total; of no score",
        task="classification",
    ),
    "inputs": Hyperparameter(
        Name(("standardize", "quantile", "robust", "min-max", "none")),
        "standardize",
        "scale of the numbers among the inputs: mean 0 and SD 1; normal by rank; median 0 and "
        "quartiles 1 apart; 0 to 1; as they are",
    ),
    "target_scale": Hyperparameter(
        Name(("standardize", "log", "quantile")),
        "standardize",
        "scale on which the number is trained: mean 0 and SD 1; its logarithm; normal by rank; "
        "of no score",
        task="regression",
    ),
    "patience": Hyperparameter(
        Number(low=1, integer=True, keywords=("none",)),
        "none",
        "epochs without a lower dev loss after which a replicate stops, and keeps its best weights",
        fixed_only="it decides how long a trial runs, and all are to be judged alike",
    ),
    "epochs": Hyperparameter(
        Number(low=1, high=1_000_000, integer=True, keywords=(AUTO,)),
        AUTO,
        "passes over the training rows; auto: as many as suit their number",
        fixed_only="all trials run to one horizon, or their speeds could not be compared",
    ),
}
VOCABULARY = Vocabulary(_EVERY)


def plain(value: Any) -> Any:
    """A canonical value as YAML and JSON say it: lists for tuples, {name: settings} for options."""
    if isinstance(value, tuple):
        if len(value) == 2 and isinstance(value[0], str):
            name, settings = value
            return {name: dict(settings)} if settings else name
        return list(value)
    return value


def stable(value: Any) -> Any:
    """As `plain`, without the later settings of a named option that are at their defaults.

    So it stays what it was when a setting is added: in identities, and where Optuna reads it.
    """
    if not (isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str)):
        return plain(value)
    name, settings = value
    return plain((name, tuple(stable_settings(name, dict(settings)).items())))


def stable_settings(name: str, values: Mapping[str, float]) -> dict[str, float]:
    """The settings of an optimizer, initializer, schedule or loss, likewise."""
    tables = [known.kind.options[name] for known in _with_option(name)]
    usual = {key: setting.default for table in tables for key, setting in table.items()}
    return compatibility.settings(name, values, usual)


def with_default_settings(name: str) -> Any:
    """A named option in its canonical form, where nothing is said of its settings."""
    return next(known.kind.check(name) for known in _with_option(name))


def _with_option(name: str) -> list[Hyperparameter]:
    """The hyperparameters with an option of that name. A trainer's own have none with settings."""
    return [known for known in VOCABULARY.values() if name in known.kind.options]


def identifying(config: Mapping[str, Any]) -> dict[str, Any]:
    """Hyperparameters as an identity says them: later ones where they are not at their default."""
    later = VOCABULARY.keys() - compatibility.FIRST_HYPERPARAMETERS
    usual = {name: VOCABULARY.canonical(name, VOCABULARY[name].default) for name in later}
    return {
        name: stable(value)
        for name, value in config.items()
        if not compatibility.goes_without_saying(
            name, value, usual.get(name), first=name not in later
        )
    }
