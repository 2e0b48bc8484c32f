"""What the Dashboard may be asked for: all that shows, and notes. Nothing that changes a search.

The Dashboard has no password. A page of another site must not reach it by a name of its own
(DNS rebinding); and the run owns its study: a trial told or a study deleted by hand would end it.
"""

import json
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

Environment = dict[str, Any]
Respond = Callable[..., Any]
Application = Callable[[Environment, Respond], Iterable[bytes]]

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
READS = ("GET", "HEAD")


class Guard:
    """A WSGI application before the Dashboard's own."""

    def __init__(self, application: Application, hosts: tuple[str, ...] | None) -> None:
        """`hosts`: by which names it may be called, None for any."""
        self._application, self._hosts = application, hosts
        self.writing = Lock()  # held while a note is written

    def __call__(self, environment: Environment, respond: Respond) -> Iterable[bytes]:
        """Pass a request on, or refuse it with 403 and the reason."""
        host = environment.get("HTTP_HOST", "")
        if self._hosts is not None and _without_port(host) not in self._hosts:
            return _refuse(respond, f"expected one of the hosts {', '.join(self._hosts)}")
        method, path = environment["REQUEST_METHOD"], environment.get("PATH_INFO", "")
        if method in READS:
            return self._application(environment, respond)
        if method == "PUT" and path.startswith("/api/studies/") and path.endswith("/note"):
            with self.writing:
                return self._application(environment, respond)
        return _refuse(
            respond, "this dashboard shows a run and takes notes; it changes no trial and no study"
        )


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _refuse(respond: Respond, reason: str) -> Iterable[bytes]:
    body = json.dumps({"reason": reason}).encode()
    respond("403 Forbidden", [("Content-Type", "application/json")])
    return [body]
