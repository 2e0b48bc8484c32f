"""A blank figure as wide as a phone; its letters are the house's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reports.figures.style import PLAIN, SMALL, TITLE, WIDTH, canvas

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["PLAIN", "SMALL", "TITLE", "WIDTH", "sheet"]


@contextmanager
def sheet(height: float = 290.0) -> "Iterator[Canvas]":
    """A blank figure of that width under the house style."""
    with canvas(WIDTH, height) as figure:
        yield figure
