"""The canvases that figures are drawn on: blank ones, or those that stay matplotlib's own.

The page's become SVG (`panels.panel`). Those of a notebook are kept as they are: `kept_on` says
what is given out instead of blanks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from reports.figures import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


@contextmanager
def canvas(width: float = style.WIDTH, height: float = style.HEIGHT) -> "Iterator[Canvas]":
    """A blank figure under the house style, without pyplot and its global state.

    Whatever a matplotlibrc says, the user's or one that lies about, it says nothing here.
    """
    from matplotlib.figure import Figure as Canvas

    with _house_style():
        kept = keeper()
        if kept is not None:
            yield kept.blank(width, height)
        else:
            yield Canvas(figsize=(width / 72, height / 72), layout="constrained")


@contextmanager
def _house_style() -> Iterator[None]:
    """As `matplotlib.rc_context`, which asks each of 300 settings for itself."""
    import matplotlib as mpl

    settings = cast(dict[str, Any], mpl.rcParams)
    before = {name: value for name, value in dict.items(settings) if name != "backend"}
    dict.update(settings, style.settings())  # they were checked when they were made
    try:
        yield
    finally:
        dict.update(settings, before)


@dataclass
class Keeper:
    """The canvases that are given out, in order; `drawn` has each's number by its panel's name.

    places: what stands in for a canvas, by its number; others are blank figures of their own.
    sizes: width and height of each, in points.
    """

    places: dict[int, Any] = field(default_factory=dict)
    canvases: list[Any] = field(default_factory=list)
    sizes: list[tuple[float, float]] = field(default_factory=list)
    drawn: dict[str, int] = field(default_factory=dict)

    def blank(self, width: float, height: float) -> "Canvas":
        """The next."""
        from matplotlib.figure import Figure as Canvas

        place: Canvas | None = self.places.get(len(self.canvases))
        place = place if place is not None else Canvas(layout="constrained")
        self.canvases.append(place)
        self.sizes.append((width, height))
        return place

    def keep(self, drawn: Any, name: str) -> None:
        """Note that the panel of that name is drawn."""
        (number,) = (n for n, one in enumerate(self.canvases) if one is drawn)
        self.drawn[name] = number


_keeper: ContextVar[Keeper | None] = ContextVar("keeper", default=None)


def keeper() -> Keeper | None:
    """Who keeps what is drawn; None where SVG is made of it."""
    return _keeper.get()


@contextmanager
def kept_on(keeper: Keeper) -> Iterator[None]:
    """Meanwhile every figure is drawn on what the keeper gives out."""
    token = _keeper.set(keeper)
    try:
        yield
    finally:
        _keeper.reset(token)
