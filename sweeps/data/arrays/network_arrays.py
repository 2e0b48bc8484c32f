"""From encoded columns to what networks take, and what the best constant of them is worth."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps.base.errors import UserError
from sweeps.data.arrays.dataset import LOSS, Target
from sweeps.data.column.encode import Encoder


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
    with np.errstate(over="ignore", invalid="ignore"):
        made: Array = x.astype(dtype, copy=False)
        if np.isfinite(made.sum(dtype=np.float64)):
            return made
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


def met(
    x: Mapping[str, NDArray[Any]],
    labels: Mapping[str, NDArray[Any]],
    part: str,
    among: str = "train",
) -> int:
    """How many rows of a part are those of another part's row, input by input."""
    import pandas as pd

    if part not in x or among not in x:
        return 0
    known, asked = (_sums(x[one], labels[one]) for one in (among, part))
    # Rows that are alike have the same sums; the few that have them are compared byte by byte.
    # pandas looks numbers up 30 times faster than `numpy.isin`.
    maybe = np.flatnonzero(pd.Index(asked).isin(known))
    rows = np.flatnonzero(pd.Index(known).isin(asked[maybe]))
    found = set(_digests(x[among], labels[among], rows))
    return sum(digest in found for digest in _digests(x[part], labels[part], maybe))


WORDS = 1_000_000  # that `_sums` multiplies at a time


def _sums(x: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.uint64]:
    """A number (n,) of each row's bytes, as good as at random: theirs times odd numbers."""
    parts = [np.ascontiguousarray(part.reshape(len(x), -1)).view(np.uint32) for part in (x, labels)]
    rng, found = np.random.default_rng(0), np.zeros(len(x), np.uint64)
    for part in parts:
        odd = rng.integers(0, 2**63, part.shape[1], np.uint64) * np.uint64(2) + np.uint64(1)
        step = max(1, WORDS // max(1, part.shape[1]))
        for start in range(0, len(x), step):
            found[start : start + step] += part[start : start + step].astype(np.uint64) @ odd
    return found


def _digests(x: NDArray[Any], labels: NDArray[Any], rows: NDArray[np.intp]) -> Iterator[bytes]:
    """Of the bytes of some rows, in a few bytes: rows may be wide."""
    for row in rows.tolist():
        text = x[row].tobytes() + labels[row].tobytes()
        yield hashlib.blake2b(text, digest_size=16).digest()
