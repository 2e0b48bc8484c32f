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
