"""The confirmation's frame and predictions, from outcomes. Columns: see docs/reference.md."""

import json
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.data import Dataset
from sweeps.phases.confirm import Confirmation
from sweeps.results import frames
from sweeps.study import metrics, scoring
from sweeps.study.hyperparameters.vocabulary import plain
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training.networks import network
from sweeps.training.task import SCORES, Outcome

TEST_SCORES = (*SCORES, "test_loss", "test_error")


def frame(
    study: Study, dataset: Dataset, networks: list[Confirmation], others: dict[str, Outcome]
) -> pd.DataFrame:
    """One row per confirmed network, by rank; then one per baseline."""
    rows = []
    for one in networks:
        candidate, outcome = one.candidate, one.outcome
        gone = outcome.curves["diverged"]
        on_test = _of_outputs(study, dataset, outcome, "test")
        costs = frames.costs(outcome) | {"epochs": int(outcome.curves["epoch"][-1])}
        costs["counted_epoch"] = frames.counted_epoch(study, outcome, candidate.epoch)
        config = {word: plain(value) for word, value in candidate.config.items()}
        for replicate in range(gone.shape[1]):
            diverged = bool(outcome.arrays["gone"][replicate])
            row: dict[str, Any] = {
                "config": candidate.label,
                "kind": "network",
                "trial": candidate.trial,
                "rank": one.rank,
                "is_default": candidate.is_default,
                "replicate": replicate,
                **_place(dataset, replicate),
                "status": "diverged" if diverged else "ok",
                "diverged_epoch": int(gone[:, replicate].argmax()) if diverged else -1,
                **{score: _of(outcome, score, replicate) for score in TEST_SCORES},
                **{name: float(outcome.final[name][replicate]) for name in frames.further(study)},
                **{f"test_{name}": float(each[replicate]) for name, each in on_test.items()},
                "settings": json.dumps(config),
                "selected_value": candidate.selected_value,
                **costs,
                "parameters": parameters(study, candidate.config, dataset),
            }
            rows.append(row)
    for name, outcome in others.items():
        rows += _baseline(study, dataset, name, outcome)
    return pd.DataFrame(rows)


def _place(dataset: Dataset, replicate: int) -> dict[str, int]:
    """Repeat, fold and seed of a network; nothing where the confirmation is on one split."""
    if dataset.folds is None:
        return {}
    return dict(zip(("repeat", "fold", "seed"), dataset.folds.design.place(replicate), strict=True))


def _of_outputs(
    study: Study, dataset: Dataset, outcome: Outcome, part: str
) -> dict[str, scoring.Values]:
    """(P,) by name, each further metric that follows from a part's outputs; NaN without outputs."""
    names = [name for name in frames.further(study) if name in metrics.OF_OUTPUTS]
    outputs = outcome.arrays.get(f"{part}_outputs")
    if outputs is None:
        return dict.fromkeys(names, np.full(len(outcome.final["train_error"]), np.nan))
    gone = outcome.arrays.get("gone", np.zeros(len(outputs), bool))
    # Scores read dev numbers and dev outputs; here these are the part's.
    numbers = {f"dev_{kind}": outcome.final[f"{part}_{kind}"] for kind in ("loss", "error")}
    found = {}
    for name in names:
        score = metrics.METRICS[name]
        if isinstance(score, metrics.Score):
            values = _scored(score, numbers, outputs, dataset, part)
            found[name] = score.bounded(values, gone, score.worst(dataset))
    return found


def _scored(
    score: metrics.Score,
    numbers: dict[str, scoring.Values],
    outputs: NDArray[Any],
    dataset: Dataset,
    part: str,
) -> scoring.Values:
    """(P,) a score of a part's outputs (P, n, K′), of each network's own rows."""
    # A model that every network of a fold shares its rows with, such as a baseline, is there once.
    each = dataset.each_trained
    alike = len(outputs) // len(each)
    found = []
    for place, own in enumerate(each):
        rows = slice(place * alike, (place + 1) * alike)
        labels = own.labels[part]
        said = outputs[rows, : len(labels)]
        own_numbers = {name: values[rows] for name, values in numbers.items()}
        known = labels, own.parts[part].weights
        found.append(score.of(metrics.ScoreInputs(own_numbers, partial(np.asarray, said), *known)))
    return np.concatenate(found)


def _of(outcome: Outcome, score: str, replicate: int) -> float:
    values = outcome.final.get(score)
    return np.nan if values is None else float(values[replicate])


def parameters(study: Study, config: Config, dataset: Dataset) -> int:
    """The number of parameters of one network; 0 for a user's training function."""
    return network(config, dataset).n_parameters if study.trainer is None else 0


def _baseline(study: Study, dataset: Dataset, name: str, outcome: Outcome) -> list[dict[str, Any]]:
    """A baseline's rows, one for each set of training rows: scores and metrics; the costs are 0."""
    dev, test = (_of_outputs(study, dataset, outcome, part) for part in ("dev", "test"))
    gap = outcome.final["dev_error"] - outcome.final["train_error"]
    known = dev | {f"test_{metric}": values for metric, values in test.items()}
    known |= {"gap": gap} if "gap" in study.metrics else {}
    seeds = 1 if dataset.folds is None else dataset.folds.design.seeds
    return [
        {
            "config": name,
            "kind": "baseline",
            "trial": -1,
            "rank": 0,
            "is_default": False,
            "replicate": place,
            **_place(dataset, place * seeds),
            "status": "ok",
            "diverged_epoch": -1,
            **{score: _of(outcome, score, place) for score in TEST_SCORES},
            **{metric: float(values[place]) for metric, values in known.items()},
            "settings": "{}",
            "selected_value": np.nan,
            **frames.costs(outcome),
            "epochs": 0,
            "counted_epoch": 0,
            "parameters": 0,
        }
        for place in range(len(gap))
    ]


def predictions(
    dataset: Dataset, networks: list[Confirmation], others: dict[str, Outcome]
) -> dict[str, Any]:
    """Targets, groups and outputs by configuration, as the arrays of predictions.npz."""
    folds, known = dataset.folds, dataset.folds or dataset
    arrays: dict[str, Any] = {} if folds is None else {"dev_fold": folds.number}
    outcomes = {one.candidate.label: one.outcome for one in networks} | others
    for part in known.labels:
        if part == "train":
            continue
        arrays[f"{part}_target"] = known.labels[part]
        if known.places is not None:
            places = known.places.of(part)
            arrays |= {f"{part}_{name}": values for name, values in places.items()}
        if part in known.weights:
            arrays[f"{part}_weight"] = known.weights[part]
        if part in known.groups:
            arrays[f"{part}_group"] = known.groups[part]
        for name, outcome in outcomes.items():
            found = outcome.arrays.get(f"{part}_outputs")
            if found is not None:
                whole = folds.out_of_fold(found) if folds and part == "dev" else found
                arrays[f"{name}/{part}"] = whole
    return arrays
