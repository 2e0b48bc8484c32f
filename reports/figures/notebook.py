"""A figure of the page as matplotlib's, to look at in a notebook and to save."""

import io
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure as Canvas

COLUMNS = 2  # panels beside each other
DPI = 110.0  # in which two panels are as wide as a notebook
ABOVE = 26.0  # points, for the title


class NotebookFigure(Canvas):
    """A figure of matplotlib that a notebook shows; on white, whatever the notebook's theme.

    caption: what the page says below it. data: what is drawn.
    """

    caption = ""
    data = pd.DataFrame()

    def save(self, path: Any, **how: Any) -> None:
        """As matplotlib's `savefig`."""
        self.savefig(path, **how)

    def __repr__(self) -> str:
        return f"{self.get_suptitle()}. {self.caption}"

    def _repr_png_(self) -> bytes:
        made = io.BytesIO()
        self.savefig(made, format="png", metadata={"Software": None})
        return made.getvalue()


def blank(sizes: Sequence[tuple[float, float]], title: str) -> tuple[NotebookFigure, list[Any]]:
    """A drawing with room for panels of those sizes, and the place of each.

    sizes: widths and heights in points.
    """
    columns = min(COLUMNS, len(sizes))
    widths = [max(width for width, _ in sizes[place::columns]) for place in range(columns)]
    rows = [sizes[at : at + columns] for at in range(0, len(sizes), columns)]
    heights = [max(height for _, height in row) for row in rows]
    size = (sum(widths) / 72, (sum(heights) + ABOVE) / 72)
    made = NotebookFigure(figsize=size, dpi=DPI, layout="constrained", facecolor="white")
    made.suptitle(title, x=0.01, ha="left", fontsize=11.5, weight="bold")
    ratios = {"width_ratios": widths, "height_ratios": heights}
    grid = made.add_gridspec(len(heights), columns, **ratios)
    return made, [made.add_subfigure(grid[divmod(n, columns)]) for n in range(len(sizes))]
