"""Of two columns of numbers: what each confirmed setting's networks say all over the plane."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps.data import Dataset
from sweeps.data.column import input_layouts
from sweeps.data.column.encode import Encoder
from sweeps.phases.confirm import Confirmation
from sweeps.results import fitted_scales
from sweeps.results.fitted_scales import FittedScales
from sweeps.training import networks

SIDE = 60  # points
ROOM = 0.05  # beyond the rows on each side, as a share of their range


def columns(encoder: Encoder) -> list[str] | None:
    """The two columns that span the plane; None where the inputs are others."""
    is_plane = len(encoder.numbers) == 2 and not encoder.others
    return encoder.names if is_plane else None


def arrays(
    confirmed: list[Confirmation],
    dataset: Dataset,
    frame: pd.DataFrame,
    rows: dict[str, NDArray[np.intp]],
) -> dict[str, Any]:
    """The grid, the rows on it, and what each setting's networks say; nothing if not of numbers.

    Nothing of several targets, either, each of which would want a picture of its own.

    plane/columns (2,) names; plane/x and plane/y (SIDE,) of the grid; plane/dev, plane/test (n, 2)
    the rows' own numbers; by setting plane/<setting>/mean (SIDE², K′) mean probabilities or the
    mean prediction in SDs, y by y; and plane/<setting>/apart (SIDE²,) the share of networks that
    say another class than most, or their SD.

    frame: the columns of every row as they were read, all numbers without a gap. rows: those of dev
    and test.
    """
    is_plain = all(pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes)
    if columns(dataset.encoder) is None or not is_plain or dataset.target.several:
        return {}
    values = frame.to_numpy(np.float64)
    if not np.isfinite(values).all():
        return {}
    low, high = values.min(axis=0), values.max(axis=0)
    room = np.where(high > low, ROOM * (high - low), 1.0)
    x, y = (np.linspace(low[i] - room[i], high[i] + room[i], SIDE) for i in range(2))
    grid = pd.DataFrame(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2), columns=frame.columns)
    found: dict[str, Any] = {
        "plane/columns": np.array([str(name) for name in frame.columns], dtype=np.str_),
        "plane/x": x,
        "plane/y": y,
        **{f"plane/{part}": values[places] for part, places in rows.items()},
    }
    for one in confirmed:
        kept = one.outcome.arrays
        if "theta" not in kept or kept["gone"].all():
            continue
        config = one.candidate.config
        net, own = networks.network(config, dataset), networks.scaled(config, dataset)
        scales = fitted_scales.of(dataset, config)
        each = np.concatenate(list(_said(net, kept["theta"], kept["gone"], own, scales, grid)))
        mean, apart = _together(each, bool(dataset.target.classes))
        found[f"plane/{one.candidate.label}/mean"] = mean.astype(np.float32)
        found[f"plane/{one.candidate.label}/apart"] = apart.astype(np.float32)
    return found


def _said(
    net: dnn.Network,
    theta: Array,
    gone: NDArray[np.bool_],
    dataset: Dataset,
    scales: list[FittedScales],
    grid: pd.DataFrame,
) -> Iterator[NDArray[np.float64]]:
    """(P′, SIDE², K′): what the networks of one set of training rows say after the other."""
    from threadpoolctl import threadpool_limits

    for number, (which, own) in enumerate(dataset.apart(range(len(theta)))):
        alive = theta[which][~gone[which]]
        if not len(alive):
            continue
        encoder = dataset.folds.encoders[number] if dataset.folds else dataset.encoder
        x = input_layouts.encoded_as(grid, encoder, dataset.encoder, theta.dtype.name)
        scale = scales[number].inputs
        if scale is not None:
            scale.apply(x)
        with threadpool_limits(1):
            said = dnn.predict(net, alive, x).astype(np.float64)
        yield np.exp(said) if dataset.target.classes else own.scale.outputs(said)


def _together(
    each: NDArray[np.float64], has_classes: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if not has_classes:
        return each.mean(axis=0), each[..., 0].std(axis=0)
    said = each.argmax(axis=-1)
    votes = np.stack([(said == number).mean(axis=0) for number in range(each.shape[-1])])
    return each.mean(axis=0), 1 - votes.max(axis=0)
