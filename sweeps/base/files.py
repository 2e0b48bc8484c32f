"""Files that somebody else may have put there: opened without waiting or following links.

What the command line names may be a link; what lies in a run folder may not: it could be any file
of the user's. Pipes and devices are refused before they are opened, sizes known before anything is
read.
"""

import json
import os
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

# Windows has neither links nor pipes that these would be about.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISREG, "a file"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
)


def kind(mode: int) -> str:
    """What a file of that mode is, in words."""
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "a device")


def expect_regular(path: Path) -> None:
    """For whoever gives a name away to be opened elsewhere: a pipe would be waited for.

    Errors: UserError where the user has named something else; nothing where there is nothing.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return
    _expect_regular(path, mode, follow=True)


def given(path: Path) -> BinaryIO:
    """A file that the user has named, to be read; where it is a link, what that leads to.

    Errors: UserError for what is no regular file; OSError.
    """
    return os.fdopen(opened(path, os.O_RDONLY, follow=True), "rb")


def reading(path: Path, most: float = LARGEST) -> BinaryIO:
    """A file of a run folder, to be read. Errors: UserError, also beyond `most` bytes; OSError."""
    file = os.fdopen(opened(path, os.O_RDONLY), "rb")
    size = os.fstat(file.fileno()).st_size
    if size > most:
        file.close()
        raise UserError(f"{path}: expected at most {most:,} bytes, got {size:,}")
    return file


def contents(path: Path, most: float = LARGEST) -> bytes:
    """All of a run folder's file. Errors: as `reading`."""
    with reading(path, most) as file:
        return file.read()


def updating(path: Path, *, appends: bool = False) -> int:
    """A descriptor to read and write a run folder's file in its place; it is made if need be.

    Errors: UserError, also where the file has another name, elsewhere, too; OSError.
    """
    flags = os.O_RDWR | os.O_CREAT | (os.O_APPEND if appends else 0)
    descriptor = opened(path, flags)
    names = os.fstat(descriptor).st_nlink
    if names > 1:
        os.close(descriptor)
        raise has_names(path, names)
    return descriptor


def has_names(path: Path, names: int) -> UserError:
    """What is said of a file that would be written in its place, and is another one too."""
    return UserError(
        f"{path}: expected a file with one name, got one with {names}, elsewhere too (hard links: "
        "put a copy in its place)"
    )


def created(path: Path) -> tuple[BinaryIO, Path]:
    """A new file beside `path`, under a name that nobody could know before; and that name."""
    name = path.with_name(f".{path.name[:NAMED]}.{secrets.token_hex(8)}.part")
    descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_LINK | _AT_ONCE, 0o666)
    return cast(BinaryIO, os.fdopen(descriptor, "w+b")), name


def folder(path: Path) -> Path:
    """A folder of a run folder, made if need be. Errors: UserError for a link; OSError."""
    path.mkdir(parents=True, exist_ok=True)
    expect_own(path, path.lstat().st_mode)
    return path


def expect_own(path: Path, mode: int) -> None:
    """Errors: UserError where a run folder's file or folder is something else, as its mode says."""
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise UserError(f"{path}: expected a file of the run, got {_got(path, mode)}")


def _got(path: Path, mode: int) -> str:
    if not stat.S_ISLNK(mode):
        return kind(mode)
    return f"a link to {printable(os.readlink(path))} (in a run folder none is followed)"


def opened(path: Path, flags: int, follow: bool = False) -> int:
    """A descriptor of a regular file, made if the flags say so. Errors: UserError; OSError."""
    # Before it is opened, for that is enough to set some devices going; and again, for what it
    # became meanwhile.
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
        expected = "a regular file" if follow else "a file of the run"
        raise UserError(f"{path}: expected {expected}, got {_got(path, mode)}")


def parsed(path: Path, most: float = LARGEST) -> Any:
    """A run folder's JSON. Errors: UserError for a file that is none, FileNotFoundError."""
    try:
        return from_json(contents(path, most).decode())
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as fault:
        raise UserError(f"{path}: expected JSON, got: {printable(str(fault))}") from None


def from_json(text: str) -> Any:
    """What a JSON text says. Errors: ValueError, also for what is deeper, or longer, than ours."""
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
