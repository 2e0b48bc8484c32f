"""Whether a table would fit into this machine's memory, asked before it is taken."""

import os
from pathlib import Path

CELL = 8  # bytes of a number


def expect(rows: int, columns: int, cell: int = CELL) -> None:
    """Errors: MemoryError for numbers that take more than half of the memory that there is.

    cell: bytes of one of them.
    """
    need, there = rows * columns * cell, _free()
    if there is not None and need > there / 2:
        raise MemoryError(
            f"{rows:,} rows × {columns:,} columns, {need / 1e9:,.1f} GB of numbers, where "
            f"{there / 1e9:,.1f} GB are free"
        )


GROUP = Path("/sys/fs/cgroup")  # of a container or a batch job: its limit, and what it has


def _free() -> float | None:
    """Bytes that are free in the machine, or its group; None where the system does not say."""
    known = [one for one in (_of_machine(), _of_group()) if one is not None]
    return min(known, default=None)


def _of_group() -> float | None:
    """Of a control group of Linux (version 2); None where there is none, or no limit."""
    try:
        limit = float((GROUP / "memory.max").read_text())
        known = dict(line.split() for line in (GROUP / "memory.stat").read_text().splitlines())
        return max(0.0, limit - float(known["anon"]))  # files in memory make room
    except (OSError, ValueError, KeyError):  # "max" is no number
        return None


def _of_machine() -> float | None:
    try:
        with open("/proc/meminfo") as file:
            known = dict(line.split(":", 1) for line in file)
        return float(known["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        return float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
