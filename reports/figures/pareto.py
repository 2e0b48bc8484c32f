"""The Pareto front: every complete trial by two objectives, the front joined, and fresh seeds."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.hover import tell_trials
from reports.figures.panels import panel
from reports.figures.scales import Scale, robust
from reports.figures.style import INK, MUTED, SERIES, short, tidy
from reports.stats.settings.objectives import Objective

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def pareto(
    trials: pd.DataFrame, fresh: pd.DataFrame, goals: tuple[Objective, ...], limited: bool
) -> Figure:
    """A panel of the first objective against each of the others.

    trials: the complete ones, with feasible, front and the objectives' columns. fresh: config and,
    by an objective's column, its value on fresh seeds and the bounds (…_low, …_high).
    """
    first, *others = goals
    panels = tuple(
        _panel(trials, fresh, first, other, number, joined=len(goals) == 2)
        for number, other in enumerate(others)
    )
    beyond = int((~trials["feasible"].astype(bool)).sum())
    caption = (
        f"Complete trials of the search (n = {len(trials)}), "
        f"the front ringed{' and joined' * (len(goals) == 2)}. "
        + (f"Grey crosses: the {beyond} that break a constraint. " if limited else "")
        + (
            "Diamonds: confirmed settings on fresh seeds, with their 95\N{NO-BREAK SPACE}% "
            "intervals over seeds where there are any. "
            if len(fresh)
            else ""
        )
        + "Search values are selected, and so too good. Values off the scale are drawn at its edge."
    )
    columns = ["trial", "feasible", "front", *(goal.column for goal in goals)]
    return Figure(
        "pareto-figure",
        "What one objective costs in the other",
        caption,
        panels,
        trials[columns],
        "data/trials.csv",
    )


def _panel(
    trials: pd.DataFrame,
    fresh: pd.DataFrame,
    first: Objective,
    other: Objective,
    number: int,
    joined: bool,
) -> Panel:
    kept = trials["feasible"].to_numpy(bool)
    x, y = (_scale(trials, fresh, goal) for goal in (other, first))
    with canvas(height=300) as figure:
        axes = figure.subplots()
        _cloud(axes, trials, kept, (other, x), (first, y))
        front = trials[trials["front"].to_numpy(bool)].sort_values(other.column, kind="stable")
        _front(axes, front, (other, x), (first, y), joined)
        _confirmed(axes, fresh, (other, x), (first, y))
        x.apply(axes, "x", other.unit)
        y.apply(axes, "y", first.unit)
        tidy(axes, short(other.name, 40), short(first.name, 40))
        figure.legend(loc="outside upper left", ncols=2, handletextpad=0.3, columnspacing=1.2)
        words = (
            f"{len(front)} of {len(trials)} trials are on the front; "
            f"{first.name}: the {first.best} is best; {other.name}: the {other.best}."
        )
        return panel(figure, f"pareto-{number}", f"{first.name} against {other.name}", words)


def _scale(trials: pd.DataFrame, fresh: pd.DataFrame, goal: Objective) -> Scale:
    values = [frame[goal.column].to_numpy(float) for frame in (trials, fresh) if len(frame)]
    every = np.concatenate(values)
    return robust(every[np.isfinite(every)], goal.sign)


def _cloud(
    axes: "Axes",
    trials: pd.DataFrame,
    kept: np.ndarray,
    x: tuple[Objective, Scale],
    y: tuple[Objective, Scale],
) -> None:
    colours = (SERIES[0], MUTED)
    for mask, marker, colour, name in (
        (~kept, "x", colours[1], "breaks a constraint"),
        (kept, "o", colours[0], "complete trial"),
    ):
        rows = trials[mask]
        if len(rows):
            (marks,) = axes.plot(
                x[1].clip(rows[x[0].column]),
                y[1].clip(rows[y[0].column]),
                marker,
                color=colour,
                markersize=4.5,
                alpha=0.6,
                markeredgewidth=1.2 if marker == "x" else 0,
                label=name,
            )
            tell_trials(marks, rows["trial"])


def _front(
    axes: "Axes",
    front: pd.DataFrame,
    x: tuple[Objective, Scale],
    y: tuple[Objective, Scale],
    joined: bool,
) -> None:
    if not len(front):
        return
    across, up = x[1].clip(front[x[0].column]), y[1].clip(front[y[0].column])
    axes.plot(
        across,
        up,
        "o",
        markersize=8,
        markerfacecolor="none",
        markeredgecolor=INK,
        markeredgewidth=1.3,
        label="on the front",
    )
    if joined:
        axes.step(across, up, where="post" if x[0].sign > 0 else "pre", color=INK, linewidth=1.2)


def _confirmed(
    axes: "Axes", fresh: pd.DataFrame, x: tuple[Objective, Scale], y: tuple[Objective, Scale]
) -> None:
    label = "confirmed, fresh seeds"
    for row in fresh.to_dict("records"):
        low, at, high = (
            [np.clip(row[goal.column + end], scale.low, scale.high) for goal, scale in (x, y)]
            for end in ("_low", "", "_high")
        )
        if not np.isfinite(at).all():
            continue
        for along in (0, 1):
            if low[along] < high[along]:
                (axes.vlines if along else axes.hlines)(
                    at[1 - along], low[along], high[along], color=SERIES[1], linewidth=1.6
                )
        axes.plot(*at, "D", color=SERIES[1], markersize=5.5, label=label)
        label = "_nolegend_"
