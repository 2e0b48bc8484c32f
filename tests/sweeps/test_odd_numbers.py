"""Numbers that mean something else: told, and read as the study then says."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeps.data.cell import odd_numbers
from sweeps.data.datasets import loading
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import DataSpec

ROWS = 90
RNG = np.random.default_rng(5)
U = RNG.normal(size=ROWS)
DAYS = pd.date_range("2023-01-01", periods=ROWS, freq="9D")


def remarks(given: Mapping[str, Any], **changes: Any) -> dict[str, str]:
    """By column."""
    frame = pd.DataFrame({"u": U, **given})
    frame = frame if "y" in frame else frame.assign(y=["a", "b"] * (ROWS // 2))
    spec = DataSpec.model_validate({"source": "t.csv", "target": "y", **changes})
    dataset = loading.encoded(loading.divided(SourceTable(frame, "y", ""), spec), "float64")
    return {row["name"]: row["remark"] for row in dataset.facts["column_table"]}


GAPS: Mapping[str, tuple[Any, str]] = {
    "few values": (np.resize([-999, 5.5, 6.5], ROWS), "-999"),
    "a wide column": (np.where(np.arange(ROWS) % 9, RNG.integers(0, 2000, ROWS), -999), "-999"),
    "whole numbers": (np.resize([1, 2, 3, 4, 99], ROWS), "99"),
    "beside a gap": (np.resize([1.5, 2.5, np.nan, 9999], ROWS), "9999"),
    "one alone": (np.where(np.arange(ROWS), RNG.normal(size=ROWS), 999), ""),
    "among others": (np.resize([97, 98, 99], ROWS), ""),
    "spread": (np.resize([0, 400, 900, 999], ROWS), ""),
    "another number": (np.resize([-1, 5, 6], ROWS), ""),
}


@pytest.mark.parametrize(("values", "gap"), GAPS.values(), ids=GAPS.keys())
def test_a_number_that_may_stand_for_a_gap(values: Any, gap: str) -> None:
    said = f"{gap} may stand for a gap: data.missing: [{gap}]" if gap else ""
    assert remarks({"x": values})["x"] == said
    assert remarks({"x": values}, columns={"x": "number"})["x"] == ""
    if gap and values.dtype == float:
        own = np.where(values == float(gap), values, U)
        assert remarks({"y": own})["y"] == f"regression; {said}"


def test_days_without_marks_are_told_and_read_as_dates() -> None:
    compact = DAYS.strftime("%Y%m%d").astype(int).to_numpy()
    mixed = RNG.permutation(compact)
    assert remarks({"x": mixed})["x"] == "days such as 20240318? data.columns: {x: date}"
    assert remarks({"x": compact})["x"] == "days such as 20240318? data.columns: {x: date}"
    assert remarks({"x": mixed + 50})["x"] == ""
    spec = DataSpec.model_validate({"source": "t.csv", "target": "y", "columns": {"x": "date"}})
    y = ["a", "b"] * (ROWS // 2)
    gaps = np.where(np.arange(ROWS) % 10, compact, np.nan)
    for cells, days in (
        (compact, DAYS),
        (compact.astype(str), DAYS),
        (gaps, pd.Series(DAYS).where(~np.isnan(gaps))),
    ):
        frame = pd.DataFrame({"u": U, "x": cells, "y": y})
        data = loading.encoded(loading.divided(SourceTable(frame, "y", ""), spec), "float64")
        (column,) = data.encoder.others
        assert column.form == "compact"
        right = data.encoder.encode(frame.assign(x=days))
        np.testing.assert_array_equal(data.encoder.encode(frame), right)


def test_many_columns_are_looked_at_at_once() -> None:
    values = np.vstack([np.resize([-99.0, 1, 2], ROWS), U, np.full(ROWS, np.nan)])
    assert list(odd_numbers.each(values)) == ["-99", "", ""]
