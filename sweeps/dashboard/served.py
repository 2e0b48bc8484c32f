"""The run's files that the Dashboard serves as artifacts: regular files only, in a sandbox."""

import json
import os
import re
import stat
from http import HTTPStatus
from pathlib import Path
from typing import Any

from sweeps.dashboard.answers import Headers, Refused

NAME = re.compile(r"[0-9a-fA-F-]{1,64}")  # what Optuna calls an artifact
KIND = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
UNKNOWN = "application/octet-stream"
MOST = 256 * 2**20  # bytes of a file
# An HTML page (the report) may run its own scripts, in an origin of its own, without any requests.
SANDBOX = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; media-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def artifact(folder: Path, name: str, told: Any) -> tuple[bytes, Headers]:
    """A file of the folder and its headers. Errors: Refused, 404 where it is no regular file.

    told: the artifact's entry in the storage, as JSON text.
    """
    meta = _meta(told)
    if meta is None or not NAME.fullmatch(name):
        raise Refused(HTTPStatus.NOT_FOUND, "expected an artifact of this run, got another name")
    kind = str(meta.get("mimetype"))
    content = _content(folder / name)
    return content, [
        ("Content-Type", kind if KIND.fullmatch(kind) else UNKNOWN),
        ("Content-Security-Policy", SANDBOX),
    ]


def _meta(told: Any) -> dict[str, Any] | None:
    try:
        found = json.loads(told)
    except (TypeError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _content(path: Path) -> bytes:
    """The content of a regular file that is not a link, nor in a folder that is one."""
    missing = Refused(
        HTTPStatus.NOT_FOUND, f"{path.name}: expected a regular file in the run folder"
    )
    # The path to the run folder may have links; below it there must be none.
    if any(part.is_symlink() for part in (path.parent, path.parent.parent)):
        raise missing
    try:
        descriptor = os.open(path, os.O_RDONLY | NO_LINK)
    except OSError:
        raise missing from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST:
            raise missing
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(MOST)
    finally:
        os.close(descriptor)
