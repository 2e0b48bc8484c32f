"""Opening files that somebody else may have put there, without waiting and without surprises.

What the command line names may be a link; what lies in a run folder may not, for it could lead to
any file of the user's. Pipes and devices are refused before they are opened, and too large files
before they are read.
"""

import json
import os
import re
import secrets
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

from sweeps.base.errors import UserError, printable, show

# Bytes of what is read whole: many times what a run writes.
LARGEST = 50_000_000  # a JSON file
DEEPEST = 50  # levels of JSON
LONGEST_NUMBER = 100  # digits of a whole number in JSON
NAMED = 40  # characters of a file's name in that of its temporary one
# What reading a file may raise whose contents are not what they should be: with a bit flipped,
# zipfile takes a member for packed or encrypted in some other way.
BROKEN = (
    *(OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError, MemoryError),
    *(OverflowError, RuntimeError, zipfile.BadZipFile, zlib.error, struct.error),
)

# Windows has neither flag, nor the links and pipes that they guard against.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISREG, "a file"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
)


def kind_in_words(mode: int) -> str:
    """What a file of that mode is: "a folder", "a named pipe"."""
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "a device")


def expect_regular(path: Path) -> None:
    """Before a library opens a file by its name: it would wait for a pipe to be written to.

    Errors: UserError for what is no regular file; none where nothing is there.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return
    _expect_regular(path, mode, follow=True)


def open_named(path: Path) -> BinaryIO:
    """A file that the user has named, to be read; links are followed.

    Errors: UserError for what is no regular file; OSError.
    """
    return os.fdopen(open_regular(path, os.O_RDONLY, follow=True), "rb")


def open_to_read(path: Path, most: float = LARGEST) -> BinaryIO:
    """A file of a run folder, to be read. Errors: UserError, also beyond `most` bytes; OSError."""
    file = os.fdopen(open_regular(path, os.O_RDONLY), "rb")
    size = os.fstat(file.fileno()).st_size
    if size > most:
        file.close()
        raise UserError(f"{path}: expected at most {most:,} bytes, got {size:,}")
    return file


def contents(path: Path, most: float = LARGEST) -> bytes:
    """All of a run folder's file. Errors: as `open_to_read`."""
    with open_to_read(path, most) as file:
        return file.read()


def open_to_update(path: Path, *, appends: bool = False) -> int:
    """A descriptor to read and write a run folder's file in place; the file is made if need be.

    Errors: UserError, also for a file with hard links, which would change elsewhere too; OSError.
    """
    flags = os.O_RDWR | os.O_CREAT | (os.O_APPEND if appends else 0)
    descriptor = open_regular(path, flags)
    names = os.fstat(descriptor).st_nlink
    if names > 1:
        os.close(descriptor)
        raise several_names(path, names)
    return descriptor


def several_names(path: Path, names: int) -> UserError:
    """The error for a file with hard links that would be written in place."""
    return UserError(
        f"{path}: expected a file with one name, got one with {names}, elsewhere too (hard links: "
        "put a copy in its place)"
    )


_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{16}\.part")


def create_beside(path: Path) -> tuple[BinaryIO, Path]:
    """(a new file beside `path`, its name), which nobody can have guessed."""
    name = path.with_name(f".{path.name[:NAMED]}.{secrets.token_hex(8)}.part")
    descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_LINK | _AT_ONCE, 0o666)
    return cast(BinaryIO, os.fdopen(descriptor, "w+b")), name


def remove_unfinished(folder: Path) -> None:
    """Remove what `create_beside` made in a folder and a killed process did not come to rename.

    For whoever holds the folder: another process may be about to rename its own. Errors: OSError.
    """
    try:
        with os.scandir(folder) as entries:
            left = [entry.path for entry in entries if _UNFINISHED.fullmatch(entry.name)]
    except FileNotFoundError:
        return
    for path in left:
        Path(path).unlink(missing_ok=True)


def make_folder(path: Path) -> Path:
    """A folder of a run folder, made if need be. Errors: UserError for a link; OSError."""
    path.mkdir(parents=True, exist_ok=True)
    expect_own(path, path.lstat().st_mode)
    return path


def expect_own(path: Path, mode: int) -> None:
    """Errors: UserError where the mode is of neither a file nor a folder."""
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise not_of_a_run(path, mode)


def not_of_a_run(path: Path, mode: int) -> UserError:
    """What to say of something that stands where a run has a file."""
    return UserError(f"{path}: expected a file of the run, got {_got(path, mode)}")


def _got(path: Path, mode: int) -> str:
    if not stat.S_ISLNK(mode):
        return kind_in_words(mode)
    return f"a link to {printable(os.readlink(path))} (in a run folder none is followed)"


def open_regular(path: Path, flags: int, follow: bool = False) -> int:
    """A descriptor of a regular file, made if the flags say so. Errors: UserError; OSError."""
    # Checked before, since opening alone sets some devices going; and after, since the name may
    # lead elsewhere by then.
    if follow or os.path.lexists(path):
        _expect_regular(path, os.stat(path, follow_symlinks=follow).st_mode, follow)
    no_link = 0 if follow else _NO_LINK
    descriptor = os.open(path, flags | no_link | _AT_ONCE, 0o666)
    try:
        _expect_regular(path, os.fstat(descriptor).st_mode, follow)
    except UserError:
        os.close(descriptor)
        raise
    return descriptor


def _expect_regular(path: Path, mode: int, follow: bool) -> None:
    if not stat.S_ISREG(mode):
        if not follow:
            raise not_of_a_run(path, mode)
        raise UserError(f"{path}: expected a regular file, got {_got(path, mode)}")


def read_json(path: Path, most: float = LARGEST) -> Any:
    """A run folder's JSON. Errors: UserError where it is none, FileNotFoundError."""
    try:
        return parse_json(contents(path, most).decode())
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as fault:
        raise UserError(f"{path}: expected JSON, got: {printable(str(fault))}") from None


def parse_json(text: str) -> Any:
    """A JSON text's value. Errors: ValueError, also beyond DEEPEST levels or LONGEST_NUMBER."""
    try:
        found = json.loads(text, parse_int=_whole)
    except RecursionError:
        found, is_deep = None, True
    else:
        is_deep = _is_deep(found)
    if is_deep:
        raise ValueError(f"lists within lists, more than {DEEPEST} deep")
    return found


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"a number of {len(digits)} digits, {show(digits, 20)}")
    return int(digits)


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True
