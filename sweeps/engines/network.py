"""Whether anybody answers at an address, asked before a library waits for it at length."""

import socket

from sweeps.engines.base import Lost

PATIENCE = 5.0  # seconds


def reach(engine: str, address: str) -> None:
    """Connect once to "scheme://host:port" or "host:port". Errors: Lost where nobody answers."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE):
            return
    except (OSError, OverflowError) as fault:
        raise unreachable(engine, address, str(fault)) from None


def unreachable(engine: str, address: str, reason: str) -> Lost:
    """One line that names the engine, its address, and why."""
    return Lost(f"engine: {engine}: expected a cluster at {address}, got none: {reason}")
