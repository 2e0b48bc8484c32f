"""Times as people write them: "90s", "10m", "1.5h"; and seconds in words."""

import re
from typing import Any

from sweeps.base.errors import Expected

LONGEST = 24 * 366 * 3600  # seconds: a year
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def seconds(text: Any) -> float:
    """A time like 90, "90s", "10m" or "1.5h" in seconds. Errors: Expected."""
    is_number = isinstance(text, int | float) and not isinstance(text, bool)
    plain = f"{text:f}" if is_number else text
    found = (
        re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", plain.strip())
        if isinstance(plain, str)
        else None
    )
    if not found or not float(found[1]):
        raise Expected("a time like 90s, 10m or 1.5h", text)
    limit = float(found[1]) * UNITS[found[2]]
    if limit > LONGEST:
        raise Expected(f"at most {LONGEST // 3600} h", text)
    return limit


# In whole numbers of each unit: ends of a span that is known about.
ROUND = {
    "s": (1, 2, 3, 5, 8, 10, 15, 20, 30, 40, 50),
    "min": (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 50),
    "h": (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 36, 48, 72, 100, 150, 200, 400, 800, 9999),
}
SECONDS = {"s": 1, "min": 60, "h": 3600}


def span(low: float, high: float) -> str:
    """About how long, outwards to round numbers: "10 to 15 s", "40 s to 2 min"."""
    ends = [(number * SECONDS[unit], number, unit) for unit in ROUND for number in ROUND[unit]]
    first = max((end for end in ends if end[0] <= low), default=ends[0])
    last = min((end for end in ends if end[0] >= high), default=ends[-1])
    if first[0] >= last[0]:
        return f"{last[1]} {last[2]}"
    unit = "" if first[2] == last[2] else f" {first[2]}"
    return f"{first[1]}{unit} to {last[1]} {last[2]}"


def words(time: float) -> str:
    """Seconds in words: "0.3 s", "8 s", "3 min 20 s", "2 h 5 min"."""
    if 0 < time < 1:
        return f"{time:.1g} s"
    whole = round(time)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
