"""A claim that other processes can read, on this host or another: kept by beating, lost by silence.

No clock is compared with another's: whoever wants a claim that cannot be looked up watches, by its
own monotonic time, whether it still beats.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from sweeps.base.errors import UserError
from sweeps.storage.ownership.owners import Owner

BEAT = 5.0  # seconds between two beats
SILENCE = 3 * BEAT  # after which a claim is taken over
SETTLE = 0.3  # seconds; longer than a write takes


class Slot(Protocol):
    """Where a claim stands: one text that all can read and write."""

    what: str  # that is claimed, for messages
    settle: float  # seconds after which, of two that claimed at once, only the last one is there
    faults: tuple[type[Exception], ...]  # what reading and writing may raise

    def read(self) -> str:
        """The text; empty if there is none."""

    def write(self, text: str) -> None:
        """Put another in its place."""


class Lease:
    """A claim of this process on what a slot stands for."""

    def __init__(self, slot: Slot, notify: Callable[[str], None]) -> None:
        self._slot, self._notify = slot, notify
        self._owner = Owner.here()
        self._turn = threading.Lock()  # a slot need not bear two threads
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def take(self) -> None:
        """Claim it, and keep it until `release`. Errors: UserError while its owner lives."""
        self._outlive(Owner.parse(self._slot.read()))
        self._slot.write(self._owner.text())
        self._ended.wait(self._slot.settle)
        self.check()
        self._thread.start()

    def check(self) -> None:
        """Errors: UserError where another process has it: this one was silent for too long."""
        with self._turn:
            now = Owner.parse(self._slot.read())
        if now is not None and now.token != self._owner.token:
            raise refused(self._slot.what, now)

    def release(self) -> None:
        """Let others have it, at once."""
        self._ended.set()
        self._thread.join()
        try:
            now = Owner.parse(self._slot.read())
            if now is not None and now.token == self._owner.token:
                self._slot.write("")
        except self._slot.faults:
            return  # then it ends by silence

    def _outlive(self, other: Owner | None) -> None:
        """Return once the other is surely gone. Errors: UserError if it lives."""
        if other is None or other.is_dead:
            return
        if other.is_of_this_machine:
            raise refused(self._slot.what, other)
        self._notify(
            f"{self._slot.what} belongs to {other}: watching for {SILENCE:g} s whether it lives"
        )
        deadline = time.monotonic() + SILENCE
        while time.monotonic() < deadline:
            time.sleep(BEAT / 5)
            now = Owner.parse(self._slot.read())
            if now is None:
                return
            if now != other:
                raise refused(self._slot.what, now)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT):
            try:
                with self._turn:
                    now = Owner.parse(self._slot.read())
                    if now is not None and now.token != self._owner.token:
                        return  # `check` says so where it matters
                    self._owner = replace(self._owner, beat=self._owner.beat + 1)
                    self._slot.write(self._owner.text())
            except self._slot.faults:
                continue  # a beat is missed; the next one tells


def refused(what: str, owner: Owner | None) -> UserError:
    """What a second process is told."""
    who = str(owner) if owner else "another process"
    return UserError(
        f"{what}: expected to be alone, got one that is being worked on by {who} "
        "(wait for it or end it; or use another name or --out)"
    )
