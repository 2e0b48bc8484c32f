"""The first sheet of an Excel workbook (.xlsx) as a frame: its first row names the columns."""

import importlib.util
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sweeps.base.errors import UserError
from sweeps.data import room
from sweeps.data.cells import NA_VALUES, text
from sweeps.data.file_kinds import Reader, ReadOptions

GAPS = frozenset({*NA_VALUES, "#N/A", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!"})
LARGEST = 500_000_000  # bytes of a workbook that is unpacked
# What openpyxl raises at a damaged workbook: it looks up what is not there.
_BROKEN = (
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    zipfile.BadZipFile,
    SyntaxError,
    EOFError,
)


def read(path: Path, options: ReadOptions) -> pd.DataFrame:
    """The first sheet. Errors: UserError without openpyxl; ValueError, OSError, MemoryError."""
    if importlib.util.find_spec("openpyxl") is None:
        raise UserError(
            f"{path.name}: an .xlsx file needs openpyxl, which is not installed: "
            "pip install openpyxl (or save the sheet as .csv)"
        )
    try:
        _expect_size(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a sheet has besides cells
            rows = _rows(path)
    except _BROKEN as fault:
        raise ValueError(f"a damaged workbook ({type(fault).__name__}: {fault})") from None
    width = max(map(len, rows), default=0)
    names = [f"x{number}" for number in range(1, width + 1)]
    if options.header and rows:
        top = [*rows.pop(0), *[np.nan] * width][:width]
        names = [f"Unnamed: {at}" if pd.isna(name) else text(name) for at, name in enumerate(top)]
    room.expect(len(rows), width)
    filled = [row + [np.nan] * (width - len(row)) for row in rows]
    return pd.DataFrame(filled, columns=names, dtype=object).infer_objects()


def _rows(path: Path) -> list[list[Any]]:
    """The cells of the rows that have some, as far as they go: one far out makes no row longer."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        sheet, rows = book.worksheets[0], []
        sheet.reset_dimensions()
        for cells in sheet.iter_rows(values_only=True):
            row = [np.nan if cell is None or cell in GAPS else cell for cell in cells]
            while row and row[-1] is np.nan:
                row.pop()
            if row:
                rows.append(row)
    finally:
        book.close()
    return rows


def _expect_size(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > LARGEST:
        raise ValueError(
            f"{path.stat().st_size:,} bytes that unpack to {size:,}, more than {LARGEST:,} "
            "(save the sheet as .csv)"
        )


READER = Reader(read)
