"""Whether a study agrees with its data: metrics, hyperparameters and targets of the task."""

from typing import Protocol

from sweeps.base.errors import Expected, Unquoted, show
from sweeps.study import patience_rules, racing_rules
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.metrics import METRICS
from sweeps.study.search_consistency import Found
from sweeps.study.spec import Study
from sweeps.study.unusual_values import unusual


class PredictedTarget(Protocol):
    """What the data let a network predict."""

    @property
    def kind(self) -> str:
        """classification or regression."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes' names; none in regression."""


def faults(study: Study, target: PredictedTarget) -> list[tuple[str, Expected]]:
    """Every disagreement between study and data, as (dotted path, what was expected)."""
    every = (_metrics_of_the_task, _hyperparameters_of_the_task, _shares)
    found = [fault for check in every for fault in check(study, target)]
    return [*found, *_patience(study), *_racing(study)]  # by the epoch that counts, known by now


def _metrics_of_the_task(study: Study, target: PredictedTarget) -> Found:
    for name in study.metrics:
        task = METRICS[name].task
        if task and task != target.kind:
            problem = Expected(f"a metric of {target.kind}", name, f"it is one of {task}")
            yield section_of(study, name), problem


def section_of(study: Study, metric: str) -> str:
    """The section that names a metric."""
    return "objective" if metric in [o.metric for o in study.objectives] else "constraints"


def _shares(study: Study, target: PredictedTarget) -> Found:
    """Errors above 1, though in classification an error is a share of rows: meant in percent."""
    given = {"targets.dev_error": study.targets.dev_error, "reference": study.reference}
    for path, value in given.items():
        if target.kind == "classification" and value is not None and value > 1:
            hint = f"did you mean {value / 100:g}?" if value <= 100 else ""
            yield path, Expected("a share of rows, at most 1", value, hint)


def _hyperparameters_of_the_task(study: Study, target: PredictedTarget) -> Found:
    """Hyperparameters that are for the other task, and class weights that are not one per class."""
    kind, classes = target.kind, target.classes
    for name, known in VOCABULARY.items():
        if known.task and known.task != kind:
            for path, value in unusual(study.space, name):
                expected = f"{show(known.default)} in {kind}"
                yield path, Expected(expected, value, f"{name} is for {known.task}")
        elif name == "class_weights":
            for path, value in unusual(study.space, name):
                if isinstance(value, list) and len(value) != len(classes):
                    names = Unquoted(", ".join(classes))
                    expected = f"{len(classes)} weights, one for each of {show(names)}"
                    yield path, Expected(expected, value)


def _patience(study: Study) -> Found:
    if isinstance(study.search.patience, int) and (problem := patience_rules.fault(study)):
        yield "search.patience", problem


def _racing(study: Study) -> Found:
    if study.search.racing is True and (problem := racing_rules.fault(study)):
        yield "search.racing", problem
