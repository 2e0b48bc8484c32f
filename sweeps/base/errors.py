"""What the user can get wrong, said in one line each: where, expected, got, nearest known name."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from unicodedata import category

from sweeps.base import synonyms
from sweeps.base.redaction import redact, redact_address, redact_value


@dataclass(frozen=True)
class Fault:
    """One fault. `where` is a file with its line, an option, or nothing; `path` is dotted."""

    where: str
    path: str
    message: str

    def __str__(self) -> str:
        """In a line, in which no secret is told, whoever made it."""
        parts = (redact(self.where), redact_address(self.path), redact(self.message))
        return ": ".join(part for part in parts if part)


class UserError(Exception):
    """The user's input is at fault: one line a fault, exit code 2, no traceback."""

    def __init__(self, faults: "Fault | str | Iterable[Fault]") -> None:
        if isinstance(faults, str):
            faults = Fault("", "", faults)
        self.faults = [faults] if isinstance(faults, Fault) else list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def _render_traceback_(self) -> list[str]:  # a notebook shows no more
        return str(self).splitlines()


class Unquoted(str):
    """What was got, in our words instead of the user's: shown without quotes."""


class Expected(ValueError):
    """A value is not what was expected; whoever knows where it stood makes a `Fault` of it.

    `at` is the rest of the dotted path, below the value that was checked.
    """

    def __init__(self, expected: str, got: Any, hint: str = "", at: str = "") -> None:
        self.at = at
        self.message = f"expected {expected}, got {show(got)}" + (f" ({hint})" if hint else "")
        super().__init__(self.message)

    def below(self, at: str) -> "Expected":
        """The same fault, seen from one level further out."""
        self.at = join(at, self.at)
        return self

    def with_hint(self, hint: str) -> "Expected":
        """The same fault with one more thing that may help, in its brackets."""
        head, bracket, hints = self.message.rpartition(" (")
        is_hint = bracket and hints.endswith(")")
        self.message = f"{head} ({hints[:-1]}; {hint})" if is_hint else f"{self.message} ({hint})"
        self.args = (self.message,)
        return self

    @property
    def each(self) -> "list[Expected]":
        """The one fault that it is; of several, all."""
        return [self]


class Several(Expected):
    """More than one fault below one value, all to be told."""

    def __init__(self, faults: "list[Expected]") -> None:
        super().__init__("", "")
        self._faults = [one for fault in faults for one in fault.each]

    def below(self, at: str) -> "Expected":
        """The same faults, seen from one level further out."""
        for fault in self._faults:
            fault.below(at)
        return self

    @property
    def each(self) -> "list[Expected]":
        """All of them."""
        return self._faults


def raise_all(faults: "list[Expected]") -> None:
    """Raise what was found, if anything. Errors: Expected."""
    if faults:
        raise faults[0] if len(faults) == 1 else Several(faults)


def join(*parts: str) -> str:
    """A dotted path of those parts that are not empty."""
    return ".".join(part for part in parts if part)


def show(value: Any, longest: int = 60) -> str:
    """A value as the user would write it, without secrets, shortened."""
    if isinstance(value, bool) or value is None:
        text = {True: "true", False: "false", None: "nothing"}[value]
    elif isinstance(value, float):
        text = f"{value:g}"
    elif isinstance(value, str) and not isinstance(value, Unquoted):
        text = f"'{redact_address(value)}'"
    else:
        text = redact(str(redact_value(value)))
        if "\n" in text and not isinstance(value, str):  # a table
            text = f"a {type(value).__name__}"
    text = printable(text.replace("\n", "\\n"))
    return text if len(text) <= longest else text[: longest - 1] + "…"


def printable(text: str) -> str:
    """Without control characters, which a terminal might obey; spaces that do not break stay."""
    return "".join(
        c if c.isprintable() or c == "\n" or category(c) == "Zs" else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )


def is_text(text: str) -> bool:
    """Whether it can be written to a file, or name one: half a surrogate pair and NUL cannot."""
    return not re.search("[\0\ud800-\udfff]", text)


NEAR = 0.65  # difflib's ratio: 'rai' is near to 'ray', 'nope' is not near to 'income'
MOST = 40  # known names that a line lists


def did_you_mean(got: str, known: Iterable[str]) -> str:
    """The known name that is meant, or nearest ("did you mean 'x'?"), else all ("known: …")."""
    known = list(known)
    if same := synonyms.meant(got, known):
        return same
    if near := nearest(str(got), known):
        return f"did you mean '{near}'?"
    rest = f", … ({len(known)} in all)" if len(known) > MOST else ""
    return f"known: {', '.join(known[:MOST])}{rest}"


def nearest(got: str, known: list[str]) -> str:
    """The known name that is spelled nearly so; "" where none is."""
    # Another number is no slip of the pen: float16 is not float64.
    plain = synonyms.plain
    possible = {plain(name): name for name in reversed(known) if _numbers(name) == _numbers(got)}
    near = difflib.get_close_matches(plain(got), possible, n=1, cutoff=NEAR)
    return possible[near[0]] if near else ""


def _numbers(name: str) -> list[str]:
    return re.findall(r"\d\d+", str(name))
