"""Rows as they are evaluated: so many at once, as columns, above a row of ones for the biases."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from dnn.arrays import Array, empty

# Rows evaluated at once: enough for the products, few enough for the cache. It is a constant, for
# another number of rows can round a product differently.
CHUNK_ROWS = 512


class Rows(NamedTuple):
    """x (..., n, n_in), y (..., n, K) and weights (..., n) or None.

    Where each network has rows of its own, with an axis of networks in front.
    """

    x: Array
    y: Array
    weights: Array | None = None


class RowChunk(NamedTuple):
    """Rows that are evaluated at once: x (..., n_in + 1, B), its last row ones, and y (..., B, K).

    spans: which of them are of which split, by its number. weights: of each span, (..., rows), or
    None where all rows count alike.
    """

    x: Array
    y: Array
    spans: Sequence[tuple[int, slice]]
    weights: Sequence[Array | None]


def row_chunks(splits: Sequence[Rows]) -> Iterator[RowChunk]:
    """Rows of all splits, one behind the other, in chunks of `CHUNK_ROWS`."""
    ends = np.cumsum([rows.x.shape[-2] for rows in splits]).tolist()
    for top in range(0, ends[-1], CHUNK_ROWS):
        bottom = min(top + CHUNK_ROWS, ends[-1])
        xs, ys, spans, weights = [], [], [], []
        for number, ((x, y, w), end) in enumerate(zip(splits, ends, strict=True)):
            start = end - x.shape[-2]
            first, last = max(top, start), min(bottom, end)
            if first < last:
                xs.append(x[..., first - start : last - start, :])
                ys.append(y[..., first - start : last - start, :])
                spans.append((number, slice(first - top, last - top)))
                weights.append(None if w is None else w[..., first - start : last - start])
        y_of_all = ys[0] if len(ys) == 1 else np.concatenate(ys, axis=-2)
        yield RowChunk(columns(*xs), y_of_all, spans, weights)


def columns(*x: Array) -> Array:
    """Rows x (..., n, n_in) of some arrays as the columns of one (..., n_in + 1, ·), then ones.

    Always in this order: another one would be another product, and round otherwise. OpenBLAS's
    small products with a transposed right-hand side take up to twice as long.
    """
    *networks, _, n_in = x[0].shape
    made = empty((*networks, n_in + 1, sum(part.shape[-2] for part in x)), x[0].dtype)
    np.concatenate([part.swapaxes(-1, -2) for part in x], axis=-1, out=made[..., :-1, :])
    made[..., -1, :] = 1
    return made
