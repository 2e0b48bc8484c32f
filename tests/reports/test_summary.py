"""The summary table, the lints and the words for numbers."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from reports import summary, text, units
from reports.frames import Run, load
from reports.sections import answers
from reports.stats.lints import all_lints, constants, row_lints
from reports.stats.lints.findings import Lint
from reports.stats.sampling.intervals import Interval
from reports.stats.search import tuning
from reports.stats.settings import ensembles, rows


def test_the_order_is_winner_runners_up_defaults_baselines(make: Callable[..., Path]) -> None:
    table = summary.table(load(make()))
    assert list(table.columns) == list(summary.COLUMNS)
    assert table["rank"].iloc[0] == 1
    kinds = list(table["kind"])
    assert kinds == sorted(kinds, reverse=True)
    assert table[table["kind"] == "network"]["config"].iloc[-1] == "defaults"
    assert isinstance(table["settings"].iloc[0], dict)


def test_estimates_are_those_of_the_confirmation(kind: Path) -> None:
    run = load(kind)
    table = summary.table(run)
    for row in table.itertuples():
        found = run.rows_of(row.config)
        dev = rows.row_losses(run, row.config, "dev", "error").mean(axis=1)
        of_passes = (np.sqrt(dev) if run.regression else dev).mean()
        expected = of_passes if run.folds else found["dev_error"].mean()
        assert row.dev_error == pytest.approx(expected, rel=1e-5)
        assert row.test_error == pytest.approx(found["test_error"].mean(), rel=1e-5)
        assert row.gap == pytest.approx(expected - found["train_error"].mean())


def test_the_objective_is_that_of_the_fresh_seeds(make: Callable[..., Path]) -> None:
    run = load(make(objectives=("auc", "dev_error"), direction="maximize"))
    table = summary.table(run).set_index("config")
    for config in run.configs:
        values = run.rows_of(config)["auc"].to_numpy()
        row = table.loc[config]
        assert row["objective"] == pytest.approx(values.mean())
        assert row["objective_low"] < row["objective"] < row["objective_high"]
        assert row["objective.2"] == pytest.approx(run.rows_of(config)["dev_error"].mean())
    models = table[table["kind"] == "baseline"]
    for name, row in models.iterrows():  # of their outputs
        said, target = run.predictions.of(name, "dev")[0, :, 1], run.predictions.target("dev")
        assert row["objective"] == pytest.approx(roc_auc_score(target, said))
    assert (models["objective.2"] == models["dev_error"]).all()
    assert models["objective.2_low"].isna().all()
    assert [name for name, _ in summary.beyond_the_error(run)] == ["objective", "test_objective"]


def test_bounds_hold_the_estimates(kind: Path) -> None:
    table = summary.table(load(kind))
    for name in ("dev_error", "test_error", "gap", "objective"):
        known = table[table[f"{name}_low"].notna()]
        assert (known[f"{name}_low"] <= known[name]).all()
        assert (known[name] <= known[f"{name}_high"]).all()


def test_a_setting_that_diverged_has_no_interval(folder_of: Callable[[str], Path]) -> None:
    table = summary.table(load(folder_of("defaults diverged"))).set_index("config")
    lost = table.loc["defaults"]
    assert summary.all_lost(lost)
    assert lost["dev_error"] == lost["test_error"] == 1
    names = [f"{name}{end}" for name in ("dev_error", "test_error", "gap", "objective")
             for end in ("_low", "_high")]  # fmt: skip
    assert lost[names].isna().all()
    assert not summary.all_lost(table.iloc[0])


def test_a_diverged_network_counts_with_the_worst_value(make: Callable[..., Path]) -> None:
    run = load(make())
    lost = run.networks[run.networks["status"] == "diverged"]
    assert len(lost)
    for row in lost.itertuples():
        losses = rows.row_losses(run, row.config, "test", "error")
        assert (losses[row.replicate] == 1).all()


def test_baselines_have_no_speed(make: Callable[..., Path]) -> None:
    table = summary.table(load(make()))
    assert table.loc[table["kind"] == "baseline", "reach"].isna().all()
    assert table.loc[table["kind"] == "network", "reach"].between(0, 1).all()


def test_without_a_confirmation_there_are_no_rows(make: Callable[..., Path]) -> None:
    run = load(make(confirmed=None))
    assert summary.table(run).empty
    assert "nothing was confirmed" in summary.target_in_words(run)


def names(run: Run) -> set[str]:
    return {lint.name for lint in all_lints.lints(run)}


def changed(
    copy: Callable[[Path], Path],
    folder: Path,
    frame: tuple[str, Callable[[pd.DataFrame], None]] | None = None,
    **provenance: Any,
) -> Run:
    """A copy of a folder with a frame or some provenance changed."""
    folder = copy(folder)
    if frame is not None:
        name, change = frame
        found = pd.read_parquet(folder / name)
        change(found)
        found.to_parquet(folder / name)
    path = folder / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | provenance))
    return load(folder)


def near_an_edge(
    copy: Callable[[Path], Path], folder: Path, keep_prob: float, hidden: str = "[16]"
) -> list[Lint]:
    trial = tuning.best_trial(load(folder))

    def push(trials: pd.DataFrame) -> None:
        trials.loc[trials["trial"] == trial, ["param.keep_prob", "param.hidden"]] = (
            keep_prob,
            hidden,
        )

    found = all_lints.lints(changed(copy, folder, ("trials.parquet", push)))
    return [
        one
        for one in found
        if one.name == "best near an edge" and "keep probability" in one.finding
    ]


def test_an_edge_is_found_and_its_remedy_names_it(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    (lint,) = near_an_edge(copy, make(), 0.505)
    assert "beyond 0.5" in lint.remedy


def test_an_end_that_nothing_lies_beyond_is_no_edge(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    assert not near_an_edge(copy, make(), 0.995)


def test_what_the_best_trial_has_no_use_for_has_no_edge(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    assert not near_an_edge(copy, make(), 0.505, hidden="[]")


def test_late_trouble_is_found(make: Callable[..., Path], copy: Callable[[Path], Path]) -> None:
    def rise(curves: pd.DataFrame) -> None:
        late = (curves["epoch"] > 30) & (curves["phase"] == "confirm")
        curves.loc[late, "dev_loss"] *= 1 + (curves.loc[late, "epoch"] - 30) / 10

    run = changed(copy, make(), ("curves.parquet", rise))
    assert "the best one overfits" in names(run)
    # Where the best epoch counts, what comes after it does no harm.
    run.provenance["objective"]["at"] = "shared"
    assert "the best one overfits" not in names(run)


def test_improvement_at_the_end_is_found(make: Callable[..., Path]) -> None:
    assert "still improving at the end" in names(load(make()))


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ({"confirmed": None}, "nothing confirmed"),
        ({"duplicates": 3}, "duplicated rows"),
        ({"confirmed": 3}, "few replicates in confirmation"),
        ({"replicates": 1}, "few replicates in search"),
        ({"diverge_all": True}, "diverged trials"),
        ({"diverge_all": True}, "diverged in confirmation"),
        ({}, "failed trials"),
        ({"rows": 12}, "dev set too small"),
        ({"group": "patient", "alike": 6}, "few groups"),
    ],
)
def test_each_lint_fires(make: Callable[..., Path], what: dict[str, Any], name: str) -> None:
    assert name in names(load(make(**what)))


def of_name(run: Run, name: str) -> Lint:
    return next(lint for lint in all_lints.lints(run) if lint.name == name)


def test_few_dev_rows_are_a_finding_only_where_the_verdict_is_open(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    """On one split the test rows decide: dev rows that tell nothing do no harm there."""
    folder = copy(make(rows=800))
    before = load(folder)
    assert answers.of_defaults(before).word == "better"
    with np.load(folder / "predictions.npz") as file:
        arrays = {name: file[name] for name in file.files}

    def as_good(split: str) -> None:
        """The winner's outputs, each of another row of the same class."""
        place = np.arange(800)
        for label in (0, 1):
            own = np.flatnonzero(arrays[f"{split}_target"] == label)
            place[own] = np.roll(own, 1)
        arrays[f"defaults/{split}"] = arrays[f"{before.winner}/{split}"][:, place]

    as_good("dev")
    np.savez(folder / "predictions.npz", **arrays)
    assert "dev set too small" not in names(load(folder))
    as_good("test")
    np.savez(folder / "predictions.npz", **arrays)
    assert answers.of_defaults(load(folder)).word == "not decided"
    assert "or repeated splits" in of_name(load(folder), "dev set too small").remedy


