"""What matters: importance as bars, and every trial against each searched parameter."""

import math

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.hover import tell_setting, tell_trials
from reports.figures.panels import key_above, panel
from reports.figures.scales import Scale, robust
from reports.figures.style import INK, MUTED, SERIES, names_at, plain_log, short, tidy
from reports.naming import plain_name, plain_value
from reports.natural import natural
from reports.stats.search import conditional
from reports.stats.settings.objectives import Objective
from reports.text import count, listing, number, value

BROKEN = "breaks a constraint"
LOOKS = {
    "complete": (SERIES[0], "o"),
    "pruned": (SERIES[1], "X"),
    "diverged": (SERIES[5], "^"),
    BROKEN: (MUTED, "v"),
}
CHOICES = 12
WIDEST = 24  # letters of a name beside a bar
BELOW = "\N{BOX DRAWINGS LIGHT UP AND RIGHT} "  # what is in play for an arm of the choice above
MANY = 300  # trials, from which on the marks are smaller
PALE = 0.45  # of a bar that chance alone reaches
BEST = 5  # trials at least that importance sets apart from the others


def importance(frame: pd.DataFrame, complete: int) -> Figure:
    """Bars per parameter, from importance.parquet; a group of bars per evaluator.

    complete: trials; of a parameter that fewer of them had it is said how many.
    """
    evaluators = list(dict.fromkeys(frame["evaluator"].astype(str)))
    wide = frame.pivot_table(index="parameter", columns="evaluator", values="value", sort=False)
    wide = wide.sort_values(evaluators[0], kind="stable")
    left_out, wide = len(wide) - len(wide.tail(CHOICES)), wide.tail(CHOICES)
    down = conditional.ordered(map(str, wide.index[::-1]))  # each of an arm's under its choice
    wide = wide.loc[down[::-1]]
    has_line = "chance" in frame  # earlier versions' have none
    with canvas(height=70 + 26 * len(wide) * len(evaluators)) as figure:
        axes, had = figure.subplots(), frame.groupby("parameter")["trials"].first()
        thick = 0.72 / len(evaluators)
        for number, name in enumerate(evaluators):
            places = np.arange(len(wide)) + (len(evaluators) - 1 - 2 * number) * thick / 2
            colours = [SERIES[number] if had[one] == complete else MUTED for one in wide.index]
            bars = axes.barh(places, wide[name].fillna(0), thick * 0.9, color=colours, label=name)
            if has_line:
                rows = frame[frame["evaluator"] == name].set_index("parameter")
                chance = rows["chance"].reindex(wide.index)
                for bar, is_beyond in zip(bars, wide[name] > chance, strict=True):
                    bar.set_alpha(1.0 if is_beyond else PALE)
                axes.vlines(
                    chance,
                    places - thick / 2,
                    places + thick / 2,
                    color=INK,
                    linewidth=1.6,
                )
        names = [
            BELOW * (conditional.parent(name, down) is not None)
            + _name(name, int(had[name]), complete)
            for name in down[::-1]
        ]
        names_at(axes.yaxis, range(len(wide)), names)
        axes.set_xlim(left=0)
        tidy(axes, f"importance ({', '.join(evaluators)})", grid="x")
        axes.tick_params(axis="y", length=0)
        if len(evaluators) > 1:
            axes.legend(loc="lower right")
        words = f"The most important setting is {plain_name(wide[evaluators[0]].idxmax())}."
        found = panel(figure, "importance", "Importance of the searched parameters", words)
    caption = _importance_caption(frame, complete, evaluators, left_out)
    return Figure(
        "importance-figure",
        "How much each setting matters",
        caption,
        (found,),
        frame,
        "data/importance.csv",
    )


def _importance_caption(
    frame: pd.DataFrame, complete: int, evaluators: list[str], left_out: int
) -> str:
    best = max(BEST, math.ceil(0.1 * complete))
    few = f" From {complete} trials that is hardly more than a hint." * (complete < 10 * BEST)
    arms = bool((frame["trials"] < complete).any())
    said = (
        f"Importance by {', '.join(evaluators)}: how far the best {best} of {number(complete)} "
        "complete trials lie from all of them in each setting. Descriptive: it says what moved the "
        f"objective within this space, not what is worth tuning.{few}"
    )
    if "chance" in frame:  # earlier versions' have none
        said += (
            " The upright line at each bar is what chance alone reaches: with the values shuffled "
            "over the trials, no setting passes its line in 95 of 100 studies. Faint: bars that do "
            "not pass it."
        )
    if left_out:
        said += f" Not shown: the {count(left_out, 'setting')} of least importance."
    if arms:
        said += (
            " A setting that only some trials had stands below its choice and is judged among "
            "these alone (grey), whose number stands beside it; what the choice of its arm matters "
            "is said at the choice."
        )
    return said


