"""The dataset of a search whose replicates have rows of their own: each encoded by its own encoder.

All share the inputs of an encoder that has seen the whole pool, so that one network fits them. A
category or a gap that a replicate's training rows do not have has an input there that is always 0.
"""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dnn
from sweeps.data import encode, loading, network_arrays, resampling
from sweeps.data.dataset import Dataset, ReplicateRows, TargetScale
from sweeps.data.encode import CategoryColumn, Encoder
from sweeps.data.loading import DividedTable
from sweeps.data.resampling import Pool, Resample
from sweeps.study.replicates_section import ReplicatesSpec

PARTS = ("train", "dev")  # of the search


def resampled(divided: DividedTable, dataset: Dataset, spec: ReplicatesSpec, dtype: str) -> Dataset:
    """What the search's replicates train on, instead of the dataset's own train and dev rows.

    Errors: Expected (below `replicates`), or UserError for rows that a replicate cannot train on.
    """
    rows = np.sort(np.concatenate([divided.parts[part] for part in PARTS]))
    pool = Pool(rows, divided.names, divided.groups)
    with loading.within_memory(divided.spec):
        drawn = resampling.draw(spec, divided.spec.split, pool)
        layout = encode.fit(divided.features.frame.iloc[rows], divided.spec.standardize)
        _, labels = divided.target(divided.parts["train"])
        own = [_own(divided, dataset, one, layout, labels, dtype) for one in drawn]
        return _joined(dataset, own)


def _own(
    divided: DividedTable,
    dataset: Dataset,
    rows: Resample,
    layout: Encoder,
    labels: NDArray[Any],
    dtype: str,
) -> Dataset:
    """One replicate's dataset: all that is fitted on data is fitted on its own training rows.

    labels: those of every row of the table, in the study's units.
    """
    frame, both = divided.features.frame, np.concatenate([rows.train, rows.dev])
    encoder = encode.fit(frame.iloc[rows.train], divided.spec.standardize)
    x = np.zeros((len(both), len(layout.inputs)))
    x[:, places(encoder, layout)] = encoder.encode(frame.iloc[both])
    inputs = network_arrays.inputs(x, layout, dtype)
    target, codes = divided.target(rows.train)
    y = network_arrays.targets(target, codes[both], dtype)
    spans = {"train": slice(0, len(rows.train)), "dev": slice(len(rows.train), len(both))}
    parts = {part: dnn.Data(inputs[span], y[span]) for part, span in spans.items()}
    scale = TargetScale.between(target, dataset.target)
    known = network_arrays.constants(target, parts)
    return replace(
        dataset,
        parts=parts,
        labels={part: labels[both[span]] for part, span in spans.items()},
        constants={name: value * scale.of_score(name) for name, value in known.items()},
        scale=scale,
    )


def places(encoder: Encoder, layout: Encoder) -> NDArray[np.intp]:
    """Where an encoder's inputs stand among those of one that was fitted on these rows and more."""
    found: list[int] = []
    start = 0
    for own, whole in zip(encoder.columns, layout.columns, strict=True):
        if isinstance(own, CategoryColumn) and isinstance(whole, CategoryColumn):
            numbers = {category: n for n, category in enumerate(whole.categories, start)}
            found += [numbers[category] for category in own.categories]
        else:
            found += range(start, start + len(own.inputs))
        start += len(whole.inputs)
    return np.array(found, dtype=np.intp)


def _joined(dataset: Dataset, each: list[Dataset]) -> Dataset:
    """The replicates' datasets as one, their rows one after the other in each part."""
    spans: dict[str, list[slice]] = {}
    for part in PARTS:
        ends = np.cumsum([0, *(len(one.parts[part]) for one in each)]).tolist()
        spans[part] = [slice(start, end) for start, end in pairwise(ends)]
    replicates = [
        ReplicateRows({part: spans[part][number] for part in PARTS}, one.constants, one.scale)
        for number, one in enumerate(each)
    ]
    parts = {}
    for part in PARTS:
        x = np.concatenate([one.parts[part].x for one in each])
        parts[part] = dnn.Data(x, np.concatenate([one.parts[part].y for one in each]))
    means = {name: np.mean([one.constants[name] for one in each]) for name in each[0].constants}
    return replace(
        dataset,
        parts=parts,
        labels={part: np.concatenate([one.labels[part] for one in each]) for part in PARTS},
        constants={name: float(mean) for name, mean in means.items()},
        groups={},
        replicates=tuple(replicates),
    )
