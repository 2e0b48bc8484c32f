"""What predicts new rows from raw columns: the saved networks, or a baseline fitted again."""

from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import Expected, UserError
from sweeps.data.arrays.dataset import Target
from sweeps.data.column.encode import Encoder
from sweeps.data.given import given_rows
from sweeps.data.source.read_options import ReadOptions


class Predictor(Protocol):
    """A model with its encoder of columns, its target and how its file was read.

    It takes rows as `sweeps.run` does: a frame, another library's table, or arrays.
    """

    @property
    def encoder(self) -> Encoder:
        """The encoder of raw columns."""

    @property
    def target(self) -> Target:
        """What is predicted."""

    @property
    def reading(self) -> ReadOptions:
        """How the file was read that it was trained on."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The numbers that its inputs are."""

    def outputs(self, frame: Any) -> NDArray[np.float64]:
        """(n, K′) for raw columns: probabilities of the classes, or numbers. Errors: UserError."""

    def outputs_with_spread(
        self, frame: Any
    ) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
        """`outputs`, and their SD (n, K′) over the networks; None of what is no network."""

    def predict(self, frame: Any) -> pd.Series | pd.DataFrame:
        """The class, or the number in the target's own units, of each row; a column a target."""


def rows(given: Any) -> pd.DataFrame:
    """Rows of any kind that `sweeps.run` takes, as a frame. Errors: UserError."""
    try:
        return given_rows.as_frame(given)
    except Expected as fault:
        raise UserError(f"predict: {fault.message}") from None


def answers(
    outputs: NDArray[np.float64], target: Target, index: pd.Index
) -> pd.Series | pd.DataFrame:
    """The class, or number, of each row of outputs (n, K′); of several targets a column each."""
    if target.several:
        return pd.DataFrame(outputs, index=index, columns=[one.name for one in target.several])
    if not target.classes:
        return pd.Series(outputs[:, 0], index=index, name=target.name)
    words = np.array(target.classes)[outputs.argmax(axis=1)]
    return pd.Series(words, index=index, name=target.name)
