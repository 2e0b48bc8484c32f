"""The V of a gradient check: how far backpropagation is from differences, against their step ε.

Truncation makes the right arm, rounding the left one.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from reports.figures.chart import Chart, Key, Span
from reports.figures.sheet import Letters, Line, Lines, Shape, save_to
from reports.figures.style import INK, MUTED, SERIES, short
from reports.text import number

LEAST = 1e-16  # of a difference, below which nothing is told apart


def save(
    steps: Sequence[float], blocks: Mapping[str, Sequence[float]], mark: float, path: Path
) -> None:
    """A line for each block of parameters over the steps ε; mark: up to where a check passes.

    The suffix of the path says the format: .svg, .pdf or .png. Errors: OSError.
    """
    shapes, chart = drawn(steps, blocks, mark)
    save_to(shapes, chart.size, path)


def drawn(
    steps: Sequence[float], blocks: Mapping[str, Sequence[float]], mark: float
) -> tuple[list[Shape], Chart]:
    """The shapes, and where they lie."""
    ends = [max(x, LEAST) for values in blocks.values() for x in values] + [mark]
    keys = [Key(short(name, 20), SERIES[place % len(SERIES)]) for place, name in enumerate(blocks)]
    chart = Chart(
        Span(min(steps), max(steps), "step ε of the differences", True, _power),
        Span(min(ends), max(ends), "relative difference of the gradients", True, _power),
        keys=keys,
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


def _power(x: float) -> str:
    return f"{x:.0e}".replace("e-0", "e-")
