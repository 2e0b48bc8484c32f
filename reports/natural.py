"""The order in which a reader looks for names: `[5]` before `[20]`, `layer2` before `layer10`."""

import re


def natural(name: str) -> tuple[tuple[bool, float, str], ...]:
    """A key to sort by: runs of digits as numbers, before letters; the rest by letter."""
    parts = re.findall(r"\d+|\D+", name.strip("[]() "))
    return tuple((not one.isdigit(), float(one) if one.isdigit() else 0.0, one) for one in parts)
