"""What the dev error is made of: train error and what comes on top, and each gap by itself."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.errors import names_of
from reports.figures.figure import Figure, Panel
from reports.figures.panels import legend_in_lines, panel
from reports.figures.style import (
    INK,
    MARKERS,
    MUTED,
    SHADES,
    SHOWN,
    beyond,
    names_at,
    percent_axis,
    tidy,
)
from reports.stats.bias_variance.gaps import GAPS
from reports.text import LEVEL

if TYPE_CHECKING:
    pass


def gaps(
    frame: pd.DataFrame,
    table: pd.DataFrame,
    percent: bool,
    reference: float,
    labels: Mapping[str, str],
) -> Figure:
    """The gaps with intervals, and the dev error as reference + bias + variance.

    `frame` is `stats.ledger.frame`, `table` the networks of `summary.table`, labels as in
    `errors.forest`.
    """
    every = list(dict.fromkeys(frame["config"]))
    configs = every[:SHOWN]
    frame, names = frame[frame["config"].isin(configs)], names_of(configs, labels)
    panels = (
        _stack(configs, names, table, percent, reference),
        _gaps(names, frame, percent),
    )
    bias = "bias above the reference" if reference > 0 else "bias and noise"
    caption = (
        f"First: the dev error as train error ({bias}) and what comes on top of it on dev rows "
        f"(variance). Second: each gap with its {LEVEL} interval; below the winner's margin a gap "
        "does not count. Bias: t over seeds. Others: crossed bootstrap over seeds and rows."
        f"{' A stroke: a dev error below the train error.' * _is_below(table, configs)}"
        f"{beyond(len(every))}"
    )
    return Figure("gaps", "What the error is made of", caption, panels, frame)


def _is_below(table: pd.DataFrame, configs: list[str]) -> bool:
    """Whether one of them has a dev error below its train error."""
    return bool((table.loc[table["config"].isin(configs), "gap"] < 0).any())


def _stack(
    configs: list[str], names: list[str], table: pd.DataFrame, percent: bool, reference: float
) -> Panel:
    rows = table.set_index("config").loc[configs]
    dev = rows["dev_error"].to_numpy(float)
    train = dev - rows["gap"].to_numpy(float)
    with canvas(height=_height(len(configs))) as figure:
        axes = figure.subplots()
        places = np.arange(len(configs))
        axes.barh(places, train, 0.5, color=SHADES[0], label="train error")
        axes.barh(
            places,
            np.maximum(dev - train, 0),
            0.5,
            left=train,
            color=SHADES[1],
            label="more on dev rows",
        )
        if reference > 0:
            axes.axvline(reference, color=INK, linestyle=":", linewidth=1.2, label="reference")
        below = dev < train
        axes.plot(dev[below], places[below], "|", color=INK, markersize=29)
        names_at(axes.yaxis, places, names)
        axes.set_ylim(len(configs) - 0.4, -0.6)
        axes.set_xlim(left=0)
        tidy(axes, "error" if percent else "RMSE", grid="x")
        axes.tick_params(axis="y", length=0)
        if percent:
            percent_axis(axes, "x")
        legend_in_lines(figure, 2 if reference > 0 else 1)
        words = "; ".join(
            f"{name}: train {a:.4g}, dev {b:.4g}"
            for name, a, b in zip(configs, train, dev, strict=True)
        )
        return panel(figure, "gaps-stack", "Train error and gap to dev, stacked", words + ".")


def _gaps(names: list[str], frame: pd.DataFrame, percent: bool) -> Panel:
    with canvas(height=_height(len(names))) as figure:
        axes = figure.subplots()
        axes.axvline(0, color=INK, linewidth=0.8)
        shown = [gap for gap in GAPS if (frame["gap"] == gap).any()]
        for number, gap in enumerate(shown):
            rows = frame[frame["gap"] == gap]
            places = np.arange(len(rows)) + 0.24 * (number - 1)
            colour = SHADES[number]
            axes.hlines(places, rows["low"], rows["high"], color=colour, linewidth=2)
            axes.plot(
                rows["estimate"],
                places,
                MARKERS[number],
                color=colour,
                markersize=5.5,
                label=str(rows["label"].iloc[0]),
            )
        margin = float(frame["margin"].iloc[0])
        axes.axvline(margin, color=MUTED, linestyle="--", linewidth=1.2, label="margin")
        names_at(axes.yaxis, range(len(names)), names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        tidy(axes, "gap in error, points" if percent else "gap in RMSE", grid="x")
        axes.tick_params(axis="y", length=0)
        if percent:
            percent_axis(axes, "x", symbol="")
        legend_in_lines(figure, 2)
        return panel(
            figure,
            "gaps-forest",
            f"The {len(shown)} gaps with intervals",
            f"{len(frame)} gaps of {len(names)} configurations.",
        )


def _height(configs: int) -> float:
    return 104 + 42 * configs
