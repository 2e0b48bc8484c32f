"""What a request to the Dashboard says: its path, its query and its note, each checked."""

import json
import re
from http import HTTPStatus
from io import BytesIO
from urllib.parse import parse_qs

from sweeps.base.errors import is_text
from sweeps.dashboard.answers import Environment, Refused

LONGEST = 2**18  # bytes of a note
FIELDS = 20  # of a query
VERSIONS = 2**53  # of a note: what JavaScript counts to
NOTE = ("version", "body")


def path(environment: Environment) -> str:
    """The request's path without a slash at its end; WSGI has its bytes decoded as Latin-1."""
    try:
        text = str(environment.get("PATH_INFO", "")).encode("latin-1").decode()
    except UnicodeError:
        raise Refused(HTTPStatus.BAD_REQUEST, "expected a path in UTF-8") from None
    return text.rstrip("/") or "/"


def query(environment: Environment, name: str, pattern: str) -> str:
    """A field of the request's query; "" if it is missing. Errors: Refused."""
    text = str(environment.get("QUERY_STRING", ""))
    try:
        values = parse_qs(text, keep_blank_values=True, max_num_fields=FIELDS).get(name)
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST, "expected a query of a few fields") from None
    if values is None or values == [""]:
        return ""
    if len(values) > 1 or not re.fullmatch(pattern, values[0], re.ASCII):
        raise Refused(HTTPStatus.BAD_REQUEST, f"{name}: expected whole numbers")
    return values[0]


def note(environment: Environment) -> bytes:
    """The request's note, checked, as JSON. Errors: Refused."""
    kind = environment.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "expected application/json")
    content = _body(environment)
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise Refused(HTTPStatus.BAD_REQUEST, "expected a note as JSON") from None
    version, text = (found.get(key) if isinstance(found, dict) else None for key in NOTE)
    if (
        type(version) is not int
        or not 0 <= version < VERSIONS
        or not (isinstance(text, str) and is_text(text))
    ):
        raise Refused(HTTPStatus.BAD_REQUEST, "expected a note: a version, and its body as text")
    return json.dumps({"version": version, "body": text}).encode()


def _body(environment: Environment) -> bytes:
    """The request's body, as long as its Content-Length says. Errors: Refused."""
    length = environment.get("CONTENT_LENGTH", "").strip()
    if not length or "HTTP_TRANSFER_ENCODING" in environment:
        raise Refused(HTTPStatus.LENGTH_REQUIRED, "expected a Content-Length")
    if not re.fullmatch(r"\d+", length, re.ASCII):
        raise Refused(HTTPStatus.BAD_REQUEST, "Content-Length: expected a whole number")
    if len(length) > 18 or int(length) > LONGEST:
        longest = f"expected a note of {LONGEST // 1024} KiB at most"
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, longest)
    try:
        content: bytes = environment["wsgi.input"].read(int(length))
    except TimeoutError:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, "expected the whole note in time") from None
    if len(content) < int(length):
        raise Refused(HTTPStatus.BAD_REQUEST, "expected the whole note, got a part of it")
    return content


def clean(environment: Environment, path: str, query: str, body: bytes) -> Environment:
    """A request with only what Optuna's application reads."""
    kept = {k: v for k, v in environment.items() if k.startswith(("wsgi.", "SERVER_"))}
    encodings = environment.get("HTTP_ACCEPT_ENCODING", "")
    return {
        **kept,
        "REQUEST_METHOD": environment["REQUEST_METHOD"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_ACCEPT_ENCODING": "gzip" if "gzip" in encodings else "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
