"""A drawing as wide as a phone, so that its letters can be read there: 11 px and more at 375 px."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reports.figures.style import canvas

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

WIDTH = 340.0  # what a phone of 375 px leaves a figure
SMALL, PLAIN, TITLE = 11.2, 11.6, 12.4


@contextmanager
def sheet(height: float = 290.0) -> "Iterator[Canvas]":
    """A blank figure of that width under the house style."""
    import matplotlib as mpl

    with canvas(WIDTH, height) as figure:
        mpl.rcParams.update(
            {
                "font.size": PLAIN,
                "axes.labelsize": PLAIN,
                "axes.titlesize": TITLE,
                "xtick.labelsize": SMALL,
                "ytick.labelsize": SMALL,
                "legend.fontsize": SMALL,
            }
        )
        yield figure
