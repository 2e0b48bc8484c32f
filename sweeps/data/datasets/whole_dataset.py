"""Rows as training rows alone, for models that are saved or used, and never scored."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

import dnn
from sweeps.data.arrays import network_arrays
from sweeps.data.arrays.dataset import Dataset
from sweeps.data.datasets import loading
from sweeps.data.divided.divided_table import DividedTable


def whole(divided: DividedTable, dataset: Dataset, dtype: str) -> Dataset:
    """As `of_rows`, of every row, those of test too. Errors: UserError."""
    return of_rows(divided, dataset, dtype, np.arange(len(divided.features.frame)))


def of_rows(divided: DividedTable, dataset: Dataset, dtype: str, rows: NDArray[np.intp]) -> Dataset:
    """One part, train, of these rows (n,), with encoder and target fitted on all of them.

    Errors: UserError for what networks cannot take.
    """
    frame = divided.features.frame.iloc[rows]
    with loading.within_memory(divided.spec):
        encoder = divided.encoder(rows)
        x = divided.encode_training(encoder, rows, encoder.encode(frame, dtype))
        inputs = network_arrays.inputs(x, encoder, dtype)
        target, codes = divided.target(rows)
        weights = divided.weights_of({"train": rows})["train"]
        codes = codes[rows]
        data = dnn.Data(inputs, network_arrays.targets(target, codes, dtype), weights)
    return replace(
        dataset,
        parts={"train": data},
        labels={"train": codes},
        target=target,
        encoder=encoder,
        constants=network_arrays.constants(target, {"train": data}),
        groups={},
        resampled=None,
        folded=None,
    )
