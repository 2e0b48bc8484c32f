"""What SVG tells the page's script, so that it can say what stands where a reader points."""

from collections.abc import Iterator
from typing import Any

from reports.figures import hover
from reports.figures.svg.elements import attribute, json_attribute
from reports.figures.svg.ticks import Ticks
from reports.text import number


def of_axes(axes: Any, x: Ticks, y: Ticks, height: float) -> str:
    """`data-x` and `data-y` of the axes as JSON; of axes without a frame, what they were told."""
    found = hover.of_axes(axes)
    if axes.axison:
        found = {"x": _of(axes.xaxis, x, height), "y": _of(axes.yaxis, y, height)}
    return "".join(
        json_attribute(f"data-{name}", one) for name, one in found.items() if one is not None
    )


def series(artist: Any) -> str:
    """The attribute that holds the name of a series."""
    label = str(artist.get_label())
    return "" if label.startswith("_") else attribute("data-n", label)


def bars(axes: Any) -> dict[Any, str]:
    """What each bar of the axes says of itself: its series, its name, how long it is."""
    from matplotlib.container import BarContainer

    containers = (one for one in axes.containers if isinstance(one, BarContainer))
    return {bar: words for one in containers for bar, words in _bars(one, axes)}


def _bars(bars: Any, axes: Any) -> Iterator[tuple[Any, str]]:
    is_lying = bars.orientation == "horizontal"
    across, along = (axes.yaxis, axes.xaxis) if is_lying else (axes.xaxis, axes.yaxis)
    names, (factor, sign) = hover.names(across) or {}, hover.unit(along)
    label = "" if str(bars.get_label()).startswith("_") else str(bars.get_label())
    for bar in bars.patches:
        if is_lying:
            middle, long = bar.get_y() + bar.get_height() / 2, bar.get_width()
        else:
            middle, long = bar.get_x() + bar.get_width() / 2, bar.get_height()
        place = min(names, key=lambda one: abs(one - middle), default=None)
        name = "" if place is None else names[place].replace("\n", ", ")
        said = ", ".join(filter(None, (name, label)))
        yield bar, f"{said}: {number(factor * long, 3)}{sign}"


def _of(axis: Any, ticks: Ticks, height: float) -> dict[str, Any] | None:
    """Its name; and places and values of its ends, or places and names.

    c: the setting that it is of. k, s: the factor and the sign of what is said. log: whether it
    is even by ratio.
    """
    is_x, names = axis.axis_name == "x", hover.names(axis)
    about: dict[str, Any] = {"n": _name(axis)}
    if setting := hover.setting(axis):
        about["c"] = setting
    if names is not None:
        places = [label.at if is_x else height - label.at for label in ticks.labels]
        said = [names.get(label.value, "") for label in ticks.labels]
        return about | {"at": [round(one, 1) for one in places], "of": said}
    scale = axis.get_scale()
    if scale not in ("linear", "log"):
        return None
    low, high = map(float, axis.get_view_interval())
    box = axis.axes.bbox
    places = [box.x0, box.x1] if is_x else [height - box.y0, height - box.y1]
    about |= {
        "p": [round(one, 1) for one in places],
        "v": [float(f"{low:.6g}"), float(f"{high:.6g}")],
    }
    factor, sign = hover.unit(axis)
    if scale == "log":
        about["log"] = 1
    return about | ({"k": factor, "s": sign} if sign or factor != 1 else {})


def _name(axis: Any) -> str:
    """Its word, or its label; of an axis that several share, the one below them all."""
    label = hover.word(axis) or axis.get_label_text()
    if not label and axis.axis_name == "x":
        label = axis.axes.figure.axes[-1].get_xlabel()
    return str(label).replace("\n", " ")
