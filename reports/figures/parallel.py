"""Parallel coordinates: a line for each trial across the axes of its settings and what it came to.

The axes lie one below the other, so that names fit a phone. `templates/parallel.js` adds ranges.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reports import text
from reports.figures import hover
from reports.figures.figure import Figure
from reports.figures.freehand import LETTERS, WIDTH, Point, freehand, lines, words
from reports.figures.panels import panel
from reports.figures.scales import robust
from reports.figures.style import MUTED, RULE, SERIES, short
from reports.figures.svg.text_size import width
from reports.frames import Array
from reports.naming import plain_name, plain_value
from reports.stats.search import conditional
from reports.stats.search.parallel import Axis, Parallel
from reports.stats.settings.objectives import Objective

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PITCH, TOP = 72.0, 28.0
LEFT, RIGHT, ASIDE = 40.0, 346.0, 14.0  # the ends of an axis; where lines pass that have no value
JITTER = 7.0  # at most, of choices, to either side
NEAR_MIDDLE = 0.12  # of a range's length
BEST = 0.1  # share of the complete trials in colour


def parallel(found: Parallel, goals: Sequence[Objective], best: int | None) -> Figure:
    """best: the trial of the winner, or None."""
    axes = [*found.axes, *(_of_goal(found.trials, goal) for goal in goals)]
    names = [one.name for one in axes]
    marked = _best(found.trials, goals[0])
    title = "All trials over the searched settings"
    said = (
        f"{len(found.trials)} trials as lines across {', '.join(map(plain_name, names))}, from "
        "top to bottom. The table of all trials has the numbers."
    )
    columns = [f"param.{one.name}" for one in found.axes]
    data = found.trials[["trial", "state", *columns, *(goal.column for goal in goals)]]
    with freehand(_y(len(axes) - 1) + 24) as (figure, canvas):
        _lines(canvas, found, axes, marked, best)
        for number, one in enumerate(axes):
            _axis(canvas, one, number, names)
        hover.tell_axes(canvas, {"axes": [_told(one, n) for n, one in enumerate(axes)]})
        made = panel(figure, "parallel", title, said)
    caption = _caption(found, goals[0], len(marked), best)
    return Figure("parallel-figure", title, caption, (made,), data, "data/trials.csv")


def _of_goal(trials: pd.DataFrame, goal: Objective) -> Axis:
    values = trials[goal.column].to_numpy(float)
    finite = values[np.isfinite(values)]
    scale = robust(finite if len(finite) else np.zeros(1), goal.sign)
    clipped = np.clip(values, scale.low, scale.high)
    if scale.log:
        places = np.log(clipped / scale.low) / math.log(scale.high / scale.low)
    else:
        places = (clipped - scale.low) / (scale.high - scale.low)
    name = f"{goal.name} ({goal.best} is best)"
    # The axis of an objective has its ends in words: 3 %, 20 million.
    ends = (goal.unit.tick(float(f"{x:.3g}")) for x in (scale.low, scale.high))
    return Axis(name, places, scale.low, scale.high, scale.log, ends=tuple(ends))


def _best(trials: pd.DataFrame, goal: Objective) -> set[int]:
    done = trials[trials["state"] == "complete"]
    ordered = done.sort_values("value", ascending=goal.sign > 0, kind="stable")
    return set(ordered["trial"].head(math.ceil(BEST * len(done))).astype(int))


def _x(place: float) -> float:
    return LEFT + (RIGHT - LEFT) * place if math.isfinite(place) else ASIDE


def _y(number: int) -> float:
    return TOP + PITCH * number


def _lines(
    canvas: "Axes", found: Parallel, axes: Sequence[Axis], marked: set[int], best: int | None
) -> None:
    """The others first, so that those which did well lie on top."""
    trials = found.trials["trial"].to_numpy(int)
    places = np.stack([_apart(one, trials) for one in axes], axis=1)
    each: dict[str, dict[int, list[Point]]] = {"others": {}, "best": {}, "winner": {}}
    for trial, row in zip(trials, places, strict=True):
        which = "winner" if trial == best else "best" if trial in marked else "others"
        each[which][int(trial)] = [(round(x), _y(number)) for number, x in enumerate(row)]
    faint = min(0.6, max(0.1, 12 / len(trials)))
    looks = {
        "others": (MUTED, 1.0, round(faint, 2)),
        "best": (SERIES[0], 1.3, round(min(0.7, max(0.25, 10 / max(len(marked), 1))), 2)),
        "winner": (SERIES[1], 2.6, 1.0),
    }
    for which, own in each.items():
        if own:
            hover.tell_trials(lines(canvas, list(own.values()), *looks[which]), own)


def _apart(axis: Axis, trials: Array) -> Array:
    """(n,) where the lines cross; on choices beside each other, by the trial's number."""
    places = np.array([_x(place) for place in axis.places])
    if axis.high > axis.low and not axis.choices:
        return places
    room = min(JITTER, 0.3 * (RIGHT - LEFT) / max(len(axis.choices), 1))
    # The golden ratio spreads the numbers of trials evenly.
    beside = (trials * 0.6180339887 % 1 - 0.5) * 2 * room
    return np.clip(places + beside, ASIDE - 4, RIGHT + JITTER)


