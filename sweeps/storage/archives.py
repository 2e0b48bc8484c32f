"""Archives of arrays, `.npz`, as a run writes them: opened without pickle and without unpacking.

`numpy.savez` does not compress. So all that an archive holds is no larger than its file, and an
archive with a compressed member, or with members larger than the file, was not written by us.
"""

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_STORED, BadZipFile

from numpy.lib.npyio import NpzFile

from sweeps.base import files

LARGEST = 4_000_000_000  # bytes
MEMBERS = 10_000
_END = struct.Struct("<4s4H2LH")  # the last bytes of a zip file without a comment


@contextmanager
def opened(path: Path, most: int = LARGEST) -> Iterator[NpzFile]:
    """An archive of a run folder. Errors: UserError, as `files.open_to_read`; files.BROKEN."""
    with files.open_to_read(path, most) as file:
        size = _expect_few(file)
        with NpzFile(file, allow_pickle=False) as archive:
            _expect_plain(archive, size)
            yield archive


def _expect_few(file: BinaryIO) -> int:
    """The file's size. Errors: BadZipFile if it has too many members, which take long to list."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END.size))
    end = file.read()
    file.seek(0)
    if len(end) < _END.size or not end.startswith(b"PK\5\6"):
        raise BadZipFile("not an archive of arrays")
    members = _END.unpack(end)[4]
    if members > MEMBERS:
        raise BadZipFile(f"more than {MEMBERS:,} arrays")
    return size


def _expect_plain(archive: NpzFile, size: int) -> None:
    members = archive.zip.infolist() if archive.zip else []
    if any(one.compress_type != ZIP_STORED for one in members):
        raise BadZipFile("a member that is packed")
    if sum(one.file_size for one in members) > size:
        raise BadZipFile("members that are larger than their file")
