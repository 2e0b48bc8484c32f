"""Secrets out of texts: what looks like user:secret@, and parameters that are named like one.

When in doubt it hides, so what is hidden need not have been a secret. It imports nothing of ours,
for everything that makes or writes a message uses it.
"""

import re
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

HIDDEN = "***"
REFERENCE = re.compile(r"\$\{(\w+)\}")
# Texts in a secret's place that give nothing away: `${NAME}`, and placeholders.
HARMLESS = re.compile(rf"({REFERENCE.pattern}|\*\*\*|value|VALUE|…)[,;:.]?")
SECRET = re.compile(r"(?i)pass|pwd|token|secret|key|credential|auth|signature|(^|[^a-z])pw$")
# Hyperparameters may have any name: `tokens` is a number there.
HYPERPARAMETER = re.compile(r"(fixed|space|trainer)\.")

KEY = r"[^\s&?;,='\"(){}\[\]]+"
QUOTED = r"'[^']*'|\"[^\"]*\""
# Up to a blank or an ampersand; a quote ends it where it ends a word.
VALUE = rf"{QUOTED}|(?:(?!['\"](?:\W|$))[^&\s])*"
PARAMETER = re.compile(rf"({KEY})(['\"]?\s*=\s*)({VALUE})")
MISSPELLED = re.compile(rf"(?<=[?&;])([\w.%-]+)(:)({VALUE})")
ENTRY = re.compile(rf"(?<=[{{,])(\s*['\"]?[\w.%-]+['\"]?)(\s*:\s*)({QUOTED}|[^,}}]*)")

SCHEME = re.compile(r"[A-Za-z][\w+.-]*:[/\\]{2,}")
USER = re.compile(r"[\w.%+${}-]*")
FILE = re.compile(r"(?<!\w)sqlite(\+pysqlite)?:///")  # a path may hold both signs
# `openml:NAME@VERSION` is a data set, and no address.
SET, VERSION = re.compile(r"(.*\W)?openml:"), re.compile(r"\d{1,9}\W*")
PORT = re.compile(r"\d{1,5}(?!\w)")
ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))")


def redact(text: str) -> str:
    """A message without secrets. Those with blanks in them are found by `redact_address` alone."""
    return "".join(map(_redact_word, re.split(r"(\s+)", _redact_parameters(text, []))))


def redact_address(text: str) -> str:
    """The same for a text that is one address, or was meant to be: blanks belong to it."""
    return _redact_address(text, [])


def secrets(address: str) -> list[str]:
    """What `redact_address` hides, as it is spelled there."""
    found: list[str] = []
    _redact_address(address, found)
    return found


def redact_value(value: Any) -> Any:
    """Nested lists and mappings without secrets; under a key like `password` all is hidden."""
    if isinstance(value, Mapping):
        return {
            redact_value(key): HIDDEN if _is_secret(str(key)) else redact_value(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [redact_value(inner) for inner in value]
    if isinstance(value, tuple):
        return tuple(redact_value(inner) for inner in value)
    return redact_address(value) if type(value) is str else value


def _redact_word(text: str) -> str:
    return _redact_address(text, []) if "@" in text or "%" in text or ":" in text else text


def _redact_address(text: str, found: list[str]) -> str:
    """With escapes resolved if at least as many secrets show then; else as it is spelled."""
    literal, resolved = _redact_spelling(text), _redact_spelling(_decoded(text))
    found += literal[1] + resolved[1]
    has_more = resolved[1] and len(resolved[1]) >= len(literal[1])
    return resolved[0] if has_more else literal[0]


def _redact_spelling(text: str) -> tuple[str, list[str]]:
    """(a text without the secrets that show in it, those secrets)."""
    found: list[str] = []
    return _redact_credentials(_redact_parameters(text, found), found), found


def _decoded(text: str) -> str:
    """With its escapes resolved, nested ones too."""
    for _ in range(3):
        text = unquote(text)
    return ESCAPED.sub(_character, text)


def _character(escape: re.Match[str]) -> str:
    code = int(escape[escape.lastindex or 0], 16)
    return chr(code) if code <= sys.maxunicode else HIDDEN


def _hide(secret: str, found: list[str]) -> str:
    if not secret or HARMLESS.fullmatch(secret):
        return secret
    found.append(secret.strip("'\""))
    return HIDDEN


def _redact_parameters(text: str, found: list[str]) -> str:
    def shown(match: re.Match[str]) -> str:
        key, sign, value = match.groups()
        # A value that is not secret may be an address, with parameters of its own.
        shown_value = _hide(value, found) if _is_secret(key) else _redact_parameters(value, found)
        return f"{key}{sign}{shown_value}"

    text = PARAMETER.sub(shown, text)
    text = MISSPELLED.sub(shown, text)
    return ENTRY.sub(shown, text) if "{" in text else text


def _is_secret(key: str) -> bool:
    plain = _decoded(key).strip(" '\"")
    return bool(SECRET.search(plain)) and not HYPERPARAMETER.match(plain)


def _redact_credentials(text: str, found: list[str]) -> str:
    scheme = SCHEME.search(text)
    if scheme is None:
        return _redact_without_scheme(text, found)
    if FILE.search(text) and text.count("://") == 1:
        return text
    head, at, tail = text[scheme.end() :].rpartition("@")
    user = USER.match(head)
    if not at or user is None:
        return _redact_without_host(text, scheme.end(), found)
    start = scheme.end() + user.end()
    if user.end() == len(head):
        return text
    return f"{text[: start + 1]}{_hide(head[user.end() + 1 :], found)}@{tail}"


def _redact_without_scheme(text: str, found: list[str]) -> str:
    """`user:secret@host`, with or without a scheme and a colon before it."""
    head, at, tail = text.rpartition("@")
    user, colon, secret = head.partition(":")
    if SET.fullmatch(f"{user}:") and VERSION.fullmatch(tail):
        return text
    return f"{user}:{_hide(secret, found)}@{tail}" if at and colon else text


def _redact_without_host(text: str, start: int, found: list[str]) -> str:
    """`scheme://user:secret` without a host: what follows the colon is no port."""
    host, colon, rest = text[start:].partition(":")
    if not colon or PORT.match(rest) or re.search(r"[\[/?#]", host):
        return text
    secret = rest.rstrip("'\")]>")
    return f"{text[:start]}{host}:{_hide(secret, found)}{rest[len(secret) :]}"
