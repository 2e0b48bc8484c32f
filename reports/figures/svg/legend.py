"""A legend's rows: a swatch of what is drawn, and its name beside it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from reports.figures.style import INK
from reports.figures.svg import artists, elements, text_size
from reports.figures.svg.coordinates import flipped

BESIDE, APART = 5.0, 14.0  # from swatch to name, from one column to the next
AROUND = 6.0  # between the legend and the axes
SWATCH = 22.0


@dataclass(frozen=True)
class Key:
    """A legend that is measured: names, their artists, and how they are laid out."""

    names: tuple[str, ...]
    handles: tuple[Any, ...]
    size: float
    columns: int
    swatch: float

    @property
    def rows(self) -> int:
        """How many lines."""
        return -(-len(self.names) // self.columns)

    @property
    def high(self) -> float:
        """Of all lines."""
        return self.rows * text_size.LINE * self.size * 1.08

    def widths(self) -> list[float]:
        """Of the columns, which fill downwards."""
        return [
            self.swatch + BESIDE + max(text_size.width(one, self.size) for one in self._column(n))
            for n in range(self.columns)
            if self._column(n)
        ]

    @property
    def wide(self) -> float:
        """Of all columns."""
        found = self.widths()
        return sum(found) + APART * (len(found) - 1)

    def _column(self, number: int) -> tuple[str, ...]:
        return self.names[number * self.rows : (number + 1) * self.rows]


def measured(legend: Any, room: float) -> Key:
    """In as many columns as it asks for, or as fit."""
    texts = legend.get_texts()
    size = float(texts[0].get_fontsize()) if texts else 10.0
    is_line = any(artists.is_line(one) for one in legend.legend_handles)
    swatch = SWATCH if is_line else 0.9 * size
    names = tuple(
        text_size.fitted(one.get_text(), size, room - swatch - BESIDE, 1) for one in texts
    )
    handles = tuple(legend.legend_handles)
    for columns in range(min(int(legend._ncols), len(names) or 1), 0, -1):  # no public name
        found = Key(names, handles, size, columns, swatch)
        if found.wide <= room or columns == 1:
            return found
    raise AssertionError


def side(legend: Any) -> str:
    """Whether it stands above or below the axes."""
    return "lower" if str(legend._outside_loc) == "lower" else "upper"  # no public name


def drawn(key: Key, x: float, y: float, prefix: str) -> str:
    """The legend with its upper left corner there."""
    step, found, left = key.high / max(key.rows, 1), [], x
    for column, wide in enumerate(key.widths()):
        for row in range(key.rows):
            number = column * key.rows + row
            if number >= len(key.names):
                break
            middle = y + (row + 0.5) * step
            found.append(artists.swatch(key.handles[number], left, middle, key.swatch, prefix))
            found.append(
                elements.text(
                    key.names[number],
                    left + key.swatch + BESIDE,
                    middle,
                    key.size,
                    up="center",
                    colour=INK,
                )
            )
        left += wide + APART
    return "".join(found)


def freest(axes: Any, key: Key, height: float) -> tuple[float, float]:
    """Of the axes' corners the one with the least under the legend: its upper left."""
    box, points = axes.bbox, _points(axes, height)
    lefts = (box.x1 - key.wide - 4, box.x0 + 6)
    tops = (height - box.y1 + 2, height - box.y0 - key.high - 4)
    corners = [(left, top) for top in tops for left in lefts]

    def hidden(corner: tuple[float, float]) -> int:
        x, y = corner
        across = (points[:, 0] >= x - 3) & (points[:, 0] <= x + key.wide + 3)
        down = (points[:, 1] >= y - 3) & (points[:, 1] <= y + key.high + 3)
        return int((across & down).sum())

    return min(corners, key=hidden)


def _points(axes: Any, height: float) -> np.ndarray:
    """Of all lines and bars, close enough to each other to be seen by a legend."""
    found = [np.zeros((0, 2))]
    for line in axes.lines:
        if line.get_transform() != axes.transData or not len(line.get_xydata()):
            continue
        points = flipped(line.get_transform().transform(line.get_xydata()), height)
        if len(points) > 1:
            share = np.linspace(0, len(points) - 1, 160)
            each = np.arange(len(points))
            points = np.column_stack([np.interp(share, each, side) for side in points.T])
        found.append(points)
    for patch in axes.patches:
        box = patch.get_window_extent()
        x, y = np.meshgrid(np.linspace(box.x0, box.x1, 12), np.linspace(box.y0, box.y1, 12))
        found.append(np.column_stack([x.ravel(), height - y.ravel()]))
    return np.concatenate(found)
