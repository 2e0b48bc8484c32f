"""Bias and variance along a word's values: train and dev error, and the parts of the loss."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.loss_parts import PARTS
from reports.figures.panels import legend_in_lines, panel
from reports.figures.scales import Scale
from reports.figures.style import (
    DASHES,
    INK,
    MARKERS,
    MUTED,
    SHADES,
    SPLITS,
    names_at,
    tidy,
)
from reports.stats.bias_variance.along import Along
from reports.stats.sampling.intervals import Interval
from reports.text import LEVEL
from reports.units import Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NONE = "none"  # how `in_words.tick` writes no penalty, no dropout
FAR = 0.6  # of the highest error: if the lowest is above it, the axis does not begin at 0


@dataclass(frozen=True)
class Axis:
    """A word of the study, what it is called, its values; where: what the other word is, or ""."""

    word: str
    name: str
    ticks: Sequence[str]
    where: str


def along(
    one: Along, axis: Axis, unit: Unit, message: str, reference: tuple[float, str] | None = None
) -> Figure:
    """Two lines over the values, evenly spaced; a second panel of stacked parts of the loss.

    unit: of the errors. reference: the error that is noise, and how it is written, where given.
    """
    panels = [_lines(one, axis, unit, reference)]
    if one.parts:
        panels.append(_stack(one, axis))
    rows = [
        (tick, train.estimate, train.low, train.high, dev.estimate, dev.low, dev.high, *parts)
        for tick, train, dev, parts in zip(axis.ticks, one.train, one.dev, _parts(one), strict=True)
    ]
    ends = [f"{split}{end}" for split in ("train", "dev") for end in ("", "_low", "_high")]
    data = pd.DataFrame(rows, columns=[axis.name, *ends, *(PARTS if one.parts else ())])
    return Figure(
        f"along-{one.word}",
        f"Bias and variance by {axis.name}",
        _caption(one, axis, reference),
        tuple(panels),
        data,
        message=message,
    )


def _caption(one: Along, axis: Axis, reference: tuple[float, str] | None) -> str:
    bias = "The train error is bias and noise"
    if reference is not None:
        bias = f"The train error above the reference error, {reference[1]}, is bias"
    source = "Confirmed networks" if one.is_confirmed else "Networks of the search, not confirmed"
    return (
        f"{source}{axis.where}: mean errors, bars {LEVEL} intervals for other networks on these "
        f"rows (t{', widened for training sets that share rows' * bool(one.parts)}). Values stand "
        f"in order, evenly spaced. {bias}; what the dev error has above the train error is "
        "variance."
    ) + _of_parts(one)


def _of_parts(one: Along) -> str:
    if not one.parts:
        return ""
    said = f" Second: the {one.parts[0].name} on test rows in parts."
    if min(map(min, _parts(one))) >= 0:
        return said
    return (
        f"{said} One whose estimate is below zero is drawn as none, and the others then reach "
        "beyond the stroke, their sum."
    )


def _parts(one: Along) -> list[tuple[float, ...]]:
    if not one.parts:
        return [()] * len(one.arms)
    zero = [part.starts.estimate if part.starts else 0.0 for part in one.parts]
    return [
        (part.remains.estimate, part.sets.estimate, starts)
        for part, starts in zip(one.parts, zero, strict=True)
    ]


def _lines(one: Along, axis: Axis, unit: Unit, reference: tuple[float, str] | None) -> Panel:
    each = {"train error": one.train, "dev error": one.dev}  # colours as in learning curves
    with canvas() as figure:
        axes = figure.subplots()
        for number, (name, found) in enumerate(each.items()):
            _line(axes, number, name, found)
        if reference is not None:
            axes.axhline(reference[0], color=INK, linestyle=":", linewidth=1.2, label="reference")
        if NONE in axis.ticks:
            without = one.dev[list(axis.ticks).index(NONE)].estimate
            axes.axhline(without, color=MUTED, linewidth=0.9, label=f"dev, no {axis.name}")
        _finish(axes, axis, "error" if unit.is_percent else "RMSE")
        scale = _scale(one, reference)
        scale.apply(axes, "y", unit)
        if scale.low == 0:
            axes.set_ylim(bottom=0)
        legend_in_lines(figure, 2 if len(axes.get_legend_handles_labels()[0]) > 2 else 1)
        words = "; ".join(
            f"{name}: "
            + ", ".join(f"{t} {v.estimate:.4g}" for t, v in zip(axis.ticks, f, strict=True))
            for name, f in each.items()
        )
        title = f"train and dev error by {axis.name}"
        return panel(figure, f"along-{one.word}-lines", title, f"{words}.")


def _scale(one: Along, reference: tuple[float, str] | None) -> Scale:
    """From 0 on, unless all of it lies so far above 0 that nothing could be told apart."""
    found = (*one.train, *one.dev)
    low = min(x.low if x.known else x.estimate for x in found)
    high = max(x.high if x.known else x.estimate for x in found)
    if reference is not None:
        low, high = min(low, reference[0]), max(high, reference[0])
    return Scale(low if low > FAR * high else 0.0, high)


def _line(axes: "Axes", number: int, name: str, found: Sequence[Interval]) -> None:
    places = list(range(len(found)))
    beside = 0.12 * number - 0.06  # so that bars do not hide each other
    axes.plot(
        [place + beside for place in places],
        [each.estimate for each in found],
        marker=MARKERS[number],
        linestyle=DASHES[1 - number],
        color=SPLITS[number],
        markersize=6,
        label=name,
    )
    known = [place for place in places if found[place].known]
    low, high = ([getattr(found[place], end) for place in known] for end in ("low", "high"))
    at = [place + beside for place in known]
    axes.vlines(at, low, high, color=SPLITS[number], linewidth=1.6)


HATCHES = ("", "//", "..")


def _stack(one: Along, axis: Axis) -> Panel:
    """Parts below zero, the estimates of ones near zero, are drawn as none."""
    heights, ticks = np.maximum(np.array(_parts(one)), 0.0).T, axis.ticks
    with canvas() as figure:
        axes, below = figure.subplots(), np.zeros(len(ticks))
        for number, (name, height) in enumerate(zip(PARTS.values(), heights, strict=True)):
            axes.bar(
                range(len(ticks)),
                height,
                0.6,
                bottom=below,
                color=SHADES[number],
                hatch=HATCHES[number],
                edgecolor="white",
                label=name,
            )
            below = below + height
        for place, (part, each) in enumerate(zip(one.parts, _parts(one), strict=True)):
            if min(each) < 0:
                axes.hlines(part.total, place - 0.42, place + 0.42, color=INK, linewidth=1)
        _finish(axes, axis, f"{one.parts[0].name} on test rows")
        axes.set_ylim(bottom=0)
        legend_in_lines(figure, 2)
        words = "; ".join(
            f"{tick}: " + ", ".join(f"{n} {v:.3f}" for n, v in zip(PARTS.values(), h, strict=True))
            for tick, h in zip(ticks, heights.T, strict=True)
        )
        return panel(
            figure, f"along-{one.word}-parts", f"loss in parts by {axis.name}", f"{words}."
        )


def _finish(axes: "Axes", axis: Axis, what: str) -> None:
    names_at(axes.xaxis, range(len(axis.ticks)), axis.ticks)
    axes.set_xlim(-0.5, len(axis.ticks) - 0.5)
    tidy(axes, axis.name, what)
