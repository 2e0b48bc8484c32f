"""Whether a server answers at an address, tried before a library waits for it at length."""

import socket

from sweeps.engines.base import EngineLost

PATIENCE = 5.0  # seconds

# A client's first words in HTTP/2 (RFC 9113, 3.4), which every gRPC server answers.
HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"


def reach(engine: str, address: str, greeting: bytes = b"") -> None:
    """Connect once to "scheme://host:port" or "host:port"; with a greeting, expect an answer to it.

    Errors: EngineLost.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), PATIENCE) as connection:
            connection.sendall(greeting)
            if greeting and not connection.recv(1):
                raise unreachable(engine, address, "it hung up")
    except (OSError, OverflowError) as fault:
        raise unreachable(engine, address, str(fault)) from None


def unreachable(engine: str, address: str, reason: str) -> EngineLost:
    """The error that names the engine, its address, and the reason, in one line."""
    return EngineLost(f"engine: {engine}: expected a cluster at {address}, got none: {reason}")