def test_where_folds_were_made_repeated_splits_are_no_remedy(make: Callable[..., Path]) -> None:
    found = of_name(load(make(confirmed=20, folds=(5, 2, 2), rows=15)), "dev set too small")
    assert found.finding.startswith("15 rows left out of training cannot tell the winner")
    assert "splits" not in found.remedy


def test_groups_enough_are_no_finding(make: Callable[..., Path]) -> None:
    assert "few groups" not in names(load(make(group="patient", alike=4)))
    found = of_name(load(make(group="patient", alike=6)), "few groups")
    assert found.finding.startswith("There are only 19 groups of dev rows and 19 groups of test")


def test_duplicates_of_other_groups_are_not_to_be_split_by_group(make: Callable[..., Path]) -> None:
    grouped = load(make(group="patient", alike=4, duplicates=2))
    assert "data.group" not in of_name(grouped, "duplicated rows").remedy
    for confirmed in (10, None):
        plain = load(make(duplicates=2, confirmed=confirmed))
        assert "data.group" in of_name(plain, "duplicated rows").remedy
    plain.provenance["data"] |= {"duplicates": 0, "test_met_in_dev": 4}
    found = of_name(plain, "duplicated rows").finding
    assert "test rows 4 also occur among the dev rows" in found
    plain.provenance["data"]["met_by_chance"] = True
    assert "duplicated rows" not in names(plain)


