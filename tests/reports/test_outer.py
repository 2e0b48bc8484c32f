"""What the whole procedure gives: intervals over rows and outer folds; files that do not fit."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from reports import page
from reports.frames import RunFolderError, load
from reports.sections import procedure
from reports.stats.settings import outer
from reports.stats.settings.outer import RowsOfFolds

ROWS, FOLDS = 120, 5


@pytest.fixture
def folder(make: Callable[..., Path], tmp_path: Path) -> Path:
    """A run whose outer folds differ much in error: of each the first 2, 4, … rows are wrong."""
    path = Path(shutil.copytree(make(top=1), tmp_path / "run"))
    fold = np.arange(ROWS) % FOLDS + 1
    place, target = np.arange(ROWS) // FOLDS, np.arange(ROWS) % 2
    wrong = place < 2 * fold
    said = np.where(wrong, 1 - target, target)
    ensemble = np.log(np.where(np.arange(2) == said[:, None], 0.9, 0.1))
    baseline = np.log(np.where(np.arange(2) == 0, 0.6, 0.4)) + np.zeros((ROWS, 1))
    arrays = {"row": np.arange(ROWS), "fold": fold, "target": target}
    np.savez(path / "nested.npz", **arrays, ensemble=ensemble, baseline=baseline)
    frame = pd.DataFrame(
        {
            "fold": range(1, FOLDS + 1),
            "rows": ROWS // FOLDS,
            "config": "trial 1",
            "error": [wrong[fold == n].mean() for n in range(1, FOLDS + 1)],
            "loss": 0.5,
            "networks": 10,
            "diverged": [0, 2, 0, 0, 0],
            "baseline": "majority class",
            "baseline_error": 0.5,
            "baseline_loss": 0.7,
            "settings": "{}",
            "searched": [json.dumps({"l2": 10.0**-n, "hidden": "[16]"}) for n in range(5)],
        }
    )
    frame.to_parquet(path / "nested.parquet", index=False)
    return path


def test_an_error_is_of_all_rows_and_folds_that_differ_widen_it(folder: Path) -> None:
    found = outer.interval(load(folder), "ensemble", "error")
    assert (found.estimate, found.n) == (pytest.approx(30 / 120), 120)
    fold = np.arange(ROWS) % FOLDS
    alike = RowsOfFolds((np.arange(ROWS) < 30).astype(float)[None], fold, None, "share").interval()
    assert alike.estimate == pytest.approx(found.estimate)
    assert found.high - found.low > 1.3 * (alike.high - alike.low)


def test_rows_of_a_group_are_drawn_together() -> None:
    fold, group = np.arange(ROWS) % FOLDS, np.arange(ROWS) // 10
    wrong = (group % 4 == 0).astype(float)[None]
    each = RowsOfFolds(wrong, fold, None, "share").interval()
    together = RowsOfFolds(wrong, fold, group, "share").interval()
    assert together.high - together.low > 2 * (each.high - each.low)


@pytest.mark.parametrize("shape", ["share", "root"])
def test_rows_that_weigh_nothing_might_as_well_not_be_there(
    shape: Literal["share", "root"],
) -> None:
    rng, fold = np.random.default_rng(0), np.arange(ROWS) % FOLDS
    losses = (rng.random(ROWS) < 0.3).astype(float)
    weight = np.repeat([0.0, 2.0], ROWS // 2)
    half = RowsOfFolds(losses[None, ROWS // 2 :], fold[ROWS // 2 :], None, shape).interval()
    found = RowsOfFolds(losses[None], fold, None, shape, weight).interval()
    assert found.estimate == pytest.approx(half.estimate)
    assert found.high - found.low == pytest.approx(half.high - half.low, rel=0.15)


def test_a_difference_is_paired_by_row() -> None:
    rng = np.random.default_rng(0)
    hard = rng.exponential(size=ROWS)
    fold = np.arange(ROWS) % FOLDS
    both = RowsOfFolds(np.stack([hard, hard + 0.1]), fold, None, "mean")
    found = both.difference()
    assert found.estimate == pytest.approx(-0.1)
    assert found.high < 0
    root = RowsOfFolds(np.stack([hard, hard]), fold, None, "root").difference()
    assert (root.low, root.high) == (0.0, 0.0)


def test_the_page_says_it_with_its_settings_by_fold(folder: Path) -> None:
    text = page.build(folder).read_text()
    assert "all 120 rows, each once" in text
    assert "67% of the range" in text  # l2 from 1e-4 to 1, of 1e-6 to 1 on a log scale
    assert "2 of 10 diverged" in text
    (line,) = procedure.lines(load(folder))
    assert "tuning and training anew" in line[1]
    assert "best baseline of each fold" in line[1]


def test_defaults_beyond_the_range_may_win_a_fold(folder: Path) -> None:
    frame = pd.read_parquet(folder / "nested.parquet")
    frame.loc[0, "searched"] = json.dumps({"l2": 0.0, "hidden": "[16]"})
    frame.to_parquet(folder / "nested.parquet", index=False)
    assert "of 5 as the winner" in page.build(folder).read_text()


def test_a_fold_without_outputs_has_what_it_scored(folder: Path) -> None:
    with np.load(folder / "nested.npz") as file:
        arrays = dict(file)
    arrays["ensemble"][arrays["fold"] == 1] = np.nan
    np.savez(folder / "nested.npz", **arrays)
    frame = pd.read_parquet(folder / "nested.parquet")
    frame.loc[0, "error"] = 1.0
    frame.to_parquet(folder / "nested.parquet", index=False)
    found = outer.interval(load(folder), "ensemble", "error")
    assert found.estimate == pytest.approx((30 - 2 + 24) / 120)


@pytest.mark.parametrize(
    ("name", "array", "said"),
    [
        ("ensemble", np.zeros((7, 2)), "ensemble: expected 120 rows, got 7"),
        ("fold", np.ones((2, 2)), "fold: expected 1 axes"),
        ("baseline", None, "expected an array 'baseline'"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_in_a_line(
    name: str, array: "np.ndarray | None", said: str, folder: Path
) -> None:
    with np.load(folder / "nested.npz") as file:
        arrays = {key: value for key, value in file.items() if key != name}
    np.savez(folder / "nested.npz", **arrays, **({} if array is None else {name: array}))
    with pytest.raises(RunFolderError, match=said):
        page.build(folder)
