"""Whether the comma of "50,000" is a decimal one or sets thousands apart, where a table says both.

Files with semicolons between their fields are of places where the decimal mark is a comma; so are
those with other numbers that have one. There the study has to say it.
"""

from collections.abc import Mapping

import numpy as np

from sweeps.base.errors import UserError, show
from sweeps.data.cell import dtypes
from sweeps.data.column.columns import Features
from sweeps.data.source import cell_places
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import DataSpec


def expect_told(
    table: SourceTable,
    spec: DataSpec,
    features: Features,
    others: Mapping[str, str],
    where: str,
) -> None:
    """Every column with such a comma can be read in one way alone.

    others: texts that tell nothing (`Spelled.unsure`) of the target and the weight, by column.
    Errors: UserError, with a line for each column.
    """
    unsure = {name: text for name, text in {**features.unsure, **others}.items() if text}
    if not unsure or spec.thousands == "," or not _may_be_decimal(table, features):
        return
    told = [
        f"{where}: column {show(name)}: expected numbers of one meaning, got {show(text)}"
        f"{_place(table, name, text)}, where the comma may be a decimal one or set thousands "
        f"apart ({_remedy(text)})"
        for name, text in unsure.items()
    ]
    raise UserError("\n".join(told))


def _remedy(text: str) -> str:
    plain = text.replace(",", "")
    return f"set data.decimal: ',', or data.thousands: ',' where it means {plain}"


def _place(table: SourceTable, name: str, text: str) -> str:
    column = table.frame[name]
    is_there = column.astype(str).str.strip() == text
    return cell_places.place(table.lines, int(is_there.to_numpy().argmax()), column)


def _may_be_decimal(table: SourceTable, features: Features) -> bool:
    if features.has_commas:
        return True
    is_likely = table.lines is not None and table.lines.has_semicolons
    return is_likely and not _has_points(table)


def _has_points(table: SourceTable) -> bool:
    """Whether a column has numbers whose point is a decimal one: 0.25, not 1.250."""
    frame = table.frame
    for _, values in dtypes.numeric_arrays(frame, dtypes.numeric_columns(frame, False)):
        sizes = np.abs(values[np.isfinite(values)])
        more = np.abs(sizes * 1000 - np.round(sizes * 1000)) > 1e-6 * sizes
        if bool((((sizes > 0) & (sizes < 1)) | more).any()):
            return True
    return False
