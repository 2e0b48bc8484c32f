"""The first sheet of an Excel workbook (.xlsx) as a frame: its first row names the columns."""

import importlib.util
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from sweeps.base.errors import UserError
from sweeps.data.cells import NA_VALUES
from sweeps.data.file_kinds import Reader, ReadOptions

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
            "pip install -e '.[excel]' (or save the sheet as .csv)"
        )
    named: dict[str, Any] = {} if options.header else {"header": None}
    try:
        _expect_size(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a sheet has besides cells
            frame: pd.DataFrame = pd.read_excel(
                path, engine="openpyxl", keep_default_na=False, na_values=list(NA_VALUES), **named
            )
    except _BROKEN as fault:
        raise ValueError(f"a damaged workbook ({type(fault).__name__}: {fault})") from None
    frame = frame.dropna(how="all").reset_index(drop=True).infer_objects()
    if not options.header:
        frame.columns = pd.Index([f"x{number}" for number in range(1, frame.shape[1] + 1)])
    return frame


def _expect_size(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > LARGEST:
        raise ValueError(
            f"{path.stat().st_size:,} bytes that unpack to {size:,}, more than {LARGEST:,} "
            "(save the sheet as .csv)"
        )


READER = Reader(read)