def _axis(canvas: "Axes", axis: Axis, number: int, names: Sequence[str]) -> None:
    y, above = _y(number), conditional.parent(axis.name, names)
    shown = plain_name(axis.name)
    if above is not None:
        shown = f"\N{BOX DRAWINGS LIGHT UP AND RIGHT} {shown}"
    words(canvas, 0, y - 12, short(shown, 50), is_bold=True)
    lines(canvas, [[(LEFT, y), (RIGHT, y)]], MUTED, 1.2)
    _ticks(canvas, axis, y)
    if np.isnan(axis.places).any():
        words(canvas, ASIDE, y + 14, text.DASH, "center", MUTED)
        lines(canvas, [[(4, y), (24, y)]], RULE, 1.2)


def _told(axis: Axis, number: int) -> dict[str, object]:
    """What the page's script asks of an axis, so that a range can be set on it."""
    about: dict[str, object] = {"name": plain_name(axis.name), "y": _y(number)}
    if axis.choices:
        return about | {"choices": _said(axis)}
    ends = {"low": float(f"{axis.low:.6g}"), "high": float(f"{axis.high:.6g}")}
    return about | ends | {"log": axis.log}


def _said(axis: Axis) -> list[str]:
    """Its choices as they are read."""
    return [plain_value(axis.name, one) for one in axis.choices]


def _middle(axis: Axis) -> float:
    """The place of the roundest number about the middle of a range."""
    for digits in (1, 2):
        place = axis.place(float(f"{axis.at(0.5):.{digits}g}"))
        if place is not None and abs(place - 0.5) < NEAR_MIDDLE:
            return place
    return 0.5


def _ticks(canvas: "Axes", axis: Axis, y: float) -> None:
    """Ends and middle of a range; of choices as many as fit beside each other."""
    if axis.choices:
        count = len(axis.choices)
        each = [(place / max(count - 1, 1), name) for place, name in enumerate(_said(axis))]
    elif axis.ends:
        each = list(zip((0.0, 1.0), axis.ends, strict=True))
    else:
        middle = _middle(axis)
        each = [(place, text.setting(axis.at(place), 3)) for place in (0.0, middle, 1.0)]
    lines(canvas, [[(_x(place), y), (_x(place), y + 4)] for place, _ in each], MUTED)
    edge = -math.inf
    for place, name in each:
        said = short(name, 22)
        half = width(said, LETTERS) / 2
        middle = min(max(_x(place), LEFT - 8 + half), WIDTH - half)
        if middle - half > edge + 6:
            words(canvas, middle, y + 16, said, "center", MUTED)
            edge = middle + half


def _caption(found: Parallel, goal: Objective, marked: int, best: int | None) -> str:
    count = len(found.trials)
    winner = ", and thick the winner" if best in set(found.trials["trial"]) else ""
    coloured = "best complete trial" if marked == 1 else f"{marked} best complete trials"
    parts = [
        f"Each line is a trial of the search, n = {text.number(count)}; where it crosses an axis "
        f"is its setting. Coloured: the {coloured} by {goal.name}"
        f"{winner}. Pruned trials end at their last value. Drag along an axis, or move its two "
        "ends by the arrow keys, to keep the trials between them, here and in the table of all "
        "trials; Escape shows all again. (This needs scripts.)"
    ]
    if any(np.isnan(axis.places).any() for axis in found.axes):
        parts.append(f"{text.DASH}: not in play in this trial.")
    parts.append("Values off the scale are drawn at its edge.")
    if found.alike:
        parts.append(f"The same in all: {text.listing(list(map(plain_name, found.alike)))}.")
    if found.left_out:
        left_out = text.listing(list(map(plain_name, found.left_out)))
        parts.append(f"Not shown, of least importance: {left_out}.")
    return " ".join(parts)
