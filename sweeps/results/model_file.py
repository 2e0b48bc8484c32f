"""`model.npz`: a model written and read; plain arrays and JSON text, and no pickle.

Neither Optuna nor the study is needed to read it.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dnn
from dnn import checks
from dnn.arrays import Array
from dnn.network import LAYOUT
from sweeps.base import files
from sweeps.base.errors import Unquoted, UserError, show
from sweeps.data import Dataset
from sweeps.data.arrays.dataset import Target
from sweeps.data.column.encode import Encoder
from sweeps.data.source.read_options import ReadOptions
from sweeps.phases.confirm import Confirmation
from sweeps.phases.final import FinalNetworks
from sweeps.results import fitted_scales
from sweeps.results.fitted_scales import STANDARDIZED, FittedScales
from sweeps.results.model import FittedFold, Model
from sweeps.storage import archives, atomic
from sweeps.study.data_section import DataSpec
from sweeps.training import networks


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
