"""Standard output and error that may be closed, full, or a pipe whose reader has gone."""

import errno
import os
import sys
from io import TextIOWrapper
from typing import TextIO

from sweeps.base.errors import UserError
from sweeps.base.redaction import redact


class StdoutError(UserError):
    """Standard output cannot be written to, as on a full disk."""


class Stream(TextIOWrapper):
    """A stream that drops what is written after its first fault, so that it fails only once.

    has_reader: False after a fault. is_required: whether a fault is an error, as on standard
    output. Errors: StdoutError then; none where a pipe's reader has gone, as `| head` does.
    """

    has_reader, is_required = True, False

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
        self.has_reader = False
        if self.is_required and fault.errno != errno.EPIPE:
            raise StdoutError(f"stdout: expected to write there, got {fault.strerror}") from None


class Redacted(Stream):
    """A stream without secrets, whoever writes to it: a library's traceback may hold one."""

    def write(self, text: str) -> int:
        """As its base; secrets are found within what one call writes."""
        super().write(redact(text))
        return len(text)


def prepare() -> None:
    """Replace the process's streams by ones that outlive what a shell may do to them."""
    _open_closed_streams()
    sys.stdout, sys.stderr = _wrapped(Stream, sys.stdout), _wrapped(Redacted, sys.stderr)
    if isinstance(sys.stdout, Stream):
        sys.stdout.is_required = True


class WatchedStdout:
    """Standard output for long work that is to end once nobody reads it any more."""

    def write(self, text: str) -> None:
        """Errors: BrokenPipeError once the reader has gone."""
        sys.stdout.write(text)
        sys.stdout.flush()
        if isinstance(sys.stdout, Stream) and not sys.stdout.has_reader:
            raise BrokenPipeError


def _wrapped(kind: type[Stream], stream: TextIO) -> TextIO:
    """A stream of that class on the same descriptor; one without a descriptor stays as it is."""
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


def _open_closed_streams() -> None:
    """Lead closed streams (`>&-`) nowhere; else the next file opened would take their place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(descriptor, True)  # workers need it as well
            setattr(sys, name, os.fdopen(descriptor, mode, closefd=False))
