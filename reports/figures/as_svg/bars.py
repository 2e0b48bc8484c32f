"""What a bar says of itself: its series, its name, how long it is."""

from typing import Any

from reports.text import number


def say(axes: Any) -> None:
    """Gives each bar of the axes its words, which become a <title>."""
    from matplotlib.container import BarContainer

    for bars in axes.containers:
        if not isinstance(bars, BarContainer):
            continue
        is_lying = bars.orientation == "horizontal"
        names_on, along = (axes.yaxis, axes.xaxis) if is_lying else (axes.xaxis, axes.yaxis)
        names = getattr(names_on.get_major_formatter(), "names", {})
        factor, sign = getattr(along.get_major_formatter(), "said", (1, ""))
        label = "" if str(bars.get_label()).startswith("_") else str(bars.get_label())
        for bar in bars.patches:
            if is_lying:
                middle, long = bar.get_y() + bar.get_height() / 2, bar.get_width()
            else:
                middle, long = bar.get_x() + bar.get_width() / 2, bar.get_height()
            place = min(names, key=lambda one: abs(one - middle), default=None)
            name = "" if place is None else names[place].replace("\n", ", ")
            said = ", ".join(filter(None, (name, label)))
            told: Any = bar
            told.said = f"{said}: {number(factor * long, 3)}{sign}"
