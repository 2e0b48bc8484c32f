"""The winner's networks with all that is needed to predict from raw columns.

`sweeps.results.model_file` writes and reads them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps.base.errors import Expected, UserError
from sweeps.data.arrays.dataset import Target
from sweeps.data.column import input_layouts
from sweeps.data.column.encode import Encoder
from sweeps.data.given import given_rows
from sweeps.data.source.read_options import DEFAULTS, ReadOptions
from sweeps.results import predicting
from sweeps.results.fitted_scales import STANDARDIZED, FittedScales


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