def test_rows_that_the_target_is_about_are_counted(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    folder = copy(make(task="regression"))
    assert "an outlying target" not in names(load(folder))
    with np.load(folder / "predictions.npz") as file:
        arrays = {name: file[name] for name in file.files}
    arrays["dev_target"][0], arrays["test_target"][0] = 1000.0, 900.0
    np.savez(folder / "predictions.npz", **arrays)
    found = of_name(load(folder), "an outlying target")
    rows = len(arrays["dev_target"]) + len(arrays["test_target"])
    assert f"from 1 of {rows} dev and test rows" in found.finding


def test_a_heavy_tail_of_errors_is_a_finding(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    folder = copy(make(task="regression", rows=400))
    assert "heavy tail of errors" not in names(load(folder))
    with np.load(folder / "predictions.npz") as file:
        arrays = {name: file[name] for name in file.files}
    winner = load(folder).winner
    wide = np.random.default_rng(0).standard_t(2, 400)
    arrays[f"{winner}/test"] = (arrays["test_target"] + wide)[None, :, None].repeat(10, axis=0)
    np.savez(folder / "predictions.npz", **arrays)
    found = of_name(load(folder), "heavy tail of errors")
    assert "intervals of RMSE and loss are too narrow" in found.finding


def test_the_index_of_a_tail_is_that_of_its_power() -> None:
    rng = np.random.default_rng(0)
    assert row_lints.tail_index(rng.standard_t(3, 20_000) ** 2, 200) == pytest.approx(3, rel=0.15)
    assert row_lints.tail_index(rng.normal(size=400) ** 2, 20) > row_lints.TAIL
    assert row_lints.tail_index(np.zeros(30), 10) == row_lints.tail_index(np.ones(5), 10) == np.inf
    assert row_lints.tail_index(np.eye(1, 30)[0], 10) == 0


def test_outliers_are_the_fewest_values_that_make_up_half_of_the_variance() -> None:
    rng = np.random.default_rng(0)
    ordinary = rng.normal(size=400)
    assert row_lints.outliers(ordinary) is None
    assert row_lints.outliers(np.ones(400)) is None
    assert row_lints.outliers(np.append(ordinary, 500)) == 1
    assert row_lints.outliers(np.append(ordinary, [100, 100, 100])) == 2


def test_a_class_of_which_no_row_is_found_is_named(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    folder = copy(make(task="multiclass"))
    run = load(folder)
    assert "a class never found" not in names(run)
    classes = run.provenance["classes"]
    with np.load(folder / "predictions.npz") as file:
        arrays = {name: file[name] for name in file.files}
    arrays[f"{run.winner}/test"][..., 2] = -50.0  # the third class is never the likeliest
    np.savez(folder / "predictions.npz", **arrays)
    found = of_name(load(folder), "a class never found")
    rows_of_it = int((arrays["test_target"] == 2).sum())
    assert f"a test row of '{classes[2]}' ({rows_of_it} rows) right" in found.finding


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_a_winner_that_says_the_same_of_every_row_is_found(
    make: Callable[..., Path], copy: Callable[[Path], Path], task: str
) -> None:
    folder = copy(make(task=task))
    run = load(folder)
    assert constants.constant(run) is None
    with np.load(folder / "predictions.npz") as file:
        arrays = {name: file[name] for name in file.files}
    for part in ("dev", "test"):
        given = arrays[f"{run.winner}/{part}"]
        flat = np.zeros_like(given)
        flat[..., 1:] = -3.0  # log-probabilities: the first class is the likeliest
        arrays[f"{run.winner}/{part}"] = flat
        np.savez(folder / "predictions.npz", **arrays)  # of dev alone first, which is not enough
        assert (constants.constant(load(folder)) is None) == (part == "dev")
    said = "one number" if task == "regression" else f"'{run.provenance['classes'][0]}'"
    found = of_name(load(folder), "the winner is a constant")
    assert found.finding.startswith(f"The winner says {said} of all ")


def test_a_winner_no_better_than_a_constant_is_found(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    constants = {"train_loss": 0.1, "dev_loss": 0.1, "dev_error": 0.01, "test_error": 0.01}
    assert "nothing learned" in names(changed(copy, make(), constants=constants))


def test_an_unfinished_search_is_said(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    counts = {"complete": 3, "pruned": 0, "failed": 0, "running": 1, "asked": 40}
    assert "unfinished search" in names(changed(copy, make(), counts=counts))


def test_a_sound_study_has_no_such_findings(make: Callable[..., Path]) -> None:
    assert not names(load(make())) & {
        "nothing confirmed", "duplicated rows", "few replicates in confirmation",
        "few replicates in search", "unfinished search", "nothing learned", "best near an edge",
    }  # fmt: skip


def test_divergence_is_located(make: Callable[..., Path]) -> None:
    where = tuning.divergence(load(make(trials=120)))
    assert where["parameter"].iloc[0] == "learning_rate"
    assert where["separation"].iloc[0] > 0.9


def test_optimism_is_fresh_less_selected(make: Callable[..., Path]) -> None:
    run = load(make())
    frame = tuning.optimism(run)
    for row in frame.itertuples():
        fresh = run.rows_of(row.config)["dev_loss"].mean()
        if math.isfinite(row.selected):
            assert row.optimism.estimate == pytest.approx(fresh - row.selected)
        assert row.dev.estimate == pytest.approx(fresh, rel=1e-4)


@pytest.mark.parametrize(
    ("x", "words"),
    [(0.0, "0"), (1e-5, "1e-5"), (0.00123, "0.00123"), (5.9e-4, "0.000590"),
     (0.05, "0.0500"), (12345678.0, "1.23e7"),
     (-0.5, "−0.500"), (1500, "1 500"), (math.nan, "–")],
)  # fmt: skip
def test_numbers(x: float | int, words: str) -> None:
    assert text.number(x).replace(text.SPACE, " ") == words


def test_errors_are_percent_and_differences_points(make: Callable[..., Path]) -> None:
    scale = units.unit(load(make()), "dev_error")
    found = scale.interval(Interval(0.026, 0.018, 0.035, 9, "", ""))
    assert found.replace(text.SPACE, " ") == "2.6 % [1.8, 3.5]"
    found = scale.interval(Interval(-0.013, -0.021, 0.005, 9, "", ""), difference=True)
    assert found.replace(text.SPACE, " ") == "−1.3 points [−2.1, +0.5]"
    assert scale.interval(Interval(0.026, np.nan, np.nan, 1, "", "")).startswith("2.6")
    assert units.unit(load(make(task="regression")), "dev_error").value(0.321) == "6\xa0852"


def test_the_ensemble_averages_probabilities_of_the_networks_that_are_left(kind: Path) -> None:
    run = load(kind)
    if run.winner is None:
        assert run.confirm is None
        return
    found = ensembles.ensemble(run, str(run.winner), "test")
    alive = (run.rows_of(run.winner)["status"] == "ok").to_numpy()
    if found is None:
        assert not alive.any()
        return
    predicted, target = (
        run.predictions.of(run.winner, "test")[alive],
        run.predictions.target("test"),
    )
    if run.regression:
        mean = np.mean([network[:, 0] for network in predicted.astype(float)], axis=0)
        expected = np.sqrt(np.mean((mean - target) ** 2))
    else:
        votes = sum(np.exp(network.astype(float)) for network in predicted)
        expected = np.mean([vote.argmax() != t for vote, t in zip(votes, target, strict=True)])
    assert found.estimate == pytest.approx(expected)
    assert found.low <= found.estimate <= found.high
    assert found.n == len(target)
