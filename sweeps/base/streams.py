"""Standard output and error as a command writes to them: closed, full, or with nobody who reads."""

import errno
import os
import sys
from io import TextIOWrapper
from typing import TextIO

from sweeps.base.errors import UserError
from sweeps.base.redaction import redact


class Unwritten(UserError):
    """Standard output takes no more, and was asked for."""


class Stream(TextIOWrapper):
    """A stream that leads nowhere from its first fault on, so that no later write meets it again.

    Of one whose reader has gone, as `| head` has, nothing is said. Errors: Unwritten at any other
    fault, if what is written is `needed`, as on standard output.
    """

    heard, needed = True, False

    def write(self, text: str) -> int:
        """As its base."""
        try:
            return super().write(text)
        except OSError as fault:
            self._lead_nowhere(fault)
            return len(text)

    def flush(self) -> None:
        """As its base."""
        try:
            super().flush()
        except OSError as fault:
            self._lead_nowhere(fault)

    def _lead_nowhere(self, fault: OSError) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
        self.heard = False
        if self.needed and fault.errno != errno.EPIPE:
            raise Unwritten(f"stdout: expected to write there, got {fault.strerror}") from None


class Redacted(Stream):
    """One on which no secret is told: neither by us nor by a library, its faults included."""

    def write(self, text: str) -> int:
        """As its base; what is written at once is looked at as one."""
        super().write(redact(text))
        return len(text)


def prepare() -> None:
    """Make the process's streams bear what a shell may do to them."""
    _open_what_is_closed()
    sys.stdout, sys.stderr = _made(Stream, sys.stdout), _made(Redacted, sys.stderr)
    if isinstance(sys.stdout, Stream):
        sys.stdout.needed = True


class Heard:
    """Standard output for what is worth its while only as long as somebody reads it."""

    def write(self, text: str) -> None:
        """Errors: BrokenPipeError where nobody does any more."""
        sys.stdout.write(text)
        sys.stdout.flush()
        if isinstance(sys.stdout, Stream) and not sys.stdout.heard:
            raise BrokenPipeError


def _made(kind: type[Stream], stream: TextIO) -> TextIO:
    """A stream of that kind on the same descriptor; what is no file stays what it is."""
    if not isinstance(stream, TextIOWrapper):
        return stream
    unbuffered = 0 if stream.write_through else -1
    return kind(
        open(stream.fileno(), "wb", unbuffered, closefd=False),
        stream.encoding,
        errors="replace",  # a console that has no minus sign must not cost a user the whole run
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _open_what_is_closed() -> None:
    """A closed stream (`>&-`) leads nowhere; else the next file that is opened would be it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(descriptor, True)  # workers need it as well
            setattr(sys, name, os.fdopen(descriptor, mode, closefd=False))
