"""A baseline that predicts new rows: fitted again on the study's own rows, for none is saved."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sweeps.base.errors import Expected, UserError, show
from sweeps.data import Dataset
from sweeps.data.arrays.dataset import Target
from sweeps.data.column.encode import Encoder
from sweeps.data.datasets import whole_dataset
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.given import given_rows
from sweeps.data.source.read_options import ReadOptions
from sweeps.phases import final, prepare
from sweeps.results import predicting
from sweeps.storage import folders, identities
from sweeps.study.spec import Study
from sweeps.training import baselines


@dataclass(frozen=True)
class FittedBaseline:
    """A model of scikit-learn's with its encoder of columns; rows: on how many it was fitted."""

    name: str
    estimator: Any
    encoder: Encoder
    target: Target
    reading: ReadOptions
    dtype: np.dtype[Any]
    rows: int

    def outputs(self, frame: Any) -> NDArray[np.float64]:
        """(n, K′) for raw columns: probabilities of the classes, or numbers in their own units."""
        frame = predicting.rows(frame)
        found = np.zeros((len(frame), self.target.width))
        if len(frame) == 0:
            return found
        try:
            frame = given_rows.as_in_training(frame, self.encoder.names)
            x = self.encoder.encode(frame, self.dtype.name).astype(np.float64)
        except Expected as fault:
            raise UserError(f"predict: {fault.message}") from None
        with threadpool_limits(1), np.errstate(invalid="ignore"):
            if self.target.classes:
                found[:, self.estimator.classes_] = self.estimator.predict_proba(x)
                return found
            found[:] = self.estimator.predict(x).reshape(found.shape)
        return np.asarray(found * self.target.scales + self.target.means)

    def outputs_with_spread(self, frame: Any) -> tuple[NDArray[np.float64], None]:
        """`outputs`, without a spread: it is one model."""
        return self.outputs(frame), None

    def predict(self, frame: Any) -> pd.Series | pd.DataFrame:
        """The class, or the number in the target's own units, of each row; a column a target."""
        frame = predicting.rows(frame)
        return predicting.answers(self.outputs(frame), self.target, frame.index)


def fitted(folder: Path, name: str) -> FittedBaseline:
    """A run's baseline by its name in the report, on the rows that its saved networks are of.

    Those are all, where `final` says so, test rows too; else all but test where they are resampled,
    else the training rows. Errors: UserError where the study's rows are not what they were.
    """
    study, dataset, divided = _study(folder, name)
    whole = whole_dataset.of_rows(divided, dataset, study.dtype, _rows(study, divided))
    # Libraries that are loaded later would have as many threads as they like.
    import sklearn.ensemble
    import sklearn.linear_model  # noqa: F401

    with threadpool_limits(1):
        estimator = baselines.fitted(name, whole)
    dtype = np.dtype(study.dtype)
    return FittedBaseline(
        name, estimator, whole.encoder, whole.target, whole.reading, dtype, whole.n_train
    )


def _rows(study: Study, divided: DividedTable) -> NDArray[np.intp]:
    if final.is_wanted(study):
        return np.arange(len(divided.features.frame))
    parts = divided.parts
    if study.replicates.is_resampled:
        return np.sort(np.concatenate([parts["train"], parts["dev"]]))
    return np.asarray(parts["train"], np.intp)


def _study(folder: Path, name: str) -> tuple[Study, Dataset, DividedTable]:
    """The run's study and its rows. Errors: UserError where they are gone, or others."""
    why = f"{name} is fitted again on the study's rows"
    path, document = folder / "study.yaml", folders.study(folder)
    known = (identities.of_folder(folder) or {}).get("data")
    try:
        found = prepare.with_rows(document, folder, [], folder_of=lambda _: folder, is_checked=True)
    except UserError as fault:
        first = str(fault).partition("\n")[0]
        raise UserError(f"{first}; {why}: put them back where the run had them") from None
    study, dataset, _ = found
    here = json.loads(json.dumps(dataset.identity(study.data)))
    if isinstance(known, dict) and known != here:
        each = sorted(known.keys() | here.keys())
        differ = ", ".join(f"data.{key}" for key in each if known.get(key) != here.get(key))
        got = f"{show(study.data.source)} with others ({differ})"
        raise UserError(
            f"{path}: data.source: expected the rows of the run, got {got}; {why}: put them back "
            "as they were, or run the study again"
        )
    return found
