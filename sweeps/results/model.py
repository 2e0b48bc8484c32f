"""`model.npz`: the winner's networks with all that is needed to predict from raw columns.

The file has plain arrays and JSON text, and no pickle; neither Optuna nor the study is needed.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import dnn
from dnn import checks
from dnn.arrays import Array
from dnn.network import LAYOUT
from sweeps.base import files
from sweeps.base.errors import Expected, Unquoted, UserError, show
from sweeps.data import Dataset, given_rows, input_layouts
from sweeps.data.dataset import Target
from sweeps.data.encode import Encoder
from sweeps.data.file_kinds import DEFAULTS, ReadOptions
from sweeps.phases.confirm import Confirmation
from sweeps.phases.final import FinalNetworks
from sweeps.results import fitted_scales, predicting
from sweeps.results.fitted_scales import STANDARDIZED, FittedScales
from sweeps.storage import archives, atomic
from sweeps.study.data_section import DataSpec
from sweeps.training import networks


@dataclass(frozen=True)
class FittedFold:
    """What was fitted on a fold's training rows: the encoder, mean and SD of the target, scales.

    Of several targets mean and scale are (K,).
    """

    encoder: Encoder
    mean: float | NDArray[np.float64]
    scale: float | NDArray[np.float64]
    scales: FittedScales = STANDARDIZED


@dataclass(frozen=True)
class Model:
    """An ensemble of P networks: theta (P, N), one network per row, with its encoder of columns.

    reading: how the file was read that it was trained on, and those to predict are. folds: of
    networks that trained on folds, what was fitted on each; `of` (P,) says which is a network's.
    Then `encoder` is that of all folds' rows, and has the network's inputs. rows, judged: of
    networks of all rows, how many those are, and how many the networks had whose error the report
    tells; else 0. scales: where nothing was fitted on folds.
    """

    network: dnn.Network
    theta: Array
    encoder: Encoder
    target: Target
    reading: ReadOptions = DEFAULTS
    folds: tuple[FittedFold, ...] = ()
    of: tuple[int, ...] = ()
    rows: int = 0
    judged: int = 0
    scales: FittedScales = STANDARDIZED

    @property
    def dtype(self) -> np.dtype[Any]:
        """The numbers that the networks reckon with."""
        return np.dtype(self.theta.dtype)

    def outputs(self, frame: Any) -> NDArray[np.float64]:
        """(n, K′) for raw columns: mean probabilities of the classes, or mean predictions."""
        return self.outputs_with_spread(frame)[0]

    def outputs_with_spread(self, frame: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """`outputs`, and their SD (n, K′) over the networks; NaN of a single one."""
        frame = predicting.rows(frame)
        if len(frame) == 0:
            return np.empty((0, self.target.width)), np.empty((0, self.target.width))
        each = self.networks(frame)
        mean = each.mean(axis=0)
        spread = each.std(axis=0, ddof=1) if len(each) > 1 else np.full_like(mean, np.nan)
        return mean, spread

    def networks(self, frame: Any) -> NDArray[np.float64]:
        """(P, n, K′): each network's outputs, for one row or more. Errors: UserError."""
        from threadpoolctl import threadpool_limits

        frame = predicting.rows(frame)
        found = np.empty((len(self.theta), len(frame), self.target.width))
        with threadpool_limits(1):
            for which, fold in self._apart():
                try:
                    x = self._inputs(frame, fold.encoder)
                except Expected as fault:
                    raise UserError(f"predict: {fault.message}") from None
                inputs = x
                if fold.scales.inputs is not None:
                    fold.scales.inputs.apply(inputs)
                found[which] = self._said(inputs, which, fold)
        return found

    def _inputs(self, frame: pd.DataFrame, encoder: Encoder) -> Array:
        frame = given_rows.as_in_training(frame, encoder.names)
        made: Array = input_layouts.encoded_as(frame, encoder, self.encoder, self.dtype.name)
        return made

    def _said(
        self, inputs: Array, which: NDArray[np.bool_], fold: FittedFold
    ) -> NDArray[np.float64]:
        """(·, n, K′) probabilities, or numbers in the target's own units."""
        outputs = dnn.predict(self.network, self.theta[which], inputs).astype(np.float64)
        if self.target.classes:
            return np.exp(outputs)
        if fold.scales.target is not None:
            return fold.scales.target.backward(outputs)
        return outputs * fold.scale + fold.mean

    def _apart(self) -> Iterator[tuple[NDArray[np.bool_], FittedFold]]:
        """Networks (P,) that share what was fitted, with that."""
        if not self.folds:
            target = self.target
            whole = FittedFold(self.encoder, target.means, target.scales, self.scales)
            yield np.ones(len(self.theta), bool), whole
        for number, fold in enumerate(self.folds):
            which = np.array(self.of) == number
            if which.any():
                yield which, fold

    def predict(self, frame: Any) -> pd.Series | pd.DataFrame:
        """The class, or the number in the target's own units, of each row; a column a target."""
        frame = predicting.rows(frame)
        return predicting.answers(self.outputs(frame), self.target, frame.index)


