"""`model.npz`: the winner's networks with all that is needed to predict from raw columns.

The file has plain arrays and JSON text, and no pickle; neither Optuna nor the study is needed.
"""

import json
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
from sweeps.data import Dataset
from sweeps.data.dataset import Target
from sweeps.data.encode import Encoder
from sweeps.phases.confirm import Confirmation
from sweeps.storage import archives, atomic
from sweeps.training import networks


@dataclass(frozen=True)
class Model:
    """An ensemble of P networks: theta (P, N), one network per row, with one encoder of columns."""

    network: dnn.Network
    theta: Array
    encoder: Encoder
    target: Target
    decimal: str = "."  # the decimal mark of the CSV it was trained on, and of those to predict

    def outputs(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """(n, K′) for raw columns: mean probabilities of the classes, or the mean prediction."""
        if len(frame) == 0:
            return np.empty((0, max(1, len(self.target.classes))))
        return np.asarray(self.networks(frame).mean(axis=0))

    def networks(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """(P, n, K′): each network's outputs, for one row or more. Errors: UserError."""
        from threadpoolctl import threadpool_limits

        try:
            x = self.encoder.encode(frame)
        except Expected as fault:
            raise UserError(f"predict: {fault.message}") from None
        with threadpool_limits(1):
            outputs = dnn.predict(self.network, self.theta, x.astype(self.theta.dtype))
        outputs = outputs.astype(np.float64)
        if self.target.classes:
            return np.asarray(np.exp(outputs))
        return np.asarray(outputs * self.target.scale + self.target.mean)

    def predict(self, frame: pd.DataFrame) -> pd.Series:
        """The class, or the number in the target's own units, of each row."""
        outputs = self.outputs(frame)
        if not self.target.classes:
            return pd.Series(outputs[:, 0], index=frame.index, name=self.target.name)
        names = np.array(self.target.classes)[outputs.argmax(axis=1)]
        return pd.Series(names, index=frame.index, name=self.target.name)


def save(path: Path, winner: Confirmation, dataset: Dataset) -> None:
    """Write the winner's networks, those that diverged left out.

    Remove the file if all diverged, or if a user's training function trained the winner, which has
    to save its own models.
    """
    arrays = winner.outcome.arrays
    theta = arrays["theta"][~arrays["gone"]] if "theta" in arrays else ()
    if len(theta) == 0:
        path.unlink(missing_ok=True)
        return
    meta = {
        "layout": LAYOUT,
        "network": asdict(networks.network(winner.candidate.config, dataset)),
        "encoder": dataset.encoder.plain(),
        "target": asdict(dataset.target),
        "decimal": dataset.decimal,
    }
    atomic.write_npz(path, {"theta": theta, "meta": np.array(json.dumps(meta))})


def load(path: Path) -> Model:
    """Read a model. Errors: UserError if the file is not a model."""
    try:
        with archives.opened(path) as file:
            theta, meta = file["theta"], files.parse_json(str(file["meta"]))
        made = _model(theta, meta)
        checks.theta(made.network, theta, "model")
    except files.BROKEN as fault:
        raise UserError(
            f"{path}: expected a model of a study, got: {show(Unquoted(fault))}"
        ) from None
    return made


def _model(theta: Array, meta: dict[str, Any]) -> Model:
    network: dict[str, Any] = meta["network"]
    if network["batch_norm"] and meta.get("layout", 1) != LAYOUT:
        raise ValueError("parameters in another version's order")
    target: dict[str, Any] = meta["target"]
    return Model(
        dnn.Network(**{**network, "hidden": tuple(network["hidden"])}),
        theta,
        Encoder.from_plain(meta["encoder"]),
        Target(**{**target, "classes": tuple(target["classes"])}),
        str(meta.get("decimal", ".")),
    )
