"""The V of a gradient check: how far backpropagation is from differences, against their step ε.

Truncation makes the right arm, rounding the left one.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from reports.figures.chart import Chart, Key, Span
from reports.figures.sheet import Letters, Line, Lines, Shape, panel, save_to
from reports.figures.style import INK, MUTED, SERIES, Figure, short
from reports.text import count, number

LEAST = 1e-16  # of a difference, below which nothing is told apart


def save(
    steps: Sequence[float], blocks: Mapping[str, Sequence[float]], mark: float, path: Path
) -> None:
    """A line for each block of parameters over the steps ε; mark: up to where a check passes.

    The suffix of the path says the format: .svg, .pdf or .png. Errors: OSError.
    """
    shapes, chart = drawn(steps, blocks, mark)
    save_to(shapes, chart.size, path)


def against_step(
    steps: Sequence[float], checks: Mapping[str, Sequence[float]], mark: float
) -> Figure:
    """Each check over the steps: those that pass in colours of their own, the others in one."""
    shapes, chart = drawn(steps, checks, mark, faults=True)
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
    made = panel(shapes, chart.size, "gradients", title, f"{words}.")
    return Figure("gradients-figure", title, caption, (made,), data)


def drawn(
    steps: Sequence[float],
    blocks: Mapping[str, Sequence[float]],
    mark: float,
    faults: bool = False,
) -> tuple[list[Shape], Chart]:
    """The shapes, and where they lie. faults: those that never pass share a colour."""
    ends = [max(x, LEAST) for values in blocks.values() for x in values] + [mark]
    colours = _colours(blocks, mark, faults)
    keys = [Key(short(name, 20), colours[name]) for name in blocks]
    wrong = [key for key in keys if faults and key.colour == SERIES[1]]
    shown = [key for key in keys if key not in wrong]
    shown += [Key(f"{count(len(wrong), 'other')}: never within it", SERIES[1])] * bool(wrong)
    chart = Chart(
        Span(min(steps), max(steps), "step ε of the differences", True, _power),
        Span(min(ends), max(ends), "relative difference of the gradients", True, _power),
        keys=shown,
    )
    at = chart.at(max(steps), mark)
    left = chart.at(min(steps), mark)
    shapes = [
        *chart.axes(),
        Lines([Line([left, at])], INK, 1.0, 0.6),
        # The valley of the V leaves room there.
        Letters(chart.at(1e-5, 1.6 * mark), f"passes up to {number(mark)}", "middle", MUTED),
    ]
    for key, values in zip(keys, blocks.values(), strict=True):
        points = [chart.at(step, max(x, LEAST)) for step, x in zip(steps, values, strict=True)]
        shapes.append(Lines([Line(points)], key.colour, 1.8))
    return shapes, chart


def _colours(blocks: Mapping[str, Sequence[float]], mark: float, faults: bool) -> dict[str, str]:
    wrong = [name for name, values in blocks.items() if faults and min(values) > mark]
    own = [one for one in SERIES if not faults or one != SERIES[1]]
    right = [name for name in blocks if name not in wrong]
    found = {name: own[place % len(own)] for place, name in enumerate(right)}
    return found | dict.fromkeys(wrong, SERIES[1])


def _power(x: float) -> str:
    return f"{x:.0e}".replace("e-0", "e-")
