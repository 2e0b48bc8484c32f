"""A sheet of an Excel workbook (.xlsx) as a frame: its first row names the columns."""

import importlib.util
import warnings
import zipfile
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sweeps.base.errors import Expected, UserError, did_you_mean, show
from sweeps.data.cell.cells import NA_VALUES, text
from sweeps.data.source import room
from sweeps.data.source.file_kinds import Reader
from sweeps.data.source.read_options import ReadOptions

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

GAPS = frozenset({*NA_VALUES, "#N/A", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!"})
LARGEST = 500_000_000  # bytes of a workbook that is unpacked
MOST = 12  # sheets that are named
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


@contextmanager
def _opened(path: Path) -> Iterator["Workbook"]:
    """A workbook. Errors: UserError without openpyxl; ValueError, OSError, MemoryError."""
    if importlib.util.find_spec("openpyxl") is None:
        raise UserError(
            f"{path.name}: an .xlsx file needs openpyxl, which is not installed: "
            "pip install openpyxl (or save the sheet as .csv)"
        )
    import openpyxl

    try:
        _expect_size(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a sheet has besides cells
            with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
                yield book
    except _BROKEN as fault:
        raise ValueError(f"a damaged workbook ({type(fault).__name__}: {fault})") from None


def read(path: Path, options: ReadOptions) -> pd.DataFrame:
    """The sheet that the options name, or the first. Errors: Expected; as of `_opened`."""
    with _opened(path) as book:
        return _frame(_rows(book, options.sheet), options)


def chunks(
    path: Path, options: ReadOptions, numbers: Collection[str], rows: int
) -> Iterator[pd.DataFrame]:
    """So many rows at a time of a workbook to predict, whose only sheet may have another name.

    Errors: as of `read`.
    """
    with _opened(path) as book:
        sheet = None if len(book.worksheets) == 1 else options.sheet
        whole = _frame(_rows(book, sheet), options)
    for start in range(0, max(1, len(whole)), rows):
        yield whole.iloc[start : start + rows]


def notes(path: Path, options: ReadOptions) -> tuple[str, ...]:
    """Which of several sheets is read, where nobody has said which. Errors: as of `_opened`."""
    if options.sheet is not None:
        return ()
    with _opened(path) as book:
        names = [show(sheet.title) for sheet in book.worksheets]
    others = f"{', '.join(names[1:MOST])}{', …' * (len(names) > MOST)}"
    return (f"sheet {names[0]}, the first (data.sheet names another: {others})",) if others else ()


def _frame(rows: list[list[Any]], options: ReadOptions) -> pd.DataFrame:
    width = max(map(len, rows), default=0)
    names = [f"x{number}" for number in range(1, width + 1)]
    if options.header and rows:
        top = [*rows.pop(0), *[np.nan] * width][:width]
        names = [f"Unnamed: {at}" if pd.isna(name) else text(name) for at, name in enumerate(top)]
    room.expect(len(rows), width)
    filled = [row + [np.nan] * (width - len(row)) for row in rows]
    return pd.DataFrame(filled, columns=names, dtype=object).infer_objects()


def _rows(book: "Workbook", name: str | None) -> list[list[Any]]:
    """The cells of the rows that have some, as far as they go: one far out makes no row longer.

    Errors: Expected, at `sheet`.
    """
    sheets, rows = {sheet.title: sheet for sheet in book.worksheets}, []
    if name is not None and name not in sheets:
        near, each = did_you_mean(name, sheets), f"sheets: {', '.join([*sheets][:MOST])}"
        hint = each if near.startswith("known") else f"{near} {each}"
        raise Expected("a sheet of the workbook", name, hint, at="sheet")
    sheet = book.worksheets[0] if name is None else sheets[name]
    sheet.reset_dimensions()
    for cells in sheet.iter_rows(values_only=True):
        row = [np.nan if cell is None or cell in GAPS else cell for cell in cells]
        while row and row[-1] is np.nan:
            row.pop()
        if row:
            rows.append(row)
    return rows


def _expect_size(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > LARGEST:
        raise ValueError(
            f"{path.stat().st_size:,} bytes that unpack to {size:,}, more than {LARGEST:,} "
            "(save the sheet as .csv)"
        )


READER = Reader(read, chunks, notes=notes)
