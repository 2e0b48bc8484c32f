"""The winner against the other confirmed settings, held against the frames themselves."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reports import units
from reports.frames import Run, load
from reports.sections import confirmed
from reports.sections.against import against
from reports.sections.blocks import Row
from reports.stats.sampling.intervals import Array

MINUS, SPACE = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"


def errors(run: Run, config: str) -> Array:
    rows = run.confirm[run.confirm["config"] == config].sort_values("replicate")
    return rows["test_error"].to_numpy(float)


def config(row: Row) -> str:
    """Whose row it is: a trial's number stands small below its settings."""
    name = row.cells[0]
    return name.quiet if name.quiet.startswith("trial ") else name.text.lower()


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_differences_are_those_of_the_frame(make: Callable[..., Path], task: str) -> None:
    run = load(make(task=task, objectives=("dev_error",)))
    table, scale = against(run), units.unit(run, "test_error")
    assert [config(row) for row in table.rows] == [c for c in run.configs if c != run.winner]
    for row in table.rows:
        apart = scale.factor * (errors(run, run.winner) - errors(run, config(row)))
        bounds = stats.t.interval(0.95, len(apart) - 1, apart.mean(), stats.sem(apart))
        words = row.cells[1].in_words.replace(MINUS, "-").replace(SPACE, "")
        said = re.findall(r"[-+]?[\d.]+", words)
        assert [float(number) for number in said] == pytest.approx([apart.mean(), *bounds], rel=0.1)


def test_a_setting_that_errs_far_more_is_worse_and_a_like_one_is_not(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    folder = copy(make(top=3, objectives=("dev_error",)))
    run = load(folder)
    worse, like = [c for c in run.configs if c != run.winner][:2]
    with np.load(folder / "predictions.npz") as file:
        arrays = {name: file[name] for name in file.files}
    confirm = pd.read_parquet(folder / "confirm.parquet")
    arrays[f"{worse}/test"] = arrays[f"{worse}/test"][..., ::-1].copy()  # every answer is turned
    arrays[f"{like}/test"] = arrays[f"{run.winner}/test"]
    confirm.loc[confirm["config"] == worse, "test_error"] = 1 - errors(run, worse)
    confirm.loc[confirm["config"] == like, "test_error"] = errors(run, run.winner)
    np.savez(folder / "predictions.npz", **arrays)
    confirm.to_parquet(folder / "confirm.parquet", index=False)
    readings = {config(row): row.cells[3].text for row in against(load(folder)).rows}
    assert readings[worse] == "the winner is better"
    assert readings[like] in ("not decided", "the same, within the margin")


def test_alone_or_beside_what_diverged_there_is_nothing_to_compare(
    make: Callable[..., Path],
) -> None:
    assert against(load(make(top=1, defaults=False))) is None
    named = [config(row) for row in against(load(make(lost=("defaults",)))).rows]
    assert "defaults" not in named
    assert against(load(make(diverge_all=True))) is None
    blocks = confirmed(load(make())).blocks
    assert "against-table" in [getattr(block, "id", "") for block in blocks]
