"""A dataset whose replicates have rows of their own: each encoded by its own encoder.

All share the inputs of an encoder that has seen the whole pool, so that one network fits them. A
category or a gap that a replicate's training rows do not have has an input there that is always 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps.data.arrays import network_arrays
from sweeps.data.arrays.dataset import Dataset, ReplicateRows, Target, TargetScale
from sweeps.data.column import input_layouts
from sweeps.data.column.encode import Encoder
from sweeps.data.column.number_inputs import NumberInputs
from sweeps.data.datasets import loading
from sweeps.data.divided import resampling
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.divided.resampling import Pool
from sweeps.data.divided.split import Rows
from sweeps.data.source import room
from sweeps.study.replicates_section import ReplicatesSpec

PARTS = ("train", "dev")  # of the search
COPIES = 2  # of each replicate's rows, while they are joined
# By what rows inputs are fitted: a replicate's own, all that are not test, or none: all are 0.
Fitted = Literal["own", "pool", "none"]


def resampled(
    divided: DividedTable,
    dataset: Dataset,
    spec: ReplicatesSpec,
    dtype: str,
    fitted: Fitted = "own",
) -> Dataset:
    """What the search's replicates train on, instead of the dataset's own train and dev rows.

    fitted: as of `each_own`. Errors: Expected (below `replicates`), or UserError for rows that a
    replicate cannot train on.
    """
    rows = pool(divided, resampling.SEARCH)
    with loading.within_memory(divided.spec):
        drawn = resampling.draw(spec, divided.spec.split, rows)
        parts = [{"train": one.train, "dev": one.dev} for one in drawn]
        each, _ = each_own(divided, dataset, parts, dtype, fitted)
        return joined(dataset, each, PARTS, with_inputs=fitted != "none")


def pool(divided: DividedTable, purpose: tuple[int, ...]) -> Pool:
    """All rows but the test rows, ascending, to be drawn from for a purpose."""
    known = divided.division
    share = None if divided.table.parts is None else known.dev_share
    return Pool(divided.pool, divided.names, divided.groups, purpose, known.times, share)


def each_own(
    divided: DividedTable,
    dataset: Dataset,
    rows: Sequence[Mapping[str, Rows]],
    dtype: str,
    fitted: Fitted = "own",
) -> tuple[list[Dataset], Encoder]:
    """One dataset for each choice of rows by part, with all parts as its own encoder has them.

    And the encoder of the whole pool, with the inputs of all of them, which the networks have.
    fitted: for a study that is only checked all encoders are that of the pool, since a wide table
    has its seconds in each; of inputs that are fitted on nothing only the number counts: epochs
    that are timed take as long on zeros.
    """
    _, labels = divided.target(divided.parts["train"])
    layout = divided.layout
    encoders = [divided.encoder(one["train"]) if fitted == "own" else layout for one in rows]
    layout = input_layouts.joined(layout, encoders) if fitted == "own" else layout
    count = COPIES * sum(len(own) for one in rows for own in one.values())
    room.expect(count, len(layout.inputs), np.dtype(dtype).itemsize)
    known = _of_pool(divided, layout, dtype) if fitted == "pool" else None
    made = []
    for one, own in zip(rows, encoders, strict=True):
        if fitted == "own":
            x = _inputs(divided, one, own, layout, dtype)
        elif known is not None:
            x = known[np.searchsorted(divided.pool, np.concatenate(list(one.values())))]
        else:
            x = _zeros(sum(map(len, one.values())), dataset.parts["train"].x, len(layout.inputs))
        made.append(_own(divided, dataset, one, own, layout, labels, x))
    return made, layout


def _of_pool(divided: DividedTable, encoder: Encoder, dtype: str) -> Array:
    """(n, n_in) of all its rows, once. Errors: as of `_inputs`."""
    x = encoder.encode_rows(divided.features.frame, divided.pool, dtype)
    return network_arrays.inputs(x, encoder, dtype)


def _zeros(rows: int, like: Array, columns: int | None = None) -> Array:
    """(rows, columns) of an array's type, and of its columns: no memory until they are written."""
    return np.zeros((rows, like.shape[1] if columns is None else columns), like.dtype)


def _inputs(
    divided: DividedTable, rows: Mapping[str, Rows], encoder: Encoder, layout: Encoder, dtype: str
) -> Array:
    """(n, n_in) part by part. Errors: UserError for numbers that are too large for networks."""
    every, place = np.concatenate(list(rows.values())), list(rows).index("train")
    x = encoder.encode_rows(divided.features.frame, every, dtype)
    train = _one_after_the_other([len(own) for own in rows.values()])[place]
    divided.encode_training(encoder, rows["train"], x[train])
    return network_arrays.inputs(input_layouts.placed(x, encoder, layout), layout, dtype)


def _own(
    divided: DividedTable,
    dataset: Dataset,
    rows: Mapping[str, Rows],
    encoder: Encoder,
    layout: Encoder,
    labels: NDArray[Any],
    inputs: Array,
) -> Dataset:
    """One replicate's dataset: all that is fitted on data is fitted on its own training rows.

    encoder: fitted on those. labels: those of every row of the table, in the study's units. inputs:
    (n, n_in) of its rows, part by part.
    """
    every = np.concatenate(list(rows.values()))
    spans = _one_after_the_other([len(own) for own in rows.values()])
    target, codes = divided.target(rows["train"])
    y = network_arrays.targets(target, codes[every], str(inputs.dtype))
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


def joined(
    dataset: Dataset, each: Sequence[Dataset], parts: Sequence[str], with_inputs: bool = True
) -> Dataset:
    """The replicates' datasets as one, their rows one after the other in each part.

    with_inputs: False where they are fitted on nothing, as of `each_own`.
    """
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
        own = [one.parts[part].x for one in each]
        x = np.concatenate(own) if with_inputs else _zeros(sum(map(len, own)), own[0])
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
