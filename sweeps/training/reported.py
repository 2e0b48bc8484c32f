"""What a user's training function yields after an epoch: numbers and outputs, checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import Expected, Unquoted, did_you_mean
from sweeps.data import Dataset
from sweeps.study import metrics, scoring
from sweeps.study.data_section import PARTS

NUMBERS = tuple(f"{part}_{kind}" for part in PARTS for kind in ("loss", "error"))
OUTPUTS = tuple(f"{part}_outputs" for part in PARTS)
FLOOR = float(np.log(scoring.SMALLEST))  # of a log-probability
# Why a loss or an error cannot be brought to the study's units:
SEVERAL = "each of several targets has a unit of its own where replicates have their own rows"
MAPPED = "the target is learned on a scale of its own: target_scale"
SUMS = 1e-2  # how far from 1 the probabilities of a row may add up to


@dataclass(frozen=True)
class EpochReport:
    """What one replicate reported after an epoch.

    numbers: by score, those computed from the outputs included; outputs: (n, K′) by part.
    """

    numbers: dict[str, float] = field(default_factory=dict)
    outputs: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    diverged: bool = False

    @property
    def in_words(self) -> Unquoted:
        """The names of what was reported, for a message."""
        return Unquoted(", ".join([*self.numbers, *(f"{part}_outputs" for part in self.outputs)]))


def read(given: Any, dataset: Dataset) -> EpochReport:
    """Check what was yielded, and bring it to the study's units; not finite means divergence.

    Errors: Expected.
    """
    if not isinstance(given, Mapping) or not given:
        raise Expected("a mapping of metrics, like {'dev_loss': 0.3}", given)
    for name in given:
        if name not in (*NUMBERS, *OUTPUTS):
            raise Expected("a known metric", name, did_you_mean(name, (*NUMBERS, *OUTPUTS)))
    outputs = {
        part: dataset.scale.outputs(_outputs(part, given[f"{part}_outputs"], dataset))
        for part in PARTS
        if given.get(f"{part}_outputs") is not None
    }
    numbers: dict[str, float] = {}
    for part, values in outputs.items():
        scores = scoring.loss_and_error(values, dataset.labels[part], dataset.parts[part].weights)
        numbers |= {f"{part}_loss": float(scores[0]), f"{part}_error": float(scores[1])}
    said = [name for name in NUMBERS if given.get(name) is not None]
    if said and not dataset.scale.keeps_scores:
        hint = MAPPED if dataset.scale.map is not None else SEVERAL
        raise Expected("outputs alone, without numbers", Unquoted(", ".join(said)), hint)
    numbers |= {
        name: _number(name, given[name], dataset) * dataset.scale.of_score(name) for name in said
    }
    everything = [np.array(list(numbers.values())), *outputs.values()]
    return EpochReport(
        numbers, outputs, not all(np.isfinite(values).all() for values in everything)
    )


def _number(name: str, given: Any, dataset: Dataset) -> float:
    if isinstance(given, bool | np.bool_):
        raise Expected(f"a number as {name}", bool(given))
    try:
        number = float(given)
    except (TypeError, ValueError, OverflowError):
        raise Expected(f"a number as {name}", Unquoted(type(given).__name__)) from None
    if name.endswith("_error") and np.isfinite(number):
        if dataset.target.classes and not 0 <= number <= 1:
            raise Expected(f"a share of rows, from 0 to 1, as {name}", number)
        if number < 0:
            raise Expected(f"a number >= 0 as {name}", number)
    return number


def _outputs(part: str, given: Any, dataset: Dataset) -> NDArray[np.float64]:
    name, classes = f"{part}_outputs", len(dataset.target.classes)
    width = dataset.target.width
    if part not in dataset.labels:
        raise Expected("no outputs of test rows in the search", name)
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError, RuntimeError):  # RuntimeError: a PyTorch tensor with a gradient
        hint = "detach() a tensor first"
        raise Expected(f"an array as {name}", Unquoted(type(given).__name__), hint) from None
    rows = len(dataset.labels[part])
    if not classes and values.shape == (rows,):
        values = values[:, None]
    if values.shape != (rows, width):
        shape = f"({rows}, {width})" if width > 1 else f"({rows},)"
        raise Expected(f"{name} of shape {shape}", Unquoted(values.shape))
    if not classes:
        return values
    # A row in which no class has any probability means that the replicate has diverged.
    impossible = np.isneginf(values).all(axis=-1, keepdims=True)
    values = np.where(impossible, np.nan, values)
    sums = np.exp(values).sum(axis=-1)
    if np.isfinite(sums).all() and (np.abs(sums - 1) > SUMS).any():
        far = sums[np.abs(sums - 1).argmax()]
        hint = "probabilities? take their logarithm"
        got = Unquoted(f"a row whose probabilities add up to {far:.3g}")
        raise Expected(f"log-probabilities as {name}", got, hint)
    return np.maximum(values, FLOOR)


def value(name: str, metric: metrics.Score, report: EpochReport, dataset: Dataset) -> float:
    """One replicate's metric of that name. Errors: Expected, naming what was not reported."""
    numbers = {name: np.array([number]) for name, number in report.numbers.items()}
    known = dataset.labels["dev"], dataset.parts["dev"].weights
    try:
        (found,) = metric.of(
            metrics.ScoreInputs(numbers, lambda: report.outputs["dev"][None], *known)
        )
    except KeyError as missing:
        lacking = "dev_outputs" if missing.args[0] == "dev" else missing.args[0]
        raise Expected(f"{lacking} (for {name})", report.in_words) from None
    return float(found)


def constant_predictor_report(dataset: Dataset) -> EpochReport:
    """The report of the best constant predictor of the training rows, used as epoch 0."""
    labels, dev = dataset.labels["train"], len(dataset.labels["dev"])
    weights = dataset.parts["train"].weights
    if dataset.target.classes:
        counts = np.bincount(labels, weights, minlength=len(dataset.target.classes))
        row = np.log(counts / counts.sum())
    else:
        # The target is standardized by the training rows, whatever they weigh.
        y = dataset.parts["train"].y
        mean = 0.0 if weights is None else np.average(y, axis=0, weights=weights)
        row = dataset.scale.outputs(np.full(y.shape[1], mean))
    numbers = {name: dataset.constants[name] for name in NUMBERS if not name.startswith("test")}
    return EpochReport(numbers, {"dev": np.maximum(np.tile(row, (dev, 1)), FLOOR)})
