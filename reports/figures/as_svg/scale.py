"""What an axis tells the page's script, so that it can say where a mark stands."""

import json
from html import escape
from typing import Any

from reports.figures.as_svg.ticks import Ticks


def attributes(axes: Any, x: Ticks, y: Ticks, height: float) -> str:
    """`data-x` and `data-y` of the axes as JSON: name, two places with values, or names."""
    found = {"x": _of(axes.xaxis, x, height), "y": _of(axes.yaxis, y, height)}
    return "".join(
        f" data-{which}='{_quoted(about)}'" for which, about in found.items() if about is not None
    )


def _name(axis: Any) -> str:
    """Its label; of an axis that several share, the one below them all."""
    label = axis.get_label_text()
    if not label and axis.axis_name == "x":
        label = axis.axes.figure.axes[-1].get_xlabel()
    return str(label).replace("\n", " ")


def _quoted(about: dict[str, Any]) -> str:
    plain = json.dumps(about, separators=(",", ":"), ensure_ascii=False)
    return escape(plain, quote=False).replace("'", "&#39;")


def _of(axis: Any, ticks: Ticks, height: float) -> dict[str, Any] | None:
    """Its name; and places and values of its ends, or places and names.

    k, s: the factor and the sign of what is said; log: whether it is even by ratio.
    """
    formatter, is_x = axis.get_major_formatter(), axis.axis_name == "x"
    about: dict[str, Any] = {"n": _name(axis)}
    if getattr(formatter, "names", None) is not None:
        places = [label.at if is_x else height - label.at for label in ticks.labels]
        names = [formatter.names.get(label.value, "") for label in ticks.labels]
        return about | {"at": [round(one, 1) for one in places], "of": names}
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
    factor, sign = getattr(formatter, "said", (1, ""))
    if scale == "log":
        about["log"] = 1
    return about | ({"k": factor, "s": sign} if sign or factor != 1 else {})
