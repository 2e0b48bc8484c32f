"""Numbers by rank, as those of a normal distribution, and back: what two quantile scales share."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

MOST_QUANTILES = 1000
# Shares of the rows that count as none and all: scikit-learn's, so that ±5.2 SDs are the ends.
LEAST_SHARE = 1e-7


def shares(rows: int) -> Numbers:
    """(q,) the shares of so many training rows whose quantiles are kept."""
    return np.linspace(0, 1, min(MOST_QUANTILES, rows))


def quantiles(values: Numbers, shares: Numbers) -> Numbers:
    """Quantiles (q,) of values (n,), linear between two of them.

    As NumPy's, but that a place a rounding error beside a value is that value: else equal values
    would stand on two sides of a quantile that is theirs.
    """
    ordered, at = np.sort(values), shares * (len(values) - 1)
    whole = np.round(at)
    at = np.where(np.abs(at - whole) < 1e-9, whole, at)
    below = np.floor(at).astype(np.intp)
    above = np.minimum(below + 1, len(values) - 1)
    found = ordered[below] + (at - below) * (ordered[above] - ordered[below])
    return np.asarray(np.maximum.accumulate(found))  # rounding may take a step back


def scores(values: Numbers, quantiles: Numbers) -> Numbers:
    """Normal scores of values (n,), between quantiles (q,) linear; in the middle of equal ones."""
    from scipy.special import ndtri

    steps = np.linspace(0, 1, len(quantiles))
    share = np.interp(values, quantiles, steps)
    if (np.diff(quantiles) == 0).any():  # from above, too
        share = (share - np.interp(-values, -quantiles[::-1], -steps[::-1])) / 2
    return np.asarray(ndtri(np.clip(share, LEAST_SHARE, 1 - LEAST_SHARE)))


def values(scores: Numbers, quantiles: Numbers) -> Numbers:
    """Back from scores, of any shape, to values between the first of the quantiles and the last."""
    from scipy.special import ndtr

    found = np.interp(ndtr(scores), np.linspace(0, 1, len(quantiles)), quantiles)
    return np.asarray(np.where(np.isnan(scores), np.nan, found))