def save(
    path: Path, winner: Confirmation, dataset: Dataset, all_rows: FinalNetworks | None = None
) -> None:
    """Write the winner's networks, those that diverged left out, or the networks of all rows.

    Remove the file if all diverged, or if a user's training function trained the winner, which has
    to save its own models. dataset: what the confirmation's networks trained on.
    """
    if all_rows is not None:
        final = {"final": {"rows": all_rows.rows, "judged": all_rows.judged}}
        _write(path, all_rows.theta, winner, all_rows.dataset, final)
        return
    arrays = winner.outcome.arrays
    theta = arrays["theta"][~arrays["gone"]] if "theta" in arrays else None
    if theta is None or len(theta) == 0:
        path.unlink(missing_ok=True)
        return
    _write(path, theta, winner, dataset, _folds(dataset, np.flatnonzero(~arrays["gone"])))


def _write(
    path: Path, theta: Array, winner: Confirmation, dataset: Dataset, more: dict[str, Any]
) -> None:
    config = winner.candidate.config
    meta = {
        "layout": LAYOUT,
        "network": asdict(networks.network(config, dataset)),
        "encoder": dataset.encoder.plain(),
        "target": _plain(dataset.target),
        "reading": dataset.reading.changed,
        **more,
    }
    scales = fitted_scales.arrays(fitted_scales.of(dataset, config))
    atomic.write_npz(path, {"theta": theta, "meta": np.array(json.dumps(meta)), **scales})


def _plain(target: Target) -> dict[str, Any]:
    found = asdict(target)
    return found if target.several else {k: v for k, v in found.items() if k != "several"}


def _target(plain: dict[str, Any]) -> Target:
    """Back from `_plain`."""
    several = tuple(map(_target, plain.get("several", ())))
    return Target(**{**plain, "classes": tuple(plain["classes"]), "several": several})


def _folds(dataset: Dataset, alive: NDArray[np.intp]) -> dict[str, Any]:
    """What was fitted on each fold, and which of it the networks that are kept have."""
    if dataset.folds is None:
        return {}
    target, each = dataset.target, dataset.each_trained
    return {
        "encoders": [encoder.plain() for encoder in dataset.folds.encoders],
        "targets": [
            {
                "mean": _number(target.means + one.scale.shift * target.scales),
                "scale": _number(one.scale.factor * target.scales),
            }
            for one in each
        ],
        "of": [int(network) // dataset.folds.design.seeds for network in alive],
    }


def _number(value: Any) -> Any:
    """A number as it is, several as a list."""
    return value.tolist() if np.ndim(value) else value


def _numbers(plain: Any) -> float | NDArray[np.float64]:
    """Back from `_number`."""
    return np.array(plain, np.float64) if isinstance(plain, list) else float(plain)


def load(path: Path) -> Model:
    """Read a model. Errors: UserError if the file is not a model."""
    try:
        with archives.opened(path) as file:
            theta, meta = file["theta"], files.parse_json(str(file["meta"]))
            count = len(meta.get("encoders", [])) or 1
            scales = fitted_scales.read(file, count, int(meta["network"]["n_in"]))
        made = _model(theta, meta, scales)
        checks.theta(made.network, theta, "model")
    except files.BROKEN as fault:
        raise UserError(
            f"{path}: expected a model of a study, got: {show(Unquoted(fault))}"
        ) from None
    return made


def _model(theta: Array, meta: dict[str, Any], scales: list[FittedScales]) -> Model:
    network: dict[str, Any] = meta["network"]
    if network["batch_norm"] and meta.get("layout", 1) != LAYOUT:
        raise ValueError("parameters in another version's order")
    fitted = zip(meta.get("encoders", []), meta.get("targets", []), strict=True)
    folds = tuple(
        FittedFold(Encoder.from_plain(encoder), _numbers(own["mean"]), _numbers(own["scale"]), one)
        for (encoder, own), one in zip(fitted, scales, strict=False)
    )
    of = tuple(int(number) for number in meta.get("of", []))
    if folds and (len(of) != len(theta) or not all(0 <= number < len(folds) for number in of)):
        raise ValueError("networks of folds that are not there")
    target, final = _target(meta["target"]), meta.get("final", {})
    sizes = {np.size(number) for fold in folds for number in (fold.mean, fold.scale)}
    if not target.classes and {network["n_out"], *sizes} != {target.width}:
        raise ValueError("other targets than the network's")
    return Model(
        dnn.Network(**{**network, "hidden": tuple(network["hidden"])}),
        theta,
        Encoder.from_plain(meta["encoder"]),
        target,
        _reading(meta),
        folds,
        of,
        int(final.get("rows", 0)),
        int(final.get("judged", 0)),
        STANDARDIZED if folds else scales[0],
    )


def _reading(meta: dict[str, Any]) -> ReadOptions:
    """How the file of training was read; earlier versions kept its decimal mark alone."""
    said = meta.get("reading", {"decimal": str(meta.get("decimal", "."))})
    return ReadOptions.of(DataSpec.model_validate({"source": "", **said}))
