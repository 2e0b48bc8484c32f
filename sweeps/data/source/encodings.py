"""What to say of a text in another encoding than the study's: where, and what it may be."""

import codecs
from pathlib import Path

from sweeps.base.errors import UserError
from sweeps.data.source import unpacking

_LOOKED_AT = 1 << 20  # bytes
# Beginnings that say the encoding.
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def unreadable(where: str, path: Path, fault: UnicodeDecodeError) -> UserError:
    """The error, at `where`, for bytes that are no text in the encoding that was asked for."""
    asked = fault.encoding.removesuffix("-sig")
    name = "UTF-8" if asked.lower().replace("_", "-") in ("utf-8", "utf8") else asked
    found = likely(path)
    if asked.startswith(found) and found == "utf-8":  # so its beginning is; the rest is not
        found = "cp1252"
    got = f"byte 0x{fault.object[fault.start]:02x}{_first_other_line(path, asked)}"
    is_cut = asked.startswith(found) and asked != "utf-8"
    remedy = "is the file cut off?" if is_cut else f"set data.encoding: {found}"
    saved = "save it as UTF-8, or " if name == "UTF-8" else ""
    return UserError(f"{where}: expected {name}, got {got} ({saved}{remedy})")


def likely(path: Path) -> str:
    """The encoding that the beginning of a file may have. Errors: ValueError, OSError."""
    with unpacking.opened(path) as file:
        beginning = file.read(_LOOKED_AT)
    for mark, name in _MARKS.items():
        if beginning.startswith(mark):
            return name
    for name in ("utf-8", "cp1252"):
        decoder = codecs.getincrementaldecoder(name)()  # the last letter may be cut in half
        try:
            decoder.decode(beginning)
        except UnicodeDecodeError:
            continue
        return name
    return "latin-1"


def _first_other_line(path: Path, encoding: str) -> str:
    """Where a file's first line is that cannot be read."""
    if encoding.lower().startswith(("utf-16", "utf_16", "utf-32", "utf_32")):
        return ""
    with unpacking.opened(path) as file:
        beginning = file.read(_LOOKED_AT * 100)
    for number, line in enumerate(beginning.splitlines(), start=1):
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            return f" in line {number}"
    return ""
