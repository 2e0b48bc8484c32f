"""What a phase says while it goes on: a bar as wide as there is room, and time that counts down."""

import io
import itertools
from typing import Any

import pytest
from rich.console import Console

from sweeps.base.terminal import say
from sweeps.views.bar import Bar, working
from sweeps.views.seconds_left import BEYOND, FAR, SecondsLeft


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def told(pace: Any, expected: float, total: float) -> list[float]:
    """What is told every half second until the work is done, `pace(t)` its share."""
    clock = Clock()
    left, found, shown = SecondsLeft(expected, clock), [], -1.0
    while clock.now <= total:
        if (share := pace(clock.now)) > max(shown, 0):
            left.update(share)
            shown = share
        seconds = left.seconds()
        found += [] if seconds is None else [seconds]
        clock.now += 0.5
    return found


@pytest.mark.parametrize("expected", [0.0, 5.0, 200.0])
def test_the_time_left_falls_whatever_was_expected(expected: float) -> None:
    """In lumps of an eighth after a start of four seconds, as workers do it."""
    found = told(lambda t: int(max(t - 4, 0) / 5) / 8, expected, 44)
    for before, after in itertools.pairwise(found):
        assert after <= before or after > FAR * before + BEYOND
    rises = sum(after > before for before, after in itertools.pairwise(found))
    assert rises <= 1
    assert found[-1] < 3
    middle = found[len(found) // 2]
    assert middle == pytest.approx(20, abs=12)


def test_a_pace_that_breaks_down_is_told() -> None:
    found = told(lambda t: t / 100 if t < 50 else 0.5 + (t - 50) / 1000, 0, 200)
    assert found[-1] > 60


def line(width: int, share: float | None, parts: list[str]) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=True)
    return Bar(console, "search", lambda: share, lambda: list(parts), 1).text(width).plain


def test_a_line_has_what_there_is_room_for() -> None:
    parts = ["12/20 trials", "8 s left", "best dev_loss 0.0688 ± 0.0193 SD (trial 17)"]
    for width in (30, 45, 60, 80, 120):
        shown = line(width, 0.5, parts)
        assert len(shown) < width
        assert parts[0] in shown
        assert (parts[2] in shown) == (width >= 100)
        assert abs(shown.count("━") - shown.count("─")) <= 1 < shown.count("━")
    assert "━" in line(80, None, ["3 s so far"])


def test_in_a_pipe_it_is_a_plain_line() -> None:
    stream = io.StringIO()
    with working(Console(file=stream), "report"):
        pass
    assert stream.getvalue() == "report    took 0 s\n"


def test_a_number_stays_with_its_unit() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=24, force_terminal=True, color_system=None)
    text = "2.9 %, 1.4 % to 5.0 %".replace(" %", "\N{NO-BREAK SPACE}%")
    say(console, "error", text)
    assert stream.getvalue().splitlines()[1] == " " * 10 + "to 5.0\N{NO-BREAK SPACE}%"
