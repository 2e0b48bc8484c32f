"""What follows a run and is not needed by it: the live view, the mirror of the records.

Nothing here may end a search, slow it, or be lost without a word.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console

from sweeps.base.errors import printable
from sweeps.base.interrupts import Shield
from sweeps.base.redaction import redact
from sweeps.base.terminal import say
from sweeps.results.result import Result
from sweeps.search import Finished


class Follower(Protocol):
    """Is told how far a run has come, in the run's own thread."""

    def trial(self, finished: Finished) -> None:
        """A trial is known."""

    def searched(self) -> None:
        """The search is over; the confirmation comes."""

    def reported(self, result: Result) -> None:
        """The frames and the report stand in the run folder."""

    def closed(self) -> None:
        """The run is over, whether it was finished or not."""


class Following:
    """All followers as one. Their faults are told once each, and end nothing."""

    def __init__(self, shield: Shield, console: Console) -> None:
        self._shield, self._console = shield, console
        self._followers: dict[str, Follower] = {}
        self._told: set[str] = set()

    def add(self, name: str, follower: Follower) -> None:
        """One more, by the name that its faults are told under."""
        self._followers[name] = follower

    def trial(self, finished: Finished) -> None:
        """A trial is known."""
        self._each(lambda follower: follower.trial(finished))

    def searched(self) -> None:
        """The search is over."""
        self._each(lambda follower: follower.searched())

    def reported(self, result: Result) -> None:
        """The frames and the report are written."""
        self._each(lambda follower: follower.reported(result))

    def closed(self) -> None:
        """The run is over."""
        self._each(lambda follower: follower.closed())

    def _each(self, step: Callable[[Follower], None]) -> None:
        for name, follower in self._followers.items():
            with self._shield, self._spoken(name):
                step(follower)

    @contextmanager
    def _spoken(self, name: str) -> Iterator[None]:
        try:
            yield
        # Whatever it is, hours of training are worth more than a view of them.
        except Exception as fault:
            if name not in self._told:
                self._told.add(name)
                say(self._console, "warning", f"{name}: {cause(fault)}; the run goes on", "yellow")


def cause(fault: BaseException) -> str:
    """A fault in one line, without passwords."""
    lines = str(fault).strip().splitlines()
    text = f"{type(fault).__name__}: {lines[0]}" if lines else type(fault).__name__
    return printable(redact(text))[:300]