def _name(name: str, had: int, complete: int) -> str:
    """A parameter, and how many trials had it where not all did."""
    said = plain_name(name)
    if len(said) > WIDEST:
        said = said.replace("learning rate", "rate")
    said = short(said, WIDEST)
    return said if had == complete else f"{said}\n({had} trials)"


def scatter(
    trials: pd.DataFrame,
    parameters: list[tuple[str, bool, bool]],
    goal: Objective,
    best: int | None,
) -> Figure:
    """The objective of each trial against each parameter: (name, is it numeric, on a log axis)."""
    frame = trials[np.isfinite(trials["value"].to_numpy(float))].copy()
    state = frame["state"].astype(str)
    frame["mark"] = state.mask((state == "complete") & ~frame["feasible"].astype(bool), BROKEN)
    frame["mark"] = frame["mark"].where(frame["diverged"] == 0, "diverged")
    scale = robust(frame["value"].to_numpy(float), goal.sign)
    panels = tuple(
        _panel(frame, name, numeric, log, goal, best, scale, number)
        for number, (name, numeric, log) in enumerate(parameters)
    )
    caption = (
        f"Each trial's {goal.name} over its replicates against each setting: the {goal.best} is "
        f"best. n = {number(len(frame))}. "
        "Descriptive: crowded regions are not better evidence. "
        "Pruned trials show their last value; diverged ones had at least one diverged replicate. "
        "Values off the scale are drawn at its edge."
    )
    many = [
        plain_name(name)
        for name, numeric, _ in parameters
        if not numeric and frame[f"param.{name}"].nunique() > CHOICES
    ]
    if many:
        caption += f" Of {listing(many)} the {CHOICES} choices that were tried most are shown."
    if not all(numeric for _, numeric, _ in parameters):
        caption += " Marks at one choice are spread sideways, so that each is seen."
    columns = ["trial", "state", "value", "diverged", *(f"param.{name}" for name, *_ in parameters)]
    return Figure(
        "scatter",
        "Every trial against each setting",
        caption,
        panels,
        frame[columns],
        "data/trials.csv",
    )


def _panel(
    frame: pd.DataFrame,
    name: str,
    numeric: bool,
    log: bool,
    goal: Objective,
    best: int | None,
    scale: Scale,
    number: int,
) -> Panel:
    rows = frame[frame[f"param.{name}"].notna()]
    x, ticks = _places(rows[f"param.{name}"], rows["trial"], numeric)
    y = scale.clip(rows["value"])
    present = [mark for mark in LOOKS if (rows["mark"] == mark).any()]
    with canvas(height=225) as figure:
        axes = figure.subplots()
        for mark in present:
            colour, marker = LOOKS[mark]
            own = (rows["mark"] == mark).to_numpy()
            (marks,) = axes.plot(
                np.asarray(x)[own],
                y[own],
                marker,
                color=colour,
                markersize=5 if len(frame) < MANY else 3.2,
                alpha=0.75,
                markeredgewidth=0,
                label=mark,
            )
            tell_trials(marks, rows.loc[own, "trial"])
        ring = (rows["trial"] == best).to_numpy()
        axes.plot(
            np.asarray(x)[ring],
            y[ring],
            "o",
            markersize=11,
            markerfacecolor="none",
            markeredgecolor=INK,
            markeredgewidth=1.3,
            label="winner" if ring.any() else None,
        )
        scale.apply(axes, "y", goal.unit)
        if numeric and log:
            axes.set_xscale("log")
            plain_log(axes.xaxis)
        if ticks is not None:
            said = [short(plain_value(name, one), 18).replace(" ", "\n") for one in ticks]
            names_at(axes.xaxis, range(len(ticks)), said)
            axes.set_xlim(-0.6, len(ticks) - 0.4)
        tidy(axes, short(plain_name(name), 40), short(goal.name, 32))
        tell_setting(axes.xaxis, name)
        if number == 0 and (len(present) > 1 or ring.any()):
            key_above(figure, axes, 2 if BROKEN in present else 4)
        called = plain_name(name)
        words = f"{len(rows)} trials in which {called} was active, by state."
        return panel(figure, f"scatter-{number}", f"{goal.name} against {called}", words)


def _places(
    column: pd.Series, trial: pd.Series, numeric: bool
) -> tuple[np.ndarray, list[str] | None]:
    """Where the marks stand: the number itself, or the choice with a fixed jitter by trial."""
    if numeric:
        return column.to_numpy(float), None
    names = column.map(value)
    number = pd.to_numeric(column, errors="coerce")
    choices = list(names.value_counts().index[:CHOICES])
    first = number.groupby(names).min().fillna(np.inf)
    choices.sort(key=lambda name: (first[name], natural(name)))
    order = {name: place for place, name in enumerate(choices)}
    jitter = (trial.to_numpy(int) * 0.6180339887 % 1 - 0.5) * 0.5
    places = names.map(order).to_numpy(float) + jitter
    return places, choices
