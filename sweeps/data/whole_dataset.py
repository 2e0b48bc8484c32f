"""All rows as training rows, those of test too, for networks that are saved and never scored."""

from dataclasses import replace

import numpy as np

import dnn
from sweeps.data import loading, network_arrays
from sweeps.data.dataset import Dataset
from sweeps.data.loading import DividedTable


def whole(divided: DividedTable, dataset: Dataset, dtype: str) -> Dataset:
    """One part, train, of every row, with encoder and target fitted on all of them.

    Errors: UserError for what networks cannot take.
    """
    frame = divided.features.frame
    with loading.within_memory(divided.spec):
        rows = np.arange(len(frame))
        encoder = divided.encoder(rows)
        x = divided.encode_training(encoder, rows, encoder.encode(frame, dtype))
        inputs = network_arrays.inputs(x, encoder, dtype)
        target, codes = divided.target(rows)
        weights = divided.weights_of({"train": rows})["train"]
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
