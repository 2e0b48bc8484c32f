"""Figures as matplotlib's own instead of SVG: what is drawn meanwhile goes onto one sheet.

`style.canvas` asks for a blank here, and `svg.panel` leaves what stands on it as it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


@dataclass
class Sheet:
    """The blanks that are given out, in order; `drawn` has the number of each by its panel's name.

    places: what stands in for a blank, by its number; others are blank figures of their own.
    sizes: width and height of each, in points.
    """

    places: dict[int, Any] = field(default_factory=dict)
    blanks: list[Any] = field(default_factory=list)
    sizes: list[tuple[float, float]] = field(default_factory=list)
    drawn: dict[str, int] = field(default_factory=dict)

    def blank(self, width: float, height: float) -> "Canvas":
        """The next."""
        from matplotlib.figure import Figure as Canvas

        place: Canvas | None = self.places.get(len(self.blanks))
        place = place if place is not None else Canvas(layout="constrained")
        self.blanks.append(place)
        self.sizes.append((width, height))
        return place

    def keep(self, canvas: Any, name: str) -> None:
        """Note that the panel of that name is drawn."""
        (number,) = (n for n, one in enumerate(self.blanks) if one is canvas)
        self.drawn[name] = number


_sheet: ContextVar[Sheet | None] = ContextVar("sheet", default=None)


def current() -> Sheet | None:
    """The sheet that is drawn on; None where SVG is made."""
    return _sheet.get()


@contextmanager
def drawn_on(sheet: Sheet) -> Iterator[None]:
    """Meanwhile every drawing goes onto the sheet."""
    token = _sheet.set(sheet)
    try:
        yield
    finally:
        _sheet.reset(token)
