"""What every figure keeps to: ticks that say where they stand."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes

from reports import text
from reports.figures import style
from reports.figures.canvases import canvas
from reports.figures.panels import panel
from reports.figures.scales import robust
from reports.frames import load
from reports.sections.blocks import Plot
from reports.sections.confirmed import optimism
from reports.sections.ledger import ledger
from reports.sections.speed import speed
from reports.units import UNITS, Unit

SIZES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
ERROR = Unit("dev error", 100.0, f"{text.SPACE}%", f"{text.SPACE}points")


def stands_at(label: str) -> float:
    """The number that a label says."""
    plain = label.replace(text.MINUS, "-").replace("%", "e-2")
    for word, size in SIZES.items():
        plain = plain.replace(word, f"e{round(math.log10(size))}")
    return float(plain.replace(text.SPACE, "").replace(" ", ""))


def percent(axes: Axes, low: float, high: float) -> None:
    axes.set_xlim(low, high)
    style.percent_axis(axes, "x")


def plain_log(axes: Axes, low: float, high: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    style.plain_log(axes.xaxis)


def scaled(unit: Unit) -> Callable[[Axes, float, float], None]:
    return lambda axes, low, high: robust(np.geomspace(low, high, 30), 1).apply(axes, "x", unit)


KINDS = {
    "percent": percent,
    "log": plain_log,
    "error": scaled(ERROR),
    "loss": scaled(Unit("dev loss")),
    "parameters": scaled(UNITS["parameters"]),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_tick_says_where_it_stands(kind: str) -> None:
    """Of 60 ranges of any width and place: 12.5 % is not 12 %, and no two ticks are the same."""
    rng = np.random.default_rng(0)
    for _ in range(60):
        low = 10 ** rng.uniform(*((2, 7) if kind == "parameters" else (-4, -0.5)))
        high = low * (1 + 10 ** rng.uniform(-1, 1.8))
        with canvas() as figure:
            axes = figure.subplots()
            KINDS[kind](axes, low, high)
            figure.canvas.draw()
            first, last = axes.get_xlim()
            ticks = {
                label.get_text(): float(label.get_position()[0])
                for label in axes.get_xticklabels()
                if label.get_text() and first <= label.get_position()[0] <= last
            }
            places = [x for x in axes.xaxis.get_majorticklocs() if first <= x <= last]
        assert len(ticks) == len(places)
        for label, place in ticks.items():
            assert stands_at(label) == pytest.approx(place, rel=1e-4, abs=1e-9), (label, place)


def test_a_figure_says_how_many_settings_it_leaves_out(make: Callable[..., Path]) -> None:
    """Eight are confirmed, and there is room for six."""
    run = load(make(top=7))
    blocks = [block for part in (speed, ledger, optimism) for block in part(run).blocks]
    captions = [block.figure.caption for block in blocks if isinstance(block, Plot)]
    assert len(captions) == 3
    assert all("Not shown: 2 more settings." in caption for caption in captions)
    assert style.beyond(6) == ""


@pytest.mark.parametrize(
    "draw",
    [
        lambda axes: axes.imshow(np.eye(2)),
        lambda axes: axes.annotate("here", (0, 0), (1, 1), arrowprops={}),
        lambda axes: axes.text(0, 0, "boxed", bbox={}),
        lambda axes: axes.set_title("at the right", loc="right"),
        lambda axes: axes.inset_axes((0, 0, 0.5, 0.5)),
        lambda axes: axes.figure.text(0, 0, "beside"),
    ],
)
def test_nothing_is_left_out_of_a_figure_in_silence(draw: Callable[[Axes], object]) -> None:
    with canvas() as figure:
        draw(figure.subplots())
        with pytest.raises(ValueError, match="svg: expected lines, patches"):
            panel(figure, "unknown", "A title", "Words.")
