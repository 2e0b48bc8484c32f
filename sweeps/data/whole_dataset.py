"""All rows as training rows, those of test too, for networks that are saved and never scored."""

from dataclasses import replace

import numpy as np

import dnn
from sweeps.data import encode, loading, network_arrays
from sweeps.data.dataset import Dataset
from sweeps.data.loading import DividedTable


def whole(divided: DividedTable, dataset: Dataset, dtype: str) -> Dataset:
    """One part, train, of every row, with encoder and target fitted on all of them.

    Errors: UserError for what networks cannot take.
    """
    frame = divided.features.frame
    with loading.within_memory(divided.spec):
        encoder = encode.fit(frame, divided.spec.standardize)
        inputs = network_arrays.inputs(encoder.encode(frame), encoder, dtype)
        target, codes = divided.target(np.arange(len(frame)))
        data = dnn.Data(inputs, network_arrays.targets(target, codes, dtype))
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
