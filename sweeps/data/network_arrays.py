"""From encoded columns to what networks take, and what the best constant of them is worth."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps.base.errors import UserError
from sweeps.data.dataset import LOSS, Target
from sweeps.data.encode import Encoder


def inputs(
    x: NDArray[Any],
    encoder: Encoder,
    dtype: str,
    file: str = "",
    place: Callable[[int, str], str] = lambda row, name: "",
) -> Array:
    """Inputs (n, n_in) as networks take them. Errors: UserError for what is too large for them.

    file: what a message begins with; place: where it says that a row's cell of a column stands.
    """
    with np.errstate(over="ignore"):
        made: Array = x.astype(dtype, copy=False)
    fits = np.isfinite(made.min(axis=0)) & np.isfinite(made.max(axis=0))  # no copy of as many
    if not fits.all():
        name = encoder.inputs[int(fits.argmin())]
        at = place(int((~np.isfinite(made[:, int(fits.argmin())])).argmax()), name)
        got = f"expected numbers that {dtype} can hold, got larger ones{at}"
        raise UserError(f"{file}: column '{name}': {got}" if file else f"column '{name}': {got}")
    return made


def targets(target: Target, codes: NDArray[Any], dtype: str) -> Array:
    """What networks are to say (n, K), of class codes (n,) or numbers (n,), of several (n, K)."""
    is_one_hot = target.task == "multiclass"
    y = np.eye(len(target.classes))[codes] if is_one_hot else codes.reshape(len(codes), -1)
    made: Array = y.astype(dtype)
    return made


def constants(target: Target, parts: Mapping[str, dnn.Data]) -> dict[str, float]:
    """Loss and error of the best constant predictor of the training rows, on each part.

    Of rows with weights all means are weighted.
    """
    train = parts["train"]
    mean = train.y.mean(axis=0, dtype=np.float64)
    if train.weights is not None:
        mean = np.average(train.y.astype(np.float64), axis=0, weights=train.weights)
    with np.errstate(divide="ignore"):
        logits: Array = {
            "binary": lambda: np.log(mean) - np.log1p(-mean),
            "multiclass": lambda: np.log(mean),
            "regression": lambda: mean,
        }[target.task]()
    loss = dnn.LOSSES[LOSS[target.task]]()
    found = {}
    for part, rows in parts.items():
        z = np.broadcast_to(logits[None, :, None], (1, len(logits), len(rows)))
        y = rows.y.astype(np.float64)
        found[f"{part}_loss"] = float(_mean(loss.per_row(z, y), rows.weights))
        error = loss.error_from_mean(_mean(loss.error_per_row(z, y), rows.weights))
        found[f"{part}_error"] = float(error)
    return found


def _mean(each: Array, weights: Array | None) -> Array:
    """The (weighted) mean of (1, n)."""
    return np.asarray(each.mean() if weights is None else np.average(each[0], weights=weights))


def met_in_training(x: Mapping[str, NDArray[Any]], labels: Mapping[str, NDArray[Any]]) -> int:
    """How many test rows are those of a training row, input by input."""

    def digests(part: str) -> list[bytes]:  # of a few bytes: rows may be wide
        each = zip(x[part], labels[part], strict=True)
        texts = (row.tobytes() + label.tobytes() for row, label in each)
        return [hashlib.blake2b(text, digest_size=16).digest() for text in texts]

    if "test" not in x:
        return 0
    known = set(digests("train"))
    return sum(row in known for row in digests("test"))
