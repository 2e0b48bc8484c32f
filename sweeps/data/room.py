"""Whether a table would fit into this machine's memory, asked before it is taken."""

import os

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


def _free() -> float | None:
    """Bytes of memory that are free; None where the system does not say."""
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
