"""Files of text, packed or not, opened to be read; one that unpacks to too much is refused."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, TextIO

# How the name of a packed file of text ends; a .zip holds one file.
PACKED = (".gz", ".bz2", ".xz", ".zip")
# Text of numbers and words packs ten times smaller, that of one word a hundred times: what unpacks
# to more than both is made to fill a memory.
FREE = 100_000_000  # bytes
TIMES = 200
_AT_A_TIME = 1 << 20  # bytes
_BROKEN = (
    *(OSError, EOFError, RuntimeError, NotImplementedError, zlib.error, lzma.LZMAError),
    zipfile.BadZipFile,
)
_OPENERS: Mapping[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


def packing(path: Path) -> str:
    """How a file is packed, by its name: one of PACKED, or ""."""
    return next((end for end in PACKED if path.name.lower().endswith(end)), "")


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes that a file holds, unpacked.

    Errors: OSError; ValueError for a packing that is damaged, or unpacks to too much.
    """
    how = packing(path)
    if how:
        known = path.stat()
        _check(path, how, known.st_size, known.st_mtime_ns)
    with _stream(path, how) as stream:
        yield stream


@contextmanager
def opened_as_text(path: Path, encoding: str) -> Iterator[TextIO]:
    """The same as text, line ends as they are; a mark of the byte order is no part of it."""
    with opened(path) as binary:
        text = io.TextIOWrapper(binary, encoding=with_mark(encoding), newline="")
        try:
            yield text
        finally:
            if not text.closed:
                text.detach()  # `opened` closes it


def with_mark(encoding: str) -> str:
    """An encoding that takes a mark of the byte order for none of the text."""
    is_utf8 = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    return "utf-8-sig" if is_utf8 else encoding


@contextmanager
def _stream(path: Path, packing: str) -> Iterator[IO[bytes]]:
    if packing == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if len(names) != 1:
                raise ValueError(f"{len(names)} files in it (pack one alone)")
            with archive.open(names[0]) as member:
                yield member
    else:
        with _OPENERS.get(packing, open)(path, "rb") as stream:
            yield stream


@lru_cache(maxsize=16)
def _check(path: Path, packing: str, size: int, _changed: int) -> None:
    """Unpack a file without keeping any of it. Errors: as of `opened`."""
    limit, done = max(FREE, TIMES * size), 0
    try:
        with _stream(path, packing) as stream:
            while found := stream.read(_AT_A_TIME):
                done += len(found)
                if done > limit:
                    raise ValueError(
                        f"{size:,} bytes that unpack to more than {limit:,} "
                        "(unpack it yourself, if you trust it)"
                    )
    except _BROKEN as fault:
        raise ValueError(f"a damaged {packing} ({fault})") from None
