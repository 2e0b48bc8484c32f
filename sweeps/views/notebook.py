"""A run in a notebook: one display, brought up to date as it goes, which ends in the verdict."""

import html
import io
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

from rich.console import Console, RenderHook
from rich.control import Control
from rich.live import Live

from sweeps.base.errors import printable
from sweeps.results import display
from sweeps.results.result import Result

EVERY = 0.4  # seconds, at least, between two states of the display
WIDTH = 100  # characters of a line
WARNS = ("yellow", "red")  # styles of lines that are not folded away
PLACE = "margin:0.3em 0"


def console(quiet: bool) -> Console:
    """Where a run of Python's says what it does: here a display, elsewhere standard output."""
    elsewhere = Console(quiet=quiet, highlight=False)
    if not elsewhere.is_jupyter:
        return elsewhere
    with warnings.catch_warnings():
        # Optuna imports tqdm, which misses widgets; nothing here uses them.
        warnings.filterwarnings("ignore", "IProgress not found")
        import optuna  # noqa: F401
    return elsewhere if quiet else NotebookConsole()


def watched(console: Console, work: Callable[[], Result | None]) -> Result | None:
    """The result of some work; a display ends in its verdict, or in why there is none."""
    if not isinstance(console, NotebookConsole):
        return work()
    try:
        result = work()
    except BaseException as fault:
        if console.is_begun:  # else the fault alone says all
            console.end([("Stopped", str(fault) or type(fault).__name__)])
        raise
    if result is not None:
        console.end([*display.verdict(result.run), ("Report", str(result.report))])
    return result


class NotebookConsole(Console):
    """A terminal to whoever writes to it; what they write is folded below one line that lives."""

    def __init__(self) -> None:
        self._log = io.StringIO()
        super().__init__(
            file=self._log,
            force_terminal=True,
            force_jupyter=False,
            color_system=None,
            width=WIDTH,
            highlight=False,
            _environ={},
        )
        self._warnings: list[str] = []
        self._shown: Any = None  # the display's handle, from the first state on
        self._state: dict[str, str] = {}
        self._when = 0.0
        self._ended = False
        self._guard = threading.RLock()
        self._watched: Live | None = None

    @property
    def is_begun(self) -> bool:
        """Whether anything is shown."""
        return self._shown is not None

    def print(self, *objects: Any, style: Any = None, **how: Any) -> None:
        """As its base; nothing but a control sign asks for the live line anew."""
        if not all(isinstance(one, Control) for one in objects) or not objects:
            super().print(*objects, style=style, **how)
            self._warnings.extend(
                str(one) for one in objects if (style or getattr(one, "style", "")) in WARNS
            )
        self._show()

    def set_live(self, live: Live) -> bool:
        """As its base."""
        is_outer = super().set_live(live)
        if is_outer:
            self._watched = live
        return is_outer

    def clear_live(self) -> None:
        """As its base."""
        super().clear_live()
        self._watched = None

    def push_render_hook(self, hook: RenderHook) -> None:
        """None: the live line has a place of its own."""

    def pop_render_hook(self) -> None:
        """None."""

    def control(self, *control: Control) -> None:
        """None: there is no cursor."""

    def line(self, count: int = 1) -> None:
        """None: nothing stands below the live line."""

    def end(self, words: list[tuple[str, str]]) -> None:
        """Show the last state: sentences with their labels."""
        with self._guard:
            self._ended = True
            told = display.labelled(words)
            self._send(told, "\n".join(f"{label}: {text}" for label, text in words))

    def _show(self) -> None:
        with self._guard:
            if self._ended or time.monotonic() - self._when < EVERY:
                return
            line = self._live_line() or self._said()[-1]
            self._send(f'<p style="{PLACE}"><code>{html.escape(line)}</code></p>', line)

    def _live_line(self) -> str:
        live = self._watched
        if live is None:
            return ""
        file = io.StringIO()
        plain = Console(file=file, force_jupyter=False, width=WIDTH, color_system=None, _environ={})
        plain.print(live.get_renderable())
        return printable(file.getvalue()).strip()

    def _said(self) -> list[str]:
        lines = self._log.getvalue().splitlines()
        return [line.rstrip() for line in lines if line.strip()] or ["…"]

    def _send(self, words: str, plain: str) -> None:
        from IPython.display import display as show

        warned = "".join(f'<p style="{PLACE}">{html.escape(one)}</p>' for one in self._warnings)
        said = html.escape("\n".join(self._said()))
        log = f"<details><summary>What the run said</summary><pre>{said}</pre></details>"
        bundle = {"text/html": f"{words}{warned}{log}", "text/plain": plain}
        if self._shown is None:
            self._shown = show(bundle, raw=True, display_id=True)
        elif bundle != self._state:
            self._shown.update(bundle, raw=True)
        self._state = bundle
        self._when = time.monotonic()
