"""The process that owns a claim: its pid, its host, since when; and whether it is surely dead."""

import json
import os
import platform
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Owner:
    """One process's claim.

    token: this claim's own name. machine: the boot and process namespace in which `pid` is valid;
    born: when the process began, in the kernel's ticks, since pids are used again. Both are ""
    where the system does not say. beat: a counter that the owner raises while it lives.
    """

    token: str
    pid: int
    host: str
    since: str
    machine: str
    born: str
    beat: int = 0

    def __str__(self) -> str:
        return f"pid {self.pid} on {self.host} since {self.since}"

    @classmethod
    def here(cls) -> "Owner":
        """A claim of this process, from now on."""
        return cls(
            token=uuid.uuid4().hex,
            pid=os.getpid(),
            host=platform.node(),
            since=datetime.now().isoformat(" ", timespec="seconds"),
            machine=_machine(),
            born=_born(os.getpid()),
        )

    @classmethod
    def parse(cls, text: str) -> "Owner | None":
        """The owner that `text` says; None if it says none."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return None

    def text(self) -> str:
        """The claim as JSON, for `parse`."""
        return json.dumps(asdict(self))

    @property
    def is_of_this_machine(self) -> bool:
        """Whether the owner's pid can be looked up here."""
        return bool(self.machine) and self.machine == _machine()

    @property
    def is_dead(self) -> bool:
        """Whether the owner is surely gone; False where that cannot be known from here."""
        return self.is_of_this_machine and _born(self.pid) != self.born


def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""  # not Linux: the pid is not looked up, its heartbeats are watched


def _born(pid: int) -> str:
    """A process's start in ticks since the boot; "" if it is gone, or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]
