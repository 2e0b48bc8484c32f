"""Baselines that a network has to beat: scikit-learn's constant, linear model, gradient boosting.

They train on the same encoded rows with scikit-learn's own defaults, once for each set of training
rows: all are deterministic. Where a study weighs its classes, or asks for their balanced error, so
do two more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base import durations
from sweeps.data import Dataset
from sweeps.study import scoring
from sweeps.study.confirm_section import Baseline
from sweeps.study.data_section import PARTS
from sweeps.study.spec import Study
from sweeps.training.isolation import TimeUp, time_limit
from sweeps.training.task import Outcome, failed, stacked


def _constant_classes() -> Any:
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="prior")


def _constant_number() -> Any:
    from sklearn.dummy import DummyRegressor

    return DummyRegressor()


def _linear_classes() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=2000)


def _linear_of_weighted_classes() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=2000, class_weight="balanced")


def _linear_number() -> Any:
    from sklearn.linear_model import Ridge

    return Ridge()


def _boosted_classes() -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=0, early_stopping=False)


def _boosted_weighted_classes() -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        random_state=0, early_stopping=False, class_weight="balanced"
    )


def _boosted_number() -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(random_state=0, early_stopping=False)


def _no_time(dataset: Dataset) -> float:
    return 0.0


def _logistic_time(dataset: Dataset) -> float:
    """Of some hundred passes."""
    return _time_of_passes(100 * len(dataset.target.classes), dataset)


def _ridge_time(dataset: Dataset) -> float:
    """Of one pass, with a square of the rows or the columns, whichever are fewer."""
    return _time_of_passes(min(dataset.parts["train"].x.shape), dataset)


def _time_of_passes(passes: int, dataset: Dataset) -> float:
    rows, columns = dataset.parts["train"].x.shape
    return float(4 * passes * rows * columns * 5e-10)


def _boosting_time(dataset: Dataset) -> float:
    """Of a histogram of every column on each level, and for each node a scan of its bins."""
    rows, columns = dataset.parts["train"].x.shape
    outputs = dataset.target.width
    trees = 100 * (1 if len(dataset.target.classes) == 2 else outputs)
    nodes = 2 * min(31, rows / 20)
    return float(trees * columns * (5 * rows + nodes * min(256, rows)) * 6e-9)


@dataclass(frozen=True)
class BaselineModel:
    """What a baseline is for one kind of target.

    name: as the report has it. make() -> a model of scikit-learn's, which is imported then.
    seconds: about how long it trains, from the size of its work alone (on one core of today's).
    one_each: whether of several targets each has a model of its own.
    """

    name: str
    make: Callable[[], Any]
    seconds: Callable[[Dataset], float]
    one_each: bool = False


# As the study file calls them, each by the target's kind.
BASELINES: Mapping[Baseline, Mapping[str, BaselineModel]] = {
    "constant": {
        "classification": BaselineModel("majority class", _constant_classes, _no_time),
        "regression": BaselineModel("mean", _constant_number, _no_time),
    },
    "linear": {
        "classification": BaselineModel("logistic regression", _linear_classes, _logistic_time),
        "regression": BaselineModel("linear regression", _linear_number, _ridge_time),
    },
    "boosting": {
        "classification": BaselineModel("gradient boosting", _boosted_classes, _boosting_time),
        "regression": BaselineModel("gradient boosting", _boosted_number, _boosting_time, True),
    },
}
# The same with each class of the same total weight; of classification alone.
WEIGHTED: Mapping[Baseline, BaselineModel] = {
    "linear": BaselineModel(
        "class-weighted logistic regression", _linear_of_weighted_classes, _logistic_time
    ),
    "boosting": BaselineModel(
        "class-weighted gradient boosting", _boosted_weighted_classes, _boosting_time
    ),
}


def of_study(study: Study, dataset: Dataset) -> list[str]:
    """The names of those that a study trains on its data."""
    return names(dataset, study.confirm.baselines, weighs_classes(study))


def names(dataset: Dataset, chosen: Sequence[Baseline], is_weighted: bool = False) -> list[str]:
    """The chosen baselines of this dataset's task, as the report has them.

    is_weighted: whether, of classes, there are those too that give each the same weight.
    """
    kind = dataset.target.kind
    found = [row[kind].name for key, row in BASELINES.items() if key in chosen]
    if is_weighted and kind == "classification":
        found += [model.name for key, model in WEIGHTED.items() if key in chosen]
    return found


def weighs_classes(study: Study) -> bool:
    """Whether networks are judged by classes that count alike, or may train on such weights."""
    if any(one.metric == "balanced_error" for one in study.objectives):
        return True
    fixed = study.space.default.get("class_weights", "none")
    return "class_weights" in study.space.searched or fixed != "none"


def _model(name: str, dataset: Dataset) -> BaselineModel:
    models = [*(row[dataset.target.kind] for row in BASELINES.values()), *WEIGHTED.values()]
    return next(model for model in models if model.name == name)


def seconds(name: str, dataset: Dataset) -> float:
    """About how many seconds a baseline trains on one core, from the size of the data."""
    model = _model(name, dataset)
    return sum(model.seconds(own) for own in dataset.each_trained)


def within(limit: float, name: str, dataset: Dataset, first: int = 0) -> Outcome:
    """Train a baseline; it fails if it takes more than `limit` seconds.

    Where no signal can stop it (on Windows, or in C code), the engine ends its worker, later.
    """
    _model(name, dataset).make()  # imports scikit-learn before the clock starts
    try:
        with time_limit(limit):
            return train(name, dataset, first)
    except TimeUp:
        return failed(-1, late(limit))


def late(limit: float) -> str:
    """The cause of a baseline that has not finished within `limit` seconds."""
    return f"not finished in {durations.words(limit)} (confirm.baseline_time allows more)"


def train(name: str, dataset: Dataset, first: int = 0) -> Outcome:
    """Train a baseline on each set of training rows from `first` on, P in all, without curves.

    Final scores (P,), dev_outputs and test_outputs (P, n, K′), padded as in `Outcome`; those of
    the parts that are there.
    """
    each = [_train(name, own) for own in dataset.each_trained[first:]]
    final = {score: np.array([one[score] for one, _ in each]) for score in each[0][0]}
    arrays = {
        f"{part}_outputs": stacked([outputs[part][None] for _, outputs in each])
        for part in PARTS[1:]
        if part in dataset.parts
    }
    return Outcome(-1, "complete", (), final=final, arrays=arrays)


def _made(kind: BaselineModel, dataset: Dataset) -> Any:
    """A model of scikit-learn's, for as many targets as there are."""
    if not (kind.one_each and dataset.target.several):
        return kind.make()
    from sklearn.multioutput import MultiOutputRegressor

    return MultiOutputRegressor(kind.make())


# A kernel of BLAS may flag numbers that it does not return (numpy#24067): scores tell what is so.
@np.errstate(invalid="ignore")
def fitted(name: str, dataset: Dataset) -> Any:
    """A model of scikit-learn's, fitted on the training rows, which all networks share."""
    model = _made(_model(name, dataset), dataset)
    train = dataset.parts["train"]
    weighted = {} if train.weights is None else {"sample_weight": train.weights}
    return model.fit(train.x.astype(np.float64), dataset.labels["train"], **weighted)


@np.errstate(invalid="ignore")
def _train(name: str, dataset: Dataset) -> tuple[dict[str, float], dict[str, NDArray[Any]]]:
    """One model's scores by name, and its outputs (n, K′) by part."""
    model = fitted(name, dataset)
    scores: dict[str, float] = {}
    said: dict[str, NDArray[Any]] = {}
    for part in dataset.parts:
        x, labels = dataset.parts[part].x.astype(np.float64), dataset.labels[part]
        weights = dataset.parts[part].weights
        if dataset.target.kind == "regression":
            outputs = model.predict(x).reshape(len(x), -1)
            loss, error = scoring.loss_and_error(outputs, labels, weights)
        else:
            outputs = np.log(np.clip(model.predict_proba(x), scoring.SMALLEST, 1))
            loss, _ = scoring.loss_and_error(outputs, labels, weights)
            error = float(scoring.mean(model.predict(x) != labels, weights))
        scores |= {f"{part}_loss": float(loss), f"{part}_error": float(error)}
        said[part] = outputs.astype(np.float32)
    return scores, said
