"""The hyperparameters a study can fix or search: one table, with each one's kind and default."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import dnn
from sweeps.study import compatibility
from sweeps.study.hyperparameters.kinds import (
    FRACTION,
    LIMIT,
    POSITIVE,
    Flag,
    Kind,
    Name,
    Number,
    PerLayer,
    Weights,
    Widths,
)
from sweeps.study.hyperparameters.named_options import (
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    NamedOptions,
)


@dataclass(frozen=True)
class Hyperparameter:
    """One word of the vocabulary. `fixed_only` says why it cannot be searched.

    task: "classification" or "regression", where another value than the default is for it alone.
    """

    kind: Kind
    default: Any
    about: str
    fixed_only: str = ""
    task: str = ""


_WORDS: Mapping[str, Hyperparameter] = {
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
    """A canonical value as YAML and JSON say it: lists for tuples, {name: settings} for options."""
    if isinstance(value, tuple):
        if len(value) == 2 and isinstance(value[0], str):
            name, settings = value
            return {name: dict(settings)} if settings else name
        return list(value)
    return value


def said(value: Any) -> Any:
    """As `plain`, without the later settings of a name that are at their defaults.

    So it stays what it was when a setting is added: in identities, and where Optuna reads it.
    """
    if not (isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str)):
        return plain(value)
    name, settings = value
    return plain((name, tuple(said_settings(name, dict(settings)).items())))


def said_settings(name: str, values: Mapping[str, float]) -> dict[str, float]:
    """The settings of an optimizer, initializer, schedule or loss, likewise."""
    tables = (word.kind.table for word in _WORDS.values() if isinstance(word.kind, NamedOptions))
    each = (table[name] for table in tables if name in table)
    usual = {key: setting.default for table in each for key, setting in table.items()}
    return compatibility.settings(name, values, usual)


def identifying(config: Mapping[str, Any]) -> dict[str, Any]:
    """Hyperparameters as an identity says them: later ones where they are not at their default."""
    later = _WORDS.keys() - compatibility.FIRST_HYPERPARAMETERS
    usual = {word: canonical(word, _WORDS[word].default) for word in later}
    return {
        word: said(value)
        for word, value in config.items()
        if not compatibility.goes_without_saying(
            word, value, usual.get(word), first=word not in later
        )
    }


def defaults() -> dict[str, Any]:
    """The vocabulary's defaults, canonical."""
    return {name: canonical(name, word.default) for name, word in VOCABULARY.items()}
