"""Reaching the target: who, how soon, how many never, and how that depends on the target."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import (
    DASHES,
    INK,
    MARKERS,
    SERIES,
    SHOWN,
    SMALL,
    beyond,
    names_at,
    percent_axis,
    short,
    tidy,
)
from reports.text import TIMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def reach(
    survival: pd.DataFrame,
    ladder: pd.DataFrame,
    tau: float,
    words: str,
    percent: bool,
    default: str | None,
    named: Callable[[str], str],
) -> Figure:
    """The share of networks that have reached the target, by epoch; the speed-up by target.

    `survival` is `convergence.survival`, `ladder` is `target_ladder.speed_by_target`; named: the
    legend's words for a configuration.
    """
    every = list(dict.fromkeys(survival["config"]))
    configs = every[:SHOWN]
    panels = [_reach(survival, configs, tau, named)]
    if ladder["speedup"].notna().any() and len(configs) > 1 and default is not None:
        panels.append(_ladder(ladder, configs, default, percent, named))
    caption = (
        f"First: share of the networks that have reached a {words}, by Kaplan and Meier; below, "
        "how many had not yet. Networks that diverged or never got there count as missing at "
        "the horizon. Second: ratio of mean epochs, misses at the horizon, the defaults' over each "
        "setting's, for twenty targets from easy to hard, without intervals; hollow where half of "
        "the networks or more miss it, nothing where all of a side do."
    )
    if len(panels) == 1:
        caption = caption.replace("First: share", "Share").partition(" Second:")[0]
    caption += beyond(len(every))
    return Figure(
        "reach", "Reaching the target", caption, tuple(panels), survival, "data/curves.csv"
    )


def _reach(
    survival: pd.DataFrame, configs: list[str], tau: float, named: Callable[[str], str]
) -> Panel:
    with canvas(height=240 + 31 * len(configs)) as figure:
        axes, risk = figure.subplots(2, 1, height_ratios=[150, 16 * len(configs) + 8], sharex=True)
        for number, config in enumerate(configs):
            rows = survival[survival["config"] == config]
            time = np.concatenate([[0.0], rows["time"], [tau]])
            share = np.concatenate([[0.0], rows["reached"], rows["reached"].iloc[-1:]])
            axes.step(
                time,
                share,
                where="post",
                color=SERIES[number],
                linestyle=DASHES[number],
                label=named(config),
            )
            _at_risk(risk, rows, number, tau)
        axes.set_ylim(-0.03, 1.03)
        axes.set_xlim(-0.02 * tau, 1.02 * tau)
        tidy(axes, "", "share that reached it")
        percent_axis(axes, "y")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left")
        names_at(risk.yaxis, range(len(configs)), [short(name, 14) for name in configs])
        risk.set_ylim(len(configs) - 0.4, -0.6)
        tidy(risk, "epoch", "not yet", grid="x")
        risk.grid(visible=False)
        risk.tick_params(axis="y", length=0, pad=14)
        final = survival.groupby("config", sort=False)["reached"].last()
        text = "; ".join(f"{name}: {share:.0%} by epoch {tau:g}" for name, share in final.items())
        return panel(figure, "reach-km", "Share of networks that reached the target", text + ".")


def _at_risk(axes: "Axes", rows: pd.DataFrame, line: int, tau: float) -> None:
    """Numbers still on their way at five moments: n less those that had reached it before."""
    n = int(rows["at_risk"].iloc[0])
    for moment in np.linspace(0, tau, 5):
        before = rows.loc[rows["time"] < moment, "reached"]
        left = n if before.empty else round(n * (1 - float(before.iloc[-1])))
        axes.text(
            moment, line, str(left), ha="center", va="center", fontsize=SMALL, color=SERIES[line]
        )


def _ladder(
    ladder: pd.DataFrame,
    configs: list[str],
    default: str,
    percent: bool,
    named: Callable[[str], str],
) -> Panel:
    with canvas(height=240 + 31 * len(configs)) as figure:
        axes = figure.subplots()
        axes.axhline(1, color=INK, linewidth=0.8)
        for number, config in enumerate(configs):
            if config == default:
                continue
            rows = ladder[ladder["config"] == config]
            colour, marker = SERIES[number], MARKERS[number]
            axes.plot(
                rows["target"],
                rows["speedup"],
                color=colour,
                linewidth=1.4,
                linestyle=DASHES[number],
                label=named(config),
            )
            for mostly in (True, False):
                part = rows[(rows["reach"] > 0.5) == mostly]
                axes.plot(
                    part["target"],
                    part["speedup"],
                    marker,
                    color=colour,
                    markersize=4.5,
                    markerfacecolor=colour if mostly else "none",
                )
        axes.set_yscale("log")
        _log2_ticks(axes, ladder["speedup"])
        axes.invert_xaxis()
        tidy(
            axes,
            f"target: dev {'error' if percent else 'RMSE'} (harder to the right)",
            f"speed-up (defaults: 1 {TIMES})",
        )
        if percent:
            percent_axis(axes, "x")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left")
        return panel(
            figure,
            "reach-ladder",
            "Speed-up by target",
            f"{len(configs)} configurations at {ladder['target'].nunique()} targets.",
        )


def _times(x: float) -> str:
    """`4 ×`, `1/4 ×`: halves are read more easily than 0.0078125."""
    return f"{x:g} {TIMES}" if x >= 1 else f"1/{1 / x:g} {TIMES}"


def _log2_ticks(axes: "Axes", values: pd.Series) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    finite = values[np.isfinite(values) & (values > 0)]
    low = math.floor(math.log2(min(finite.min(), 0.8)))
    high = math.ceil(math.log2(max(finite.max(), 1.25)))
    step = max(1, (high - low) // 5)
    axis = axes.yaxis
    axis.set_major_locator(FixedLocator([2.0**power for power in range(low, high + 1, step)]))
    axis.set_major_formatter(FuncFormatter(lambda x, _: _times(x)))
    axis.set_minor_locator(NullLocator())
    axes.set_ylim(2.0**low * 0.9, 2.0**high * 1.1)
