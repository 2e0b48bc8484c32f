"""Which requests the Dashboard accepts, and what a browser may do with its answers.

The Dashboard has no password. A page of another site must not reach it under a host name of its own
(DNS rebinding), nor through the reader's browser. And no request may change trials or delete the
study, which would end the run that is working on it.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from sweeps.dashboard.answers import (
    Application,
    Environment,
    Headers,
    Refused,
    Respond,
    refuse,
)

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
READS = ("GET", "HEAD")
OWN = ("same-origin", "none")  # Sec-Fetch-Site: from a page of ours, or entered by the reader
# Headers of every answer: its type is as declared, no frame shows it, no other origin reads it.
PROTECTING = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "frame-ancestors 'none'"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
]
OPENING = "access-control-"  # headers that let other origins read an answer


class Guard:
    """A WSGI application that passes allowed requests on to the Dashboard's own."""

    def __init__(self, application: Application, hosts: tuple[str, ...] | None) -> None:
        """hosts: the host names by which the Dashboard may be called; None for any."""
        self._application, self._hosts = application, hosts

    def __call__(self, environment: Environment, respond: Respond) -> Iterable[bytes]:
        """Pass a request on, or refuse it with 403 and the reason."""

        def protected(status: str, headers: Headers, *rest: Any) -> Any:
            kept = [one for one in headers if not one[0].lower().startswith(OPENING)]
            return respond(status, kept + PROTECTING, *rest)

        try:
            self._check_host(environment)
            _check_origin(environment)
            _check_method(environment)
        except Refused as refused:
            return refuse(refused, environment, protected)
        return self._application(environment, protected)

    def _check_host(self, environment: Environment) -> None:
        host = environment.get("HTTP_HOST", "").lower()
        if self._hosts is not None and _without_port(host) not in self._hosts:
            expected = f"expected one of the hosts {', '.join(self._hosts)}"
            raise Refused(HTTPStatus.FORBIDDEN, expected)


def _check_origin(environment: Environment) -> None:
    """Refuse requests of other origins' pages, but not a reader who follows a link to our page."""
    site = environment.get("HTTP_SEC_FETCH_SITE", "none")
    if site not in OWN and not _follows_a_link(environment):
        raise Refused(HTTPStatus.FORBIDDEN, "expected a request of the dashboard's own pages")
    origin = environment.get("HTTP_ORIGIN")
    host = environment.get("HTTP_HOST", "").lower()
    if origin is not None and origin.lower() not in (f"http://{host}", f"https://{host}"):
        raise Refused(HTTPStatus.FORBIDDEN, "expected no origin but the dashboard's own")


def _follows_a_link(environment: Environment) -> bool:
    path = environment.get("PATH_INFO", "")
    return (
        environment.get("HTTP_SEC_FETCH_MODE") == "navigate"
        and environment.get("HTTP_SEC_FETCH_DEST") == "document"
        and (path == "/" or f"{path}/".startswith("/dashboard/"))
    )


def _check_method(environment: Environment) -> None:
    method, path = environment["REQUEST_METHOD"], environment.get("PATH_INFO", "")
    is_note = path.startswith("/api/studies/") and path.endswith("/note")
    if method not in READS and not (method == "PUT" and is_note):
        raise Refused(
            HTTPStatus.FORBIDDEN,
            "this dashboard shows a run and takes notes; it changes no trial and no study",
        )


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
