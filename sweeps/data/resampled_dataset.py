"""A dataset whose replicates have rows of their own: each encoded by its own encoder.

All share the inputs of an encoder that has seen the whole pool, so that one network fits them. A
category or a gap that a replicate's training rows do not have has an input there that is always 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dnn
from sweeps.data import input_layouts, loading, network_arrays, resampling, room
from sweeps.data.dataset import Dataset, ReplicateRows, Target, TargetScale
from sweeps.data.encode import Encoder
from sweeps.data.loading import DividedTable
from sweeps.data.number_inputs import NumberInputs
from sweeps.data.resampling import Pool
from sweeps.data.split import Rows
from sweeps.study.replicates_section import ReplicatesSpec

PARTS = ("train", "dev")  # of the search
COPIES = 2  # of each replicate's rows, while they are joined


def resampled(divided: DividedTable, dataset: Dataset, spec: ReplicatesSpec, dtype: str) -> Dataset:
    """What the search's replicates train on, instead of the dataset's own train and dev rows.

    Errors: Expected (below `replicates`), or UserError for rows that a replicate cannot train on.
    """
    rows = pool(divided, resampling.SEARCH)
    with loading.within_memory(divided.spec):
        drawn = resampling.draw(spec, divided.spec.split, rows)
        parts = [{"train": one.train, "dev": one.dev} for one in drawn]
        each, _ = each_own(divided, dataset, parts, rows, dtype)
        return joined(dataset, each, PARTS)


def pool(divided: DividedTable, purpose: tuple[int, ...]) -> Pool:
    """All rows but the test rows, ascending, to be drawn from for a purpose."""
    rows = np.sort(np.concatenate([divided.parts[part] for part in PARTS]))
    known = divided.division
    share = None if divided.table.parts is None else known.dev_share
    return Pool(rows, divided.names, divided.groups, purpose, known.times, share)


def each_own(
    divided: DividedTable,
    dataset: Dataset,
    rows: Sequence[Mapping[str, Rows]],
    pool: Pool,
    dtype: str,
) -> tuple[list[Dataset], Encoder]:
    """One dataset for each choice of rows by part, with all parts as its own encoder has them.

    And the encoder of the whole pool, with the inputs of all of them, which the networks have.
    """
    _, labels = divided.target(divided.parts["train"])
    encoders = [divided.encoder(one["train"]) for one in rows]
    layout = input_layouts.joined(divided.encoder(pool.rows), encoders)
    count = COPIES * sum(len(own) for one in rows for own in one.values())
    room.expect(count, len(layout.inputs), np.dtype(dtype).itemsize)
    each = zip(rows, encoders, strict=True)
    return [_own(divided, dataset, one, own, layout, labels, dtype) for one, own in each], layout


def _own(
    divided: DividedTable,
    dataset: Dataset,
    rows: Mapping[str, Rows],
    encoder: Encoder,
    layout: Encoder,
    labels: NDArray[Any],
    dtype: str,
) -> Dataset:
    """One replicate's dataset: all that is fitted on data is fitted on its own training rows.

    encoder: fitted on those. labels: those of every row of the table, in the study's units.
    """
    frame, every = divided.features.frame, np.concatenate(list(rows.values()))
    spans = _one_after_the_other([len(own) for own in rows.values()])
    x = encoder.encode(frame.iloc[every], dtype)
    divided.encode_training(encoder, rows["train"], x[spans[list(rows).index("train")]])
    inputs = network_arrays.inputs(input_layouts.placed(x, encoder, layout), layout, dtype)
    target, codes = divided.target(rows["train"])
    y = network_arrays.targets(target, codes[every], dtype)
    weights = divided.weights_of(rows)
    parts = {
        part: dnn.Data(inputs[span], y[span], weights[part])
        for part, span in zip(rows, spans, strict=True)
    }
    scale = TargetScale.between(target, dataset.target)
    return replace(
        dataset,
        parts=parts,
        labels={part: labels[own] for part, own in rows.items()},
        encoder=encoder,
        constants=_constants(target, scale, parts),
        scale=scale,
        numbers=NumberInputs.of(encoder, layout),
    )


def _constants(
    target: Target, scale: TargetScale, parts: Mapping[str, dnn.Data]
) -> dict[str, float]:
    """As `network_arrays.constants`, in the study's units."""
    if not scale.keeps_scores:
        parts = {
            part: dnn.Data(rows.x, scale.outputs(rows.y.astype(np.float64)), rows.weights)
            for part, rows in parts.items()
        }
        return network_arrays.constants(target, parts)
    known = network_arrays.constants(target, parts)
    return {name: value * scale.of_score(name) for name, value in known.items()}


def _one_after_the_other(sizes: Sequence[int]) -> list[slice]:
    return [slice(*ends) for ends in pairwise(np.cumsum([0, *sizes]).tolist())]


def joined(dataset: Dataset, each: Sequence[Dataset], parts: Sequence[str]) -> Dataset:
    """The replicates' datasets as one, their rows one after the other in each part."""
    spans = {part: _one_after_the_other([len(one.parts[part]) for one in each]) for part in parts}
    replicates = [
        ReplicateRows(
            {part: spans[part][number] for part in parts},
            one.constants,
            one.scale,
            one.number_inputs,
        )
        for number, one in enumerate(each)
    ]
    together = {}
    for part in parts:
        x = np.concatenate([one.parts[part].x for one in each])
        y = np.concatenate([one.parts[part].y for one in each])
        known = [one.weights[part] for one in each if part in one.weights]
        together[part] = dnn.Data(x, y, np.concatenate(known) if known else None)
    means = {name: np.mean([one.constants[name] for one in each]) for name in each[0].constants}
    return replace(
        dataset,
        parts=together,
        labels={part: np.concatenate([one.labels[part] for one in each]) for part in parts},
        constants={name: float(mean) for name, mean in means.items()},
        groups={},
        replicates=tuple(replicates),
    )
