"""Answers in JSON, and the reason for each request that is refused."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

Environment = dict[str, Any]
Respond = Callable[..., Any]
Application = Callable[[Environment, Respond], Iterable[bytes]]
Headers = list[tuple[str, str]]


class Refused(Exception):
    """A request that is not passed on to Optuna's application: the answer's status and reason."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(reason)


def refuse(refused: Refused, environment: Environment, respond: Respond) -> Iterable[bytes]:
    """The answer to a request that is refused."""
    return as_json({"reason": refused.reason}, environment, respond, refused.status)


def as_json(
    value: Any, environment: Environment, respond: Respond, status: HTTPStatus = HTTPStatus.OK
) -> Iterable[bytes]:
    """A value as JSON."""
    headers = [("Content-Type", "application/json")]
    return send(json.dumps(value).encode(), headers, environment, respond, status)


def send(
    body: bytes,
    headers: Headers,
    environment: Environment,
    respond: Respond,
    status: HTTPStatus = HTTPStatus.OK,
) -> Iterable[bytes]:
    """Answer with a body; to a HEAD request, with its length alone."""
    length = ("Content-Length", str(len(body)))
    respond(f"{status.value} {status.phrase}", [*headers, length])
    return [] if environment["REQUEST_METHOD"] == "HEAD" else [body]
