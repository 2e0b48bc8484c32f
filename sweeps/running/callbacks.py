"""Callbacks of a run: the Dashboard's view of it and the mirror of its records, say.

The run needs none of them: a fault in one is reported once, and the run goes on.
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


class Callback(Protocol):
    """Called in the run's own thread as the run goes on."""

    def on_trial(self, finished: Finished) -> None:
        """A trial has ended."""

    def on_search_end(self) -> None:
        """The search is over; the confirmation comes."""

    def on_report(self, result: Result) -> None:
        """The frames and the report stand in the run folder."""

    def on_close(self) -> None:
        """The run is over, whether it was finished or not."""


class Callbacks:
    """Several callbacks as one. A fault in one is reported once, and ends nothing."""

    def __init__(self, shield: Shield, console: Console) -> None:
        self._shield, self._console = shield, console
        self._callbacks: dict[str, Callback] = {}
        self._faulty: set[str] = set()

    def add(self, name: str, callback: Callback) -> None:
        """Add one; `name` stands before its faults."""
        self._callbacks[name] = callback

    def on_trial(self, finished: Finished) -> None:
        """A trial has ended."""
        self._each(lambda callback: callback.on_trial(finished))

    def on_search_end(self) -> None:
        """The search is over."""
        self._each(lambda callback: callback.on_search_end())

    def on_report(self, result: Result) -> None:
        """The frames and the report are written."""
        self._each(lambda callback: callback.on_report(result))

    def on_close(self) -> None:
        """The run is over."""
        self._each(lambda callback: callback.on_close())

    def _each(self, step: Callable[[Callback], None]) -> None:
        for name, callback in self._callbacks.items():
            with self._shield, self._reporting_faults(name):
                step(callback)

    @contextmanager
    def _reporting_faults(self, name: str) -> Iterator[None]:
        try:
            yield
        # Of whatever kind it is: no view of a run is worth the loss of hours of training.
        except Exception as fault:
            if name not in self._faulty:
                self._faulty.add(name)
                say(self._console, "warning", f"{name}: {cause(fault)}; the run goes on", "yellow")


def cause(fault: BaseException) -> str:
    """A fault in one line, without passwords."""
    lines = str(fault).strip().splitlines()
    text = f"{type(fault).__name__}: {lines[0]}" if lines else type(fault).__name__
    return printable(redact(text))[:300]
