"""The coverage soak, on so few studies that only what is far off shows; `tests.soak.coverage`."""

from dataclasses import fields, replace
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from reports.frames import Run
from tests.soak.coverage import memory, table
from tests.soak.coverage.cells import Cell, Result
from tests.soak.coverage.table import Count

QUICK = (
    "error 12% by seeds, 3 networks, 114 rows",
    "normal residuals, 10 networks (seeds 0.03), 114 rows",
    "log-loss, 10 networks (seeds 0.1), 114 rows",
    "3 classes (alike) of 114 rows, error 10.0%, 10 networks",
    "as good, 10 networks and 10, 114 rows",
)


def test_cells_have_names_of_their_own() -> None:
    names = [cell.name for cell in table.CELLS]
    assert len(set(names)) == len(names)
    assert set(QUICK) <= set(names)


@pytest.mark.parametrize("name", QUICK)
def test_intervals_cover_in_some_studies(name: str) -> None:
    cell = next(one for one in table.CELLS if one.name == name)
    assert table.count(cell, 0, 60).covered >= 0.85


@pytest.mark.parametrize("cell", table.CELLS, ids=lambda cell: cell.name)
def test_every_cell_can_be_studied(cell: Cell) -> None:
    assert table.count(cell, 0, 1).studies == 1


@pytest.mark.parametrize("ranked", ["trial 1, defaults, trial 2", "defaults, trial 1, trial 2"])
def test_a_simulated_run_has_the_parts_that_any_run_would_find(ranked: str) -> None:
    rng = np.random.default_rng(0)
    target = {split: rng.integers(0, 3, 20) for split in ("dev", "test")}
    one, other, model = (
        memory.Setting(*np.log(rng.dirichlet(np.ones(3), (2, many, 20)))) for many in (4, 2, 1)
    )
    names = ranked.split(", ")
    lost = replace(other, diverged=np.array([True, False]))
    settings = dict(zip(names, (one, lost, one), strict=True))
    run = memory.run(settings, target, {"a model": model})
    read = Run(**{part.name: getattr(run, part.name) for part in fields(Run)})
    assert run.configs == read.configs
    pd.testing.assert_frame_equal(run.networks, read.networks)
    for name in (*names, "a model"):
        pd.testing.assert_frame_equal(run.rows_of(name), read.rows_of(name))
    assert list(run.rows_of(names[1])["status"]) == ["diverged", "ok"]


def cell_of(kind: Literal["interval", "verdict"], exception: str = "") -> Cell:
    return Cell("c", "x", lambda rng: Result(), kind, exception)


@pytest.mark.parametrize(
    ("kind", "found", "fault"),
    [
        ("interval", Count(1000, 1000, 30, 20), ""),
        ("interval", Count(1000, 1000, 70, 30), "too narrow"),
        ("interval", Count(1000, 1000, 1, 1), "too wide"),
        ("interval", Count(100, 100, 5, 5), ""),  # .90 of 100 may be .93
        ("interval", Count(100, 0, 0, 0), "never printed"),
        ("verdict", Count(1000, 300, 0, 50), ""),
        ("verdict", Count(1000, 300, 0, 80), "false too often"),
    ],
)
def test_a_fault_is_one_beyond_chance(
    kind: Literal["interval", "verdict"], found: Count, fault: str
) -> None:
    assert table.fault(cell_of(kind), found) == fault
    assert fault.upper() in table.line(cell_of(kind), found)[-1]


def test_what_the_page_says_itself_is_no_fault_of_the_table() -> None:
    found = Count(1000, 1000, 150, 10)
    assert table.line(cell_of("interval", "lint: a tail"), found)[-1] == "too narrow: lint: a tail"
    assert "too narrow: lint: a tail" in table.markdown(
        {"c": found}, [cell_of("interval", "lint: a tail")]
    )
