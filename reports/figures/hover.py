"""What artists and axes of matplotlib carry for those who point at them: the page's script says it.

Set where a figure is drawn, read where it is written (`reports.figures.svg.hover_data`).
"""

from collections.abc import Iterable, Mapping
from typing import Any


def tell_trials(artist: Any, trials: Iterable[Any]) -> None:
    """Which trial each mark of a line, or each line of a collection, is: it is marked in all."""
    artist.trials = [int(one) for one in trials]


def trials(artist: Any) -> list[int] | None:
    """Those that were told."""
    return getattr(artist, "trials", None)


def tell_names(formatter: Any, names: Mapping[float, str]) -> None:
    """Of the ticks of an axis that has names in the place of numbers."""
    formatter.names = names


def tell_setting(axis: Any, name: str) -> None:
    """Of which setting of the study file the axis is: the script finds its exact values by it."""
    axis.setting = name


def setting(axis: Any) -> str:
    """Its dotted name; "" of other axes."""
    return str(getattr(axis, "setting", ""))


def names(axis: Any) -> Mapping[float, str] | None:
    """By place; None of an axis of numbers."""
    return getattr(axis.get_major_formatter(), "names", None)


def tell_word(axis: Any, word: str) -> None:
    """What the script calls the axis, where that is shorter than its label."""
    axis.word = word


def word(axis: Any) -> str:
    """What was told; "" of other axes."""
    return str(getattr(axis, "word", ""))


def tell_unit(formatter: Any, factor: float, sign: str) -> None:
    """By what the axis' numbers are multiplied, and what stands after them: 100, ` %`."""
    formatter.unit = (factor, sign)


def unit(axis: Any) -> tuple[float, str]:
    """Factor and sign."""
    return getattr(axis.get_major_formatter(), "unit", (1, ""))


def tell_axes(axes: Any, data: Mapping[str, Any]) -> None:
    """What the script needs to know of a figure with controls of its own; it becomes JSON."""
    axes.told = data


def of_axes(axes: Any) -> Mapping[str, Any]:
    """By name of the attribute."""
    return getattr(axes, "told", {})
