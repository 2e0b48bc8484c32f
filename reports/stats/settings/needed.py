"""How many times what there is would decide a difference, if its estimate holds.

An interval's half-width falls with the square root of what it is measured on. It decides once it
is short of zero, or once all of it is within the margin, whichever takes less.
"""

import math

from reports.stats.sampling.intervals import Interval
from reports.stats.settings.differences import Difference


def times(found: Difference, margin: float) -> float:
    """How many times the rows and networks; inf if no number can, or none is known."""
    whole, wanted = found.decisive, _wanted(found, margin)
    return (_half(whole) / wanted) ** 2 if whole.known and wanted > 0 else math.inf


def times_networks(found: Difference, margin: float) -> float:
    """How many times the networks alone, on these rows; inf if no number can, NaN if unknown."""
    whole, here = found.decisive, found.on_these_rows
    if not whole.known or here is None or not here.known:
        return math.nan
    of_networks, of_all = _half(here) ** 2, _half(whole) ** 2
    room = _wanted(found, margin) ** 2 - max(of_all - of_networks, 0.0)
    return of_networks / room if room > 0 else math.inf


def _half(interval: Interval) -> float:
    return (interval.high - interval.low) / 2


def _wanted(found: Difference, margin: float) -> float:
    size = abs(found.decisive.estimate)
    return max(size, margin - size)
