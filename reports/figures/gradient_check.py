"""The V of a gradient check: how far backpropagation is from differences, against their step ε.

Truncation makes the right arm, rounding the left one.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reports.figures.canvases import canvas
from reports.figures.saving import write
from reports.figures.style import INK, MUTED, SERIES, SMALL, plain_log, short, tidy
from reports.text import number

LEAST = 1e-16  # of a difference, below which nothing is told apart


def save(
    steps: Sequence[float], blocks: Mapping[str, Sequence[float]], mark: float, path: Path
) -> None:
    """A line for each block of parameters over the steps ε; mark: up to where a check passes.

    The suffix of the path says the format: .svg, .pdf or .png. Errors: OSError.
    """
    with canvas(height=300) as figure:
        axes = figure.subplots()
        for place, (name, values) in enumerate(blocks.items()):
            colour = SERIES[place % len(SERIES)]
            axes.plot(steps, np.maximum(values, LEAST), color=colour, label=short(name, 20))
        axes.axhline(mark, color=INK, linewidth=1.0, alpha=0.6)
        # The valley of the V leaves room there.
        look: dict[str, Any] = {"ha": "center", "va": "bottom", "color": MUTED, "fontsize": SMALL}
        axes.text(1e-5, 1.2 * mark, f"passes up to {number(mark)}", **look)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlim(min(steps), max(steps))
        tidy(axes, "step ε of the differences", "relative difference of the gradients")
        for axis in (axes.xaxis, axes.yaxis):
            plain_log(axis, _power)
        figure.legend(loc="outside upper left", ncols=2)
        write(figure, path)


def _power(x: float) -> str:
    return f"{x:.0e}".replace("e-0", "e-")
