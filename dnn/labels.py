"""Class labels as the losses want them: one-hot rows, smoothed targets, weights of classes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dnn.arrays import Array
from dnn.numbers import FRACTION, NOT_NEGATIVE, numbers, whole


def one_hot(labels: ArrayLike, classes: int, dtype: Any = np.float32) -> Array:
    """Class numbers as rows with a single 1, which softmax_cross_entropy is trained on.

    Args:
        labels: Whole numbers 0 … classes − 1, (n,).
        classes: How many there are, 1 or more.
        dtype: Of the rows.

    Returns:
        Rows (n, classes).

    Raises:
        ValueError: Labels that are not whole numbers of one dimension, or outside the classes.

    Example:
        >>> import dnn
        >>> dnn.one_hot([2, 0], classes=3)
        array([[0., 0., 1.],
               [1., 0., 0.]], dtype=float32)
    """
    classes = whole(classes, "one_hot: classes", 1)
    given = np.asarray(labels)
    if given.ndim != 1 or given.dtype.kind not in "biuf":
        raise ValueError(
            f"one_hot: labels: expected whole numbers of shape (n,), "
            f"got {given.dtype} of shape {given.shape}"
        )
    # Compared as Python integers would be: a label type too small for `classes` overflows nothing.
    with np.errstate(invalid="ignore"):  # NaN: it differs from its cast below
        numbers = given.astype(np.int64)
    outside = (numbers != given) | (numbers < 0) | (numbers >= classes)
    if outside.any():
        raise ValueError(
            f"one_hot: labels: expected whole numbers 0 … {classes - 1}, got {given[outside][0]}"
        )
    rows = np.zeros((len(given), classes), dtype)
    rows[np.arange(len(given)), numbers] = 1
    return rows


def smooth(y: Array, amount: float) -> Array:
    """y (n, K) with `amount` of each row's certainty spread over all classes.

    (1 − s)·y + s/K: Szegedy et al. (2016), sec. 7; K = 2 where one column holds 0/1. Raises
    ValueError for an amount outside [0, 1).
    """
    amount = float(numbers(amount, "fit: label_smoothing", FRACTION))
    classes = max(y.shape[1], 2)
    smoothed: Array = (y * (1 - amount) + amount / classes).astype(y.dtype)
    return smoothed


def row_weights(y: Array, weights: Sequence[float] | str, of_rows: Array | None = None) -> Array:
    """Weights (n,) with mean 1, from one weight a class, or "balanced".

    "balanced" gives every class the same total (n/(K·n_k), as scikit-learn defines it). One column
    y (n, 1) of 0/1 has two classes. of_rows (n,): the rows' own weights, which multiply those of
    their class. Raises ValueError for another number of weights, negative ones, or a word that is
    not "balanced".
    """
    shares = np.concatenate([1 - y, y], axis=1) if y.shape[1] == 1 else y
    shares = shares.astype(np.float64)
    if isinstance(weights, str):
        if weights != "balanced":
            raise ValueError(f"fit: class_weights: expected numbers or 'balanced', got {weights!r}")
        counts = shares.sum(axis=0) if of_rows is None else of_rows @ shares
        of_class = np.where(counts > 0, counts.sum() / np.maximum(counts, 1e-300), 0)
    else:
        of_class = numbers(weights, "fit: class_weights", NOT_NEGATIVE)
    fits = of_class.shape == (shares.shape[1],) and of_class.any()
    of_class = of_class / max(of_class.max(initial=0), 1e-300)  # so that no sum overflows
    if not fits:
        raise ValueError(
            f"fit: class_weights: expected {shares.shape[1]} weights of 0 or more, one a class, "
            f"got {np.asarray(weights).tolist()}"
        )
    rows = shares @ of_class if of_rows is None else (shares @ of_class) * of_rows
    if not rows.mean() > 0:
        raise ValueError("fit: class_weights: expected a weight above 0 for a class that occurs")
    normalized: Array = rows / rows.mean()
    return normalized
