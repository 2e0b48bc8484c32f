"""Learning curves of the confirmed configurations, with the bands of their networks."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import DASHES, MUTED, SPLITS, percent_axis, plain_log, tidy
from reports.text import count


def curves(
    frame: pd.DataFrame,
    kind: str,
    percent: bool,
    target: float | None,
    named: Callable[[str], str],
) -> Figure:
    """One panel per configuration of the bands of `confirmed_curves`, all on one scale.

    named: a panel's title.
    """
    configs = list(dict.fromkeys(frame["config"]))
    limits, gone = _limits(frame, log=kind == "loss", bounded=percent)
    panels = tuple(
        _panel(
            frame[frame["config"] == config],
            f"{kind}-{number}",
            kind,
            percent,
            target,
            limits,
            named(config),
            number == 0,
        )
        for number, config in enumerate(configs)
    )
    n = int(frame["n"].max())
    name = kind if kind == "loss" or percent else "RMSE"
    caption = (
        f"Train and dev {name} by epoch, on all rows, without dropout. Line: median of the "
        f"networks (n = {n} each); band: their 10th to 90th percentile, not an interval for the "
        "median. Diverged networks drop out where they diverged; what was worse at the beginning "
        "may lie above the scale."
        + f" The scale is that of the others: {gone} of {count(len(configs), 'setting')} "
        f"{'leave' if gone > 1 else 'leaves'} it." * (gone > 0)
    )
    return Figure(
        f"curves-{kind}",
        f"{name[0].upper()}{name[1:]} while training",
        caption,
        panels,
        frame,
        "data/curves.csv",
    )


LEGEND = 20.0  # height of the legend
EARLY = 0.1  # of the epochs, in which errors may lie above a scale that begins at 0
TOO_HIGH = 5  # times the lower median of the settings' highest points


def _limits(frame: pd.DataFrame, log: bool, bounded: bool) -> tuple[tuple[float, float], int]:
    """A scale that shows the training, and how many settings' medians leave it.

    It shows neither the first evaluations nor the one exploding network or setting.
    """
    last = frame["epoch"].max()
    tops = _tops(frame, 0.0 if log else EARLY * float(last))
    if not len(tops):
        tops = _tops(frame, 0.0)
    low, top = float(frame["low"].min()), float(tops.max())
    if not log:
        top = max(top, float(frame.loc[frame["epoch"] == last, "high"].fillna(0.0).max()))
    if not bounded and len(tops):
        top = min(top, TOO_HIGH * float(tops.quantile(0.5, interpolation="lower")))
    gone = int((tops > top).sum())
    if log:
        return (max(low, top * 1e-5, 1e-12) * 0.9, top * 1.3), gone
    return (0.0, top * 1.08), gone


def _tops(frame: pd.DataFrame, early: float) -> "pd.Series[float]":
    """By setting, the highest median after that epoch."""
    return frame[frame["epoch"] > early].groupby("config")["median"].max().dropna()


def _panel(
    rows: pd.DataFrame,
    prefix: str,
    kind: str,
    percent: bool,
    target: float | None,
    limits: tuple[float, float],
    title: str,
    is_first: bool,
) -> Panel:
    config = str(rows["config"].iloc[0])
    with canvas(height=240 + LEGEND * is_first) as figure:
        axes = figure.subplots()
        for number, split in enumerate(("train", "dev")):
            part = rows[rows["split"] == split]
            colour = SPLITS[number]
            axes.fill_between(
                part["epoch"], part["low"], part["high"], color=colour, alpha=0.18, linewidth=0
            )
            axes.plot(
                part["epoch"],
                part["median"],
                color=colour,
                linestyle=DASHES[1 - number],
                label=split,
            )
        if target is not None and target <= limits[1]:
            axes.axhline(target, color=MUTED, linewidth=1, linestyle=":", label="target")
        if kind == "loss" and limits[0] > 0:
            axes.set_yscale("log")
        if np.isfinite(limits).all() and limits[0] < limits[1]:
            axes.set_ylim(*limits)
        if axes.get_yscale() == "log":
            plain_log(axes.yaxis)
        axes.margins(x=0.01)
        tidy(axes, "epoch", kind if kind == "loss" or percent else "RMSE")
        if percent:
            percent_axis(axes, "y")
        if is_first:  # below it, so that it covers no curve, and for all of them
            figure.legend(loc="outside lower left", ncols=3)
        axes.set_title(title)
        last = rows[rows["epoch"] == rows["epoch"].max()].set_index("split")["median"]
        words = f"{config}: at the end train {last['train']:.4g}, dev {last['dev']:.4g} (medians)."
        return panel(figure, prefix, f"{kind} of {config} by epoch", words)
