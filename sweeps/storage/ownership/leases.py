"""A claim that other processes can read, on this host or another, kept alive by heartbeats.

A process cannot look up whether the owner of a claim on another host still lives. It watches for
LEASE_TIMEOUT seconds, by its own monotonic clock, whether the heartbeats go on: no two clocks are
compared.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from sweeps.base.errors import UserError
from sweeps.storage.ownership.owners import Owner

HEARTBEAT = 5.0  # seconds between two heartbeats
LEASE_TIMEOUT = 3 * HEARTBEAT  # seconds without a heartbeat after which a claim is taken over
SETTLE = 0.3  # see ClaimStore.settle; longer than a write takes


class ClaimStore(Protocol):
    """Where a claim is written: one text that all claimants can read and write.

    what: what is claimed, for messages. settle: seconds to wait after writing a claim; by then any
    simultaneous claimant has written too, and the last writer owns it. faults: what `read` and
    `write` may raise.
    """

    what: str
    settle: float
    faults: tuple[type[Exception], ...]

    def read(self) -> str:
        """The text; empty if there is none."""

    def write(self, text: str) -> None:
        """Replace the text."""


class Lease:
    """A claim of this process, written to `store` and kept alive by heartbeats."""

    def __init__(self, store: ClaimStore, notify: Callable[[str], None]) -> None:
        self._store, self._notify = store, notify
        self._owner = Owner.here()
        self._turn = threading.Lock()  # a store need not be safe for two threads
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def take(self) -> None:
        """Claim, and keep the claim until `release`. Errors: UserError if another owner lives."""
        self._expect_gone(Owner.parse(self._store.read()))
        self._store.write(self._owner.text())
        self._released.wait(self._store.settle)
        self.check()
        self._thread.start()

    def check(self) -> None:
        """Errors: UserError if another process has taken over: ours was silent too long."""
        with self._turn:
            now = Owner.parse(self._store.read())
        if now is not None and now.token != self._owner.token:
            raise refused(self._store.what, now)

    def release(self) -> None:
        """Give the claim up, so that others can have it at once."""
        self._released.set()
        self._thread.join()
        try:
            now = Owner.parse(self._store.read())
            if now is not None and now.token == self._owner.token:
                self._store.write("")
        except self._store.faults:
            return  # the claim then ends when others see no more heartbeats

    def _expect_gone(self, other: Owner | None) -> None:
        """Wait until the other owner is surely gone. Errors: UserError if it lives."""
        if other is None or other.is_dead:
            return
        if other.is_of_this_machine:
            raise refused(self._store.what, other)
        self._notify(
            f"{self._store.what} belongs to {other}: "
            f"watching for {LEASE_TIMEOUT:g} s whether it lives"
        )
        deadline = time.monotonic() + LEASE_TIMEOUT
        while time.monotonic() < deadline:
            time.sleep(HEARTBEAT / 5)
            now = Owner.parse(self._store.read())
            if now is None:
                return
            if now != other:
                raise refused(self._store.what, now)

    def _beat(self) -> None:
        while not self._released.wait(HEARTBEAT):
            try:
                with self._turn:
                    now = Owner.parse(self._store.read())
                    if now is not None and now.token != self._owner.token:
                        return  # taken over by another process: `check` raises before any write
                    self._owner = replace(self._owner, beat=self._owner.beat + 1)
                    self._store.write(self._owner.text())
            except self._store.faults:
                continue  # one heartbeat is missed; the next one tries again


def refused(what: str, owner: Owner | None) -> UserError:
    """The error of a process that claims what another one owns."""
    who = str(owner) if owner else "another process"
    return UserError(
        f"{what}: expected to be alone, got one that is being worked on by {who} "
        "(wait for it or end it; or use another name or --out)"
    )
