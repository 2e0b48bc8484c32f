"""SVMlight's sparse rows (.svm, .libsvm, .svmlight) as a frame: y, and inputs x1, x2, … by number.

What a row does not say is 0. scikit-learn reads them; they become dense.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from sweeps.base.errors import show
from sweeps.data.source import room, unpacking
from sweeps.data.source.file_kinds import Reader
from sweeps.data.source.read_options import ReadOptions

TARGET = "y"


def read(path: Path, options: ReadOptions) -> pd.DataFrame:
    """A whole file. Errors: ValueError, OSError, MemoryError."""
    from sklearn.datasets import load_svmlight_file

    with unpacking.opened(path) as file:
        if b" qid:" in file.readline():
            raise ValueError("qid in line 1 (rows of queries, which are not read: leave it out)")
    try:
        with unpacking.opened(path) as file:
            # As the file counts: scikit-learn would else shift the inputs of one without number 0.
            x, y = load_svmlight_file(file, dtype=np.float64, zero_based=True)
    except ValueError:
        _expect_rows(path)
        raise
    room.expect(*x.shape)
    first = 0 if x[:, :1].nnz else 1
    names = [f"x{number}" for number in range(first, x.shape[1])]
    frame = pd.DataFrame(x[:, first:].toarray(), columns=names)
    frame.insert(0, TARGET, y)
    return frame


def _expect_rows(path: Path) -> None:
    """Each line is a number and pairs number:number. Errors: ValueError, with the line."""
    with unpacking.opened(path) as file:
        for number, line in enumerate(file, start=1):
            target, *pairs = line.partition(b"#")[0].split() or [b"0"]
            odd = [] if _is_number(target) else [target]
            odd += [pair for pair in pairs if not _is_pair(pair)]
            if odd:
                got = show(odd[0].decode(errors="replace"))
                raise ValueError(f"{got} in line {number}, no number, or pair such as 3:0.5")


def _is_pair(text: bytes) -> bool:
    place, _, value = text.partition(b":")
    return place.isdigit() and _is_number(value)


def _is_number(text: bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def chunks(
    path: Path, options: ReadOptions, numbers: Collection[str], rows: int
) -> Iterator[pd.DataFrame]:
    """So many rows at a time; inputs that no row of the file has are 0. Errors: as of `read`."""
    frame = read(path, options)
    absent = [name for name in sorted(numbers) if name not in frame and name[1:].isdecimal()]
    zeros = pd.DataFrame(0.0, index=frame.index, columns=[n for n in absent if n[0] == "x"])
    frame = pd.concat([frame, zeros], axis=1)
    for start in range(0, max(1, len(frame)), rows):
        yield frame.iloc[start : start + rows]


READER = Reader(read, chunks)
