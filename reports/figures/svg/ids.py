"""Ids of a figure's parts. Its prefix keeps them apart from those of the page's other figures."""

from typing import Any


def title(prefix: str) -> str:
    """Of the <title>."""
    return f"{prefix}-title"


def description(prefix: str) -> str:
    """Of the <desc>."""
    return f"{prefix}-desc"


def clip(axes: Any, prefix: str) -> str:
    """Of the path that cuts off what leaves the axes."""
    return f"{prefix}-clip{axes.figure.axes.index(axes)}"


def hatch(number: int, prefix: str) -> str:
    """Of a pattern."""
    return f"{prefix}-hatch{number}"
