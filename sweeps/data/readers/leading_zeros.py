"""Whole numbers of a delimited text that are written with zeros in front, "01067": codes, it seems.

pandas reads them as numbers. Whether a file has any is seen in its bytes, of which a long file is
asked for many pieces, and a column that has to be exact for all; only then is a column read again.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from sweeps.data.cell import cells, dtypes
from sweeps.data.readers import text_tables
from sweeps.data.source import unpacking
from sweeps.data.source.lines import BLANKS, TextLines

PIECE = 1 << 16  # bytes
PIECES = 128  # of a long file
MOST = 500  # columns, beyond which none is read again: they are measurements
CANDIDATES = 64  # in a piece, that are looked at one by one
CODE = r"0\d+"


def texts(
    lines: TextLines, frame: pd.DataFrame, exact: frozenset[str] = frozenset()
) -> dict[str, pd.Series]:
    """Columns of whole numbers with such, as texts: "01067", but "1067" for 1067.0.

    exact: columns for which all of a file is looked at. Errors: ValueError, OSError.
    """
    whole = _whole(frame, exact)
    names = whole if len(whole) <= MOST else [name for name in whole if name in exact]
    if not names or not _has_some(lines, any(name in exact for name in names)):
        return {}
    form = lines.form
    known = {**text_tables.pandas_options(form), "usecols": names, "dtype": str, "na_values": []}
    with unpacking.opened_as_text(form.path, form.encoding) as file:
        found = pd.read_csv(file, **known)
    if len(found) != len(frame):
        return {}
    each = {name: _texts(found[name].str.strip(), frame[name]) for name in names}
    return {name: column for name, column in each.items() if column is not None}


def _whole(frame: pd.DataFrame, exact: frozenset[str]) -> list[str]:
    """The columns of whole numbers, and of such beside gaps: of many that may be, the exact."""
    names = dtypes.numeric_columns(frame, with_booleans=False)
    whole = set(dtypes.columns_of(frame, lambda dtype: dtype.kind in "iu"))
    floats = [name for name in names if name not in whole]
    asked = exact.intersection(floats) if len(floats) > MOST else floats
    whole |= {name for name in asked if _are_whole(frame[name])}
    return [name for name in names if name in whole]


def _are_whole(column: pd.Series) -> bool:
    values = column.to_numpy()
    if not np.isnan(values.max(initial=0)):  # floats without gaps are written with a point
        return False
    return bool((np.isnan(values) | (values == np.floor(values))).all())


def _texts(written: pd.Series, numbers: pd.Series) -> pd.Series | None:
    """A column as texts; None where nothing stands in front of any number."""
    is_code = written.str.fullmatch(CODE).fillna(False).astype(bool) & numbers.notna()
    if not is_code.any():
        return None
    plain = pd.Series(cells.texts(numbers), numbers.index, name=numbers.name, dtype=object)
    return plain.where(numbers.notna(), None).mask(is_code, written.astype(object))


def _has_some(lines: TextLines, is_exact: bool) -> bool:
    mark = " " if lines.form.separator == BLANKS else lines.form.separator
    between = re.escape(f'{mark}\r\n" ').encode()
    code = re.compile(rb"(?<![^" + between + rb"])0\d+(?=[" + between + rb"]|$)")
    return any(_is_in(piece, code) for piece in _pieces(lines.form.path, is_exact))


def _pieces(path: Path, is_exact: bool) -> Iterator[bytes]:
    """All lines of a file, or some from all over it; of a long packed one the first."""
    size, is_packed = path.stat().st_size, bool(unpacking.packing(path))
    is_long = not is_exact and size > PIECES * PIECE
    with unpacking.opened(path) as file:
        rest, done = b"", 0
        while (piece := file.read(PIECE)) and (done < PIECES or not is_long):
            done += 1
            lines, mark, rest = (rest + piece).rpartition(b"\n")
            yield (lines + mark).replace(b"\0", b"")  # of UTF-16
            if is_long and not is_packed:
                file.seek(size // PIECES * done)
                rest = b""
                file.readline(PIECE)  # the half of a line
        yield rest.replace(b"\0", b"")


def _is_in(piece: bytes, code: re.Pattern[bytes]) -> bool:
    each = np.frombuffer(b"\n" + piece + b"\n", np.uint8)
    is_zero = each[1:-1] == ord("0")
    is_zero &= (each[2:] - ord("0")) < 10  # a digit behind it; smaller bytes wrap around
    is_zero &= (each[:-2] - ord("0")) >= 10  # none in front
    found = np.flatnonzero(is_zero)[:CANDIDATES].tolist()
    return any(code.match(piece, at) for at in found)
