"""Every trial against each number that was searched, by arm, with each arm's lower envelope."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.hover import tell_setting, tell_trials
from reports.figures.panels import key_above, panel
from reports.figures.scales import Scale, robust
from reports.figures.style import DASHES, MARKERS, MUTED, SERIES, SHOWN, plain_log, short, tidy
from reports.naming import plain_name
from reports.stats.search.envelopes import lower
from reports.stats.settings.objectives import Objective
from reports.text import count

WIDTH, HEIGHT, LETTERS = 360.0, 260.0, 11.8  # letters of 11 px on a phone 375 px wide


def slices(
    trials: pd.DataFrame,
    names: Sequence[str],
    parameters: Sequence[tuple[str, bool]],
    goal: Objective,
) -> Figure:
    """trials: complete ones, with a column `arm`. names: of the arms, best first.

    parameters: (name, whether on a log axis).
    """
    shown = list(names[:SHOWN])
    scale = robust(trials["value"].to_numpy(float), goal.sign)
    panels = tuple(
        _panel(trials, shown, name, is_log, goal, scale, number)
        for number, (name, is_log) in enumerate(parameters)
    )
    side = "Below" if goal.sign > 0 else "Above"
    end = "lower" if goal.sign > 0 else "upper"
    caption = (
        f"Complete trials of the search, by arm: the {goal.best} {goal.name} is best. Lines: each "
        f"arm's {end} envelope (convex hull). {side} a line no trial of its arm lies; it rests on "
        "the luckiest trials, so it says where to look, not how good an arm is. Values off the "
        f"scale are drawn at its edge. n = {len(trials)}."
    )
    if len(names) > SHOWN:
        caption += f" Grey: {count(len(names) - SHOWN, 'arm')} of a lower rank."
    columns = ["trial", "arm", "value", *(f"param.{name}" for name, _ in parameters)]
    title = "Trials by arm, with each arm's envelope"
    return Figure("slices", title, caption, panels, trials[columns], "data/trials.csv")


def _panel(
    trials: pd.DataFrame,
    shown: list[str],
    name: str,
    is_log: bool,
    goal: Objective,
    scale: Scale,
    number: int,
) -> Panel:
    rows = trials[trials[f"param.{name}"].notna()]
    with canvas(WIDTH, HEIGHT) as figure:
        axes = figure.subplots()
        others = rows[~rows["arm"].isin(shown)]
        if len(others):
            y = scale.clip(others["value"])
            (marks,) = axes.plot(others[f"param.{name}"], y, ".", color=MUTED, markersize=6)
            tell_trials(marks, others["trial"])
        said = []
        for place, arm in enumerate(shown):
            mine = rows[rows["arm"] == arm]
            x, y = mine[f"param.{name}"].to_numpy(float), scale.clip(mine["value"]).to_numpy(float)
            (marks,) = axes.plot(
                x,
                y,
                MARKERS[place],
                color=SERIES[place],
                markersize=5.5,
                alpha=0.75,
                label=short(arm, 22),
            )
            tell_trials(marks, mine["trial"])
            if len(mine) < 2:
                continue
            drawn = np.log(x) if is_log else x
            hull = lower(drawn, goal.sign * (np.log(y) if scale.log else y))
            axes.plot(x[hull], y[hull], linestyle=DASHES[place], color=SERIES[place], lw=1.6)
            best = hull[np.argmin(goal.sign * y[hull])]
            said.append(f"{arm} at {x[best]:.3g}: {y[best]:.4g}")
        scale.apply(axes, "y", goal.unit)
        if is_log:
            axes.set_xscale("log")
            plain_log(axes.xaxis)
        tidy(axes, short(plain_name(name), 36), short(goal.name, 28))
        tell_setting(axes.xaxis, name)
        axes.tick_params(labelsize=LETTERS)
        for label in (axes.xaxis.label, axes.yaxis.label):
            label.set_fontsize(LETTERS)
        if number == 0:
            key_above(figure, axes, 2, LETTERS)
        words = f"The best of each arm: {'; '.join(said)}."
        title = f"{goal.name} against {plain_name(name)}, by arm"
        return panel(figure, f"slices-{number}", title, words)
