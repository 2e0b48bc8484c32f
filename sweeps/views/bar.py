"""One line that shows how far a phase is: a live bar in a terminal, plain lines elsewhere."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text

from sweeps.base import durations
from sweeps.base.terminal import NAME, NAMES, say

EVERY = 30.0  # seconds between two lines of a phase whose length is not known
WIDEST, NARROWEST = 24, 8  # columns of the bar itself
PERIOD = 1.5  # seconds in which the bar of a phase of unknown length runs through once
DONE, LEFT = "━", "─"


class Bar:
    """A phase's name, a bar, and what `parts` says; the last parts go where there is no room.

    share: the share that is done, or None where it is not known. every: seconds between two lines
    elsewhere than in a terminal, where the last one is printed at the end.
    """

    def __init__(
        self,
        console: Console,
        name: str,
        share: Callable[[], float | None],
        parts: Callable[[], list[str]],
        every: float,
    ) -> None:
        self._console, self._name, self._every = console, name, every
        self._share, self._parts = share, parts
        self._over = threading.Event()
        self._live: Live | None = None
        if console.is_terminal:
            self._live = Live(console=console, refresh_per_second=8, get_renderable=self._text)

    def __enter__(self) -> "Bar":
        if self._live:
            self._live.start()
        else:
            threading.Thread(target=self._print_now_and_then, daemon=True).start()
        return self

    def __exit__(self, *rest: object) -> None:
        self._over.set()
        if self._live:
            self._live.stop()
        else:
            self._print()

    def _print_now_and_then(self) -> None:
        while not self._over.wait(self._every):
            self._print()

    def _print(self) -> None:
        if line := " · ".join(self._parts()):
            say(self._console, self._name, line)

    def _text(self) -> Text:
        return self.text(self._console.width)

    def text(self, width: int) -> Text:
        """The line, no wider than the terminal."""
        room, parts = width - NAME - 1, self._parts()
        while len(parts) > 1 and len(" · ".join(parts)) + NARROWEST + 1 > room:
            parts.pop()
        words = " · ".join(parts)
        size = min(WIDEST, room - len(words) - 1)
        line = Text(f"{self._name:{NAME}}", NAMES, no_wrap=True, overflow="crop", end="")
        before, filled = self._filled(max(size, 0))
        line.append(LEFT * before, "dim").append(DONE * filled, "green")
        line.append(LEFT * (size - before - filled), "dim")
        return line.append(f" {words}", "default")

    def _filled(self, size: int) -> tuple[int, int]:
        """Where the filled part of the bar begins, and its length."""
        share = self._share()
        if share is not None:
            return 0, int(size * min(max(share, 0.0), 1.0) + 1e-9)
        length = size // 4
        return int((time.monotonic() / PERIOD) % 1 * (size - length + 1)), length


@contextmanager
def working(console: Console, name: str) -> Iterator[None]:
    """A bar of a phase whose length is not known, with the seconds so far."""
    started, is_over = time.monotonic(), False

    def share() -> float | None:
        return 1.0 if is_over else None

    def parts() -> list[str]:
        spent = durations.words(round(time.monotonic() - started))
        return [f"took {spent}" if is_over else f"{spent} so far"]

    with Bar(console, name, share, parts, EVERY):
        yield
        is_over = True
