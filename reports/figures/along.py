"""Bias and variance along a word's values: train and dev error, and the parts of the loss."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.loss_parts import PARTS
from reports.figures.panels import panel
from reports.figures.style import (
    DASHES,
    INK,
    MARKERS,
    MUTED,
    SHADES,
    SPLITS,
    names_at,
    percent_axis,
    tidy,
)
from reports.stats.bias_variance.along import Along
from reports.stats.sampling.intervals import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT, LETTERS = 360.0, 250.0, 11.8  # letters of 11 px on a phone 375 px wide


def along(
    one: Along, ticks: Sequence[str], word: str, where: str, percent: bool, reference: str = ""
) -> Figure:
    """Two lines over the values, evenly spaced; a second panel of stacked parts of the loss.

    word: the axis' label. where: what the other word is, "" where there is none.
    reference: the error that is noise, "" where it is not given.
    """
    bias = "The train error is bias and noise"
    if reference:
        bias = f"The train error above the reference error, {reference}, is bias"
    panels = [_lines(one, ticks, word, percent)]
    if one.parts:
        panels.append(_stack(one, ticks, word))
    source = "Confirmed networks" if one.is_confirmed else "Networks of the search, not confirmed"
    caption = (
        f"{source}{where}: mean errors, bars 95 % intervals for other networks on these rows (t"
        f"{', widened for training sets that share rows' * bool(one.parts)}). Values stand in "
        f"order, evenly spaced. {bias}; what the dev error has above the train error is variance."
    )
    if one.parts:
        caption += (
            " Second: the loss on the test rows in parts, by training rows, random starts and what "
            "remains (method: where the error comes from)."
        )
    rows = [
        (tick, train.estimate, train.low, train.high, dev.estimate, dev.low, dev.high, *parts)
        for tick, train, dev, parts in zip(ticks, one.train, one.dev, _parts(one), strict=True)
    ]
    ends = [f"{split}{end}" for split in ("train", "dev") for end in ("", "_low", "_high")]
    data = pd.DataFrame(rows, columns=[word, *ends, *(PARTS if one.parts else ())])
    return Figure(f"along-{one.word}", f"Bias and variance by {word}", caption, tuple(panels), data)


def _parts(one: Along) -> list[tuple[float, ...]]:
    if not one.parts:
        return [()] * len(one.arms)
    zero = [part.starts.estimate if part.starts else 0.0 for part in one.parts]
    return [
        (part.remains.estimate, part.sets.estimate, starts)
        for part, starts in zip(one.parts, zero, strict=True)
    ]


def _lines(one: Along, ticks: Sequence[str], word: str, percent: bool) -> Panel:
    each = {"train error": one.train, "dev error": one.dev}  # colours as in learning curves
    with canvas(WIDTH, HEIGHT) as figure:
        axes = figure.subplots()
        for number, (name, found) in enumerate(each.items()):
            _line(axes, number, name, found)
        _finish(axes, ticks, word, "error" if percent else "RMSE")
        if percent:
            percent_axis(axes, "y")
        _legend(figure, 2)
        words = "; ".join(
            f"{name}: " + ", ".join(f"{t} {v.estimate:.4g}" for t, v in zip(ticks, f, strict=True))
            for name, f in each.items()
        )
        title = f"train and dev error by {word}"
        return panel(figure, f"along-{one.word}-lines", title, f"{words}.")


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


def _stack(one: Along, ticks: Sequence[str], word: str) -> Panel:
    """Parts below zero, the estimates of ones near zero, are drawn as none."""
    heights = np.maximum(np.array(_parts(one)), 0.0).T
    with canvas(WIDTH, HEIGHT) as figure:
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
        totals = [part.total for part in one.parts]
        axes.plot(range(len(ticks)), totals, "_", color=INK, markersize=20)
        _finish(axes, ticks, word, f"{one.parts[0].name} on test rows")
        _legend(figure, 3)
        words = "; ".join(
            f"{tick}: " + ", ".join(f"{n} {v:.3f}" for n, v in zip(PARTS.values(), h, strict=True))
            for tick, h in zip(ticks, heights.T, strict=True)
        )
        return panel(figure, f"along-{one.word}-parts", f"loss in parts by {word}", f"{words}.")


def _legend(figure: "object", columns: int) -> None:
    figure.legend(  # type: ignore[attr-defined]
        loc="outside upper left",
        ncols=columns,
        fontsize=LETTERS,
        columnspacing=0.8,
        handlelength=1.4,
        handletextpad=0.4,
    )


def _finish(axes: "Axes", ticks: Sequence[str], word: str, what: str) -> None:
    names_at(axes.xaxis, range(len(ticks)), ticks)
    axes.set_xlim(-0.5, len(ticks) - 0.5)
    axes.set_ylim(bottom=0)
    tidy(axes, word, what)
    axes.tick_params(labelsize=LETTERS)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_fontsize(LETTERS)
        label.set_color(MUTED)
