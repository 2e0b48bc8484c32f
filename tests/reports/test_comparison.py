"""Two runs against each other: what is paired, what is not, and what the gate goes by."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from reports.frames import Run, RunFolderError, load
from reports.stats.sampling import intervals
from reports.stats.settings import comparison
from tests.reports.folders import Made, write


def shifted(folder: Path, wrong: int) -> Path:
    """The winner errs on so many more test rows, in every network."""
    with np.load(folder / "predictions.npz") as archive:
        arrays = {name: archive[name] for name in archive.files}
    run = load(folder)
    outputs, target = arrays[f"{run.winner}/test"], arrays["test_target"]
    for network in outputs:
        right = np.flatnonzero(network.argmax(axis=-1) == target)[:wrong]
        network[right] = network[right][:, ::-1]
    np.savez(folder / "predictions.npz", **arrays)
    confirm = pd.read_parquet(folder / "confirm.parquet")
    mine = confirm["config"] == run.winner
    confirm.loc[mine, "test_error"] = (outputs.argmax(axis=-1) != target).mean(axis=1)
    confirm.to_parquet(folder / "confirm.parquet", index=False)
    return folder


def told(folder: Path, **changes: Any) -> Path:
    """Changed in the provenance."""
    path = folder / "provenance.json"
    document = json.loads(path.read_text())
    for section, values in changes.items():
        document[section] |= values
    path.write_text(json.dumps(document))
    return folder


ERROR = Made(objectives=("dev_error",))


def two(tmp_path: Path, wrong: int = 0, made: Made = ERROR) -> tuple[Run, Run]:
    first = write(tmp_path / "a", made)
    return load(first), load(shifted(write(tmp_path / "b", made), wrong))


def test_welch_is_scipys() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, 7), rng.normal(0.5, 3, 12)
    ours = intervals.welch(a, b)
    theirs = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))
    same = intervals.welch(np.full(3, 0.2), np.full(4, 0.1))
    assert (same.low, same.estimate, same.high) == pytest.approx((0.1, 0.1, 0.1))
    assert not intervals.welch(a[:1], b).known


def test_a_run_against_itself_differs_by_nothing(tmp_path: Path) -> None:
    found = comparison.difference(*two(tmp_path), "test")
    for interval in (found.on_these_rows, found.on_new_rows):
        assert interval is not None
        assert (interval.low, interval.estimate, interval.high) == (0, 0, 0)
    assert not found.is_worse()


def test_the_same_rows_and_seeds_are_paired(tmp_path: Path) -> None:
    first, last = two(tmp_path, wrong=3)
    found = comparison.difference(first, last, "test")
    paired = found.on_these_rows
    assert paired is not None
    assert paired.kind == "t on paired differences"
    assert paired.estimate == pytest.approx(3 / 114)
    assert (paired.low, paired.high) == pytest.approx((3 / 114, 3 / 114))
    # New rows may hold more of such rows, or fewer.
    assert found.on_new_rows is not None
    assert found.on_new_rows.low < paired.low <= paired.high < found.on_new_rows.high
    assert found.decisive == found.on_new_rows
    assert (found.answer(), found.is_worse()) == ("not decided", False)


def test_the_gate_goes_by_new_rows_beyond_the_margin(tmp_path: Path) -> None:
    first, last = two(tmp_path, wrong=30)
    found = comparison.difference(first, last, "test")
    assert found.on_new_rows is not None
    low = found.on_new_rows.low
    assert 0 < low < 30 / 114
    assert found.answer() == "worse"
    assert found.is_worse(margin=0.99 * low)
    assert not found.is_worse(margin=1.01 * low)
    back = comparison.difference(last, first, "test")
    assert (back.answer(), back.is_worse()) == ("better", False)


def test_it_goes_by_what_both_were_after(tmp_path: Path) -> None:
    made = Made(objectives=("auc",), direction="maximize")
    first, last = two(tmp_path, 30, made)
    found = comparison.difference(first, last, "test")
    areas = [
        np.mean([
            roc_auc_score(run.predictions.target("test"), said[:, 1])
            for said in run.predictions.of(str(run.winner), "test")
        ])
        for run in (first, last)
    ]  # fmt: skip
    assert found.decisive.estimate == pytest.approx(areas[1] - areas[0])
    assert found.decisive.estimate < 0
    assert (found.answer(), found.is_worse()) == ("worse", True), "of an AUC less is worse"
    assert not comparison.difference(last, first, "test").is_worse()


def test_of_other_objectives_it_goes_by_error_and_says_so(tmp_path: Path) -> None:
    first, _ = two(tmp_path)
    last = load(write(tmp_path / "c", Made(objectives=("auc",), direction="maximize")))
    found = comparison.difference(first, last, "test")
    assert found.by.is_error
    assert found.by.why == "Searched for AUC, the first for dev error: compared by plain error."


def test_what_costs_the_same_for_every_network_is_compared_exactly(tmp_path: Path) -> None:
    made = Made(objectives=("parameters",))
    first, last = two(tmp_path, 0, made)
    assert last.confirm is not None
    last.confirm["parameters"] += 3
    found = comparison.difference(first, last, "test")
    assert found.on_new_rows is None
    assert (found.decisive.estimate, found.answer()) == (3, "worse")
    assert found.is_worse()
    assert not found.is_worse(margin=3)


def test_other_seeds_are_not_paired(tmp_path: Path) -> None:
    first, last = two(tmp_path, wrong=3)
    told(last.folder, search={"seed": 7})
    found = comparison.difference(first, load(last.folder), "test")
    assert found.on_these_rows is not None
    assert found.on_these_rows.kind == "Welch's t"
    error = [run.rows_of(str(run.winner))["test_error"] for run in (last, first)]
    theirs = stats.ttest_ind(*error, equal_var=False).confidence_interval(0.95)
    assert (found.on_these_rows.low, found.on_these_rows.high) == pytest.approx(tuple(theirs))


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"split": "random, seed 9"}])
def test_other_rows_have_an_interval_for_new_rows_alone(
    tmp_path: Path, change: dict[str, str]
) -> None:
    first, last = two(tmp_path, wrong=3)
    paired = comparison.difference(first, last, "test").on_new_rows
    told(last.folder, data=change)
    found = comparison.difference(first, load(last.folder), "test")
    assert found.on_these_rows is None
    assert paired is not None
    assert found.decisive.estimate == pytest.approx(3 / 114)
    assert found.decisive.high - found.decisive.low > 1.5 * (paired.high - paired.low)


def test_what_cannot_be_compared(tmp_path: Path) -> None:
    first = load(write(tmp_path / "a", Made()))
    searched = load(write(tmp_path / "b", replace(Made(), confirmed=None)))
    with pytest.raises(RunFolderError, match="expected a run that was confirmed"):
        comparison.difference(first, searched, "test")
    number = load(write(tmp_path / "c", Made(task="regression")))
    with pytest.raises(RunFolderError, match="one of regression"):
        comparison.difference(first, number, "test")


def test_runs_in_folds_are_compared_by_rows_left_out(make: Callable[..., Path]) -> None:
    """Of runs of both kinds the test rows say it: one has no others that are like theirs."""
    folds = {"confirmed": 20, "folds": (5, 2, 2), "rows": 60}
    first, last, other = load(make(**folds)), load(make(**folds, seed=1)), load(make(rows=60))
    found = comparison.difference(first, last)
    assert (found.split, comparison.difference(first, other).split) == ("dev", "test")
    assert found.on_these_rows is None
    alike = comparison.difference(first, load(make(**folds)))
    assert alike.decisive.estimate == 0
    assert alike.decisive.covers == "new rows, networks and training sets"


def test_targets_of_other_sds_are_compared_in_the_first_ones(tmp_path: Path) -> None:
    made = Made(task="regression", objectives=("dev_error",), top=1, trials=6, confirmed=4)
    first, last = (write(tmp_path / name, made) for name in "ab")
    divided = {"split": "stratified, seed 1"}
    plain = comparison.difference(load(first), load(told(last, data=divided)))
    assert plain.decisive.estimate == 0.0
    wider = told(last, data={"target_sd": 3 * float(load(first).target_sd or 0)})
    found = comparison.difference(load(first), load(wider)).decisive
    error = load(first).rows_of(comparison.winner(load(first)))["test_error"].mean()
    assert found.estimate == pytest.approx(2 * error)
    assert found.low > 0
