"""Settings and counts in plain words."""

from collections.abc import Mapping
from typing import Any

from sweeps.base.redaction import redact
from sweeps.data import Dataset
from sweeps.study.hyperparameters.vocabulary import plain
from sweeps.study.spec import Study


def settings(config: Mapping[str, Any]) -> str:
    """A configuration in one line, as the report has it; without secrets."""
    from reports import text

    line = text.settings({name: plain(value) for name, value in config.items()})
    return redact(line) or text.DASH


def value_of(value: Any) -> str:
    """A canonical value, numbers shortened: `0.001`, `[32, 16]`, `momentum (beta 0.9)`."""
    from reports import text

    return redact(text.value(plain(value)))


def option(code: Any) -> str:
    """An option of a choice as Optuna knows it, with digits enough to tell it from the others.

    Likewise an end of a range.
    """
    from reports import text

    return text.setting(float(code), 6) if isinstance(code, float) else value_of(code)


def count(n: int, word: str) -> str:
    """`1 job`, `2 jobs`."""
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


def confirmation(study: Study, dataset: Dataset) -> str:
    """A confirmed setting's networks: `20 networks (5 folds × 2 repeats × 2 seeds)`.

    `20 networks (…), then 10 more at a time, up to 100, while that may settle a question`.
    """
    folds = dataset.for_confirmation.folds
    if folds is None:
        return networks(study, dataset)
    planned = study.confirm.planned(folds.design)
    said = networks(study, dataset.for_confirmation.up_to(planned[0]))
    if len(planned) == 1:
        return said
    each, most = folds.design.up_to(1).replicates, folds.design.up_to(planned[-1]).replicates
    return f"{said}, then {each} more at a time, up to {most}, while that may settle a question"


def networks(study: Study, dataset: Dataset, after: int = 0) -> str:
    """The same of one round; after: repeats of the folds that are done already."""
    folds = dataset.for_confirmation.folds
    if folds is None:
        return count(study.confirm.replicates, "fresh seed")
    design = folds.design.up_to(folds.design.repeats - after)
    more = "more network" if after else "network"
    return f"{count(design.replicates, more)} ({design.in_words})"


def score(metric: str, value: float, sd: float | None) -> str:
    """A value of a metric; errors of a number in its own unit, of which an SD is so many."""
    from reports import text, units

    own = units.own(metric, sd)
    return f"{value:.4f}" if own == 1.0 else text.amount(own * value)
