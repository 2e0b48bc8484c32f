"""What is wrong with a run folder, in one line."""

import struct
import zipfile
import zlib

# What reading a file may raise whose contents are not what they should be: with a bit flipped, an
# archive's member seems to be packed or locked in some other way.
BROKEN = (
    *(OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError, MemoryError),
    *(OverflowError, RuntimeError, zipfile.BadZipFile, zlib.error, struct.error),
)


class RunFolderError(ValueError):
    """A file of the run folder is missing, broken or foreign: which, expected what, got what."""


class OlderRunError(RunFolderError):
    """The run folder is whole, but an older version made it, which wrote less than is read here."""


def first_line(fault: BaseException) -> str:
    """A fault's own first line, or its kind where it says nothing."""
    return (str(fault).splitlines() or [type(fault).__name__])[0]
