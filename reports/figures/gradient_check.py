"""The V of a gradient check: how far backpropagation is from differences, against their step ε.

Truncation makes the right arm, rounding the left one.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure
from reports.figures.panels import panel
from reports.figures.saving import write
from reports.figures.style import INK, MUTED, SERIES, SMALL, plain_log, short, tidy
from reports.text import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

LEAST = 1e-16  # of a difference, below which nothing is told apart
HEIGHT = 300
WRONG = SERIES[1]  # what never passes, where all that does not shares a colour


class Look(NamedTuple):
    """A line's colour, and what the legend calls it; "_" of one that has no entry there."""

    colour: str
    label: str


def save(
    steps: Sequence[float], blocks: Mapping[str, Sequence[float]], mark: float, path: Path
) -> None:
    """A line for each block of parameters over the steps ε; mark: up to where a check passes.

    The suffix of the path says the format: .svg, .pdf or .png. Errors: OSError.
    """
    looks = {
        name: Look(SERIES[at % len(SERIES)], short(name, 20)) for at, name in enumerate(blocks)
    }
    with canvas(height=HEIGHT) as figure:
        _draw(figure, steps, blocks, mark, looks)
        write(figure, path)


def against_step(
    steps: Sequence[float], checks: Mapping[str, Sequence[float]], mark: float
) -> Figure:
    """Each check over the steps: those that pass in colours of their own, the others in one."""
    title = "Backpropagation against differences, by their step"
    words = "; ".join(f"{name}: {min(x):.1g} at the least" for name, x in checks.items())
    caption = (
        "How far the gradient is from central differences, ‖g − g̃‖ / (‖g‖ + ‖g̃‖), by their step. "
        "A right one makes a V: on the right the differences are too coarse, on the left rounding "
        "eats them. A wrong one stays above the mark, whatever the step."
    )
    rows = [
        (name, step, x)
        for name, values in checks.items()
        for step, x in zip(steps, values, strict=True)
    ]
    data = pd.DataFrame(rows, columns=["check", "epsilon", "difference"])
    with canvas(height=HEIGHT) as figure:
        _draw(figure, steps, checks, mark, _looks(checks, mark))
        made = panel(figure, "gradients", title, f"{words}.")
    return Figure("gradients-figure", title, caption, (made,), data)


def _looks(checks: Mapping[str, Sequence[float]], mark: float) -> dict[str, Look]:
    """Of those that never pass the first alone is in the legend, for all of them."""
    wrong = [name for name, values in checks.items() if min(values) > mark]
    own = [one for one in SERIES if one != WRONG]
    right = [name for name in checks if name not in wrong]
    found = {name: Look(own[at % len(own)], short(name, 20)) for at, name in enumerate(right)}
    several = f"{number(len(wrong))} that never {'passes' if len(wrong) == 1 else 'pass'}"
    return found | {name: Look(WRONG, several if at == 0 else "_") for at, name in enumerate(wrong)}


def _draw(
    figure: "Canvas",
    steps: Sequence[float],
    checks: Mapping[str, Sequence[float]],
    mark: float,
    looks: Mapping[str, Look],
) -> None:
    axes = figure.subplots()
    for name, values in checks.items():
        look = looks[name]
        axes.plot(steps, np.maximum(values, LEAST), color=look.colour, label=look.label)
    axes.axhline(mark, color=INK, linewidth=1.0, alpha=0.6)
    # The valley of the V leaves room there.
    place: dict[str, Any] = {"ha": "center", "va": "bottom", "color": MUTED, "fontsize": SMALL}
    axes.text(1e-5, 1.2 * mark, f"passes up to {number(mark)}", **place)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(min(steps), max(steps))
    tidy(axes, "step ε of the differences", "relative difference of the gradients")
    for axis in (axes.xaxis, axes.yaxis):
        plain_log(axis, _power)
    figure.legend(loc="outside upper left", ncols=2)


def _power(x: float) -> str:
    return "1" if x == 1 else f"{x:.0e}".replace("e-0", "e-")
