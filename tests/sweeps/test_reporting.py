"""How a report is drawn at the end of a run."""

from pathlib import Path

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from reports import page
from reports.frames import Run
from sweeps.results import reporting
from sweeps.results.result import Result
from tests.reports.folders import Made, write


def threads() -> set[int]:
    """Of the BLAS that are loaded."""
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_a_report_is_drawn_in_one_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several threads a product could be rounded otherwise; the user's number stays."""
    meanwhile = []

    def drawn(run: Run) -> Path:
        meanwhile.append(threads())
        return run.folder / "report.html"

    monkeypatch.setattr(page, "write", drawn)
    result = Result(write(tmp_path / "run", Made()))
    reporting.warm_up()
    with threadpool_limits(2, user_api="blas"):
        before = threads()
        assert reporting.write(result).name == "report.html"
        assert threads() == before
    assert meanwhile == [{1}]
