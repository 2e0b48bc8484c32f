"""Numbers that may mean something else: -999 a gap, 20240318 a date. Many columns at once."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sweeps.data.cell import dates

DATE = "date"
FIRST_DAY, LAST_DAY = 19_000_101, 21_001_231
NINES = [float("9" * digits) for digits in range(2, 10)]
FEWEST = 2  # rows with the number that may be a gap


def each(values: NDArray[np.float64]) -> Iterator[str]:
    """Of columns (k, n): `DATE`, a number that may stand for a gap as text, or ""."""
    with np.errstate(invalid="ignore"):
        least, most = np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)
        may_be_dates = (least >= FIRST_DAY) & (most <= LAST_DAY)
        may_be_gaps = np.isin(np.abs(least), NINES) | np.isin(most, NINES)
    for at in range(len(values)):
        if may_be_dates[at] and are_days(values[at]):
            yield DATE
        else:
            yield _gap(values[at]) if may_be_gaps[at] else ""


def are_days(values: NDArray[np.float64]) -> bool:
    """Whether (n,), gaps aside, are such as 20240318."""
    known = values[~np.isnan(values)]
    is_near = len(known) > 0 and bool(known.min() >= FIRST_DAY and known.max() <= LAST_DAY)
    return is_near and dates.look_compact(known)


def _gap(values: NDArray[np.float64]) -> str:
    """The number (n,) that comes back and is far from all others, if there is one."""
    known = values[np.isfinite(values)]
    for number in (known.min(), known.max()) if len(known) else ():
        others = known[known != number]
        if abs(number) not in NINES or len(known) - len(others) < FEWEST or not len(others):
            continue
        distance = np.abs(others - number).min()
        if distance > np.ptp(others) or (number < 0 <= others.min()):
            return f"{number:.0f}"
    return ""


def remark(name: str, odd: str) -> str:
    """What to say of an input, and what to do."""
    if odd == DATE:
        return f"days such as 20240318? data.columns: {{{name}: date}}"
    return gap(odd)


def gap(odd: str) -> str:
    """What to say of a number that may stand for a gap."""
    return f"{odd} may stand for a gap: data.missing: [{odd}]" if odd not in ("", DATE) else ""
