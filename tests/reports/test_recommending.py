"""What is recommended: the rule, on runs whose answer is known; the steps; the words."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports import frames, labels, summary
from reports.advice import in_words, reasons, space_steps, steps, without
from reports.advice.recommendation import recommendation
from reports.advice.step import Step, where, written_by
from reports.frames import Run
from reports.stats.answer import recommending
from reports.stats.answer.recommending import BOOSTING, CONSTANT, LINEAR, NETWORK, Comparison
from reports.stats.bias_variance import limiting, open_questions
from reports.stats.lints import constants, search_lints
from reports.stats.sampling.intervals import Interval
from reports.stats.search import tuning
from reports.stats.settings import measures, needed, rows
from reports.stats.settings.differences import Difference

Change = Callable[[dict[str, np.ndarray], pd.DataFrame], None]


@pytest.fixture
def changed(make: Callable[..., Path], copy: Callable[[Path], Path]) -> Callable[..., Run]:
    """A run whose predictions and confirm.parquet are changed."""

    def made(change: Change, **what: Any) -> Run:
        folder = copy(make(**{"top": 2, "rows": 400} | what))
        with np.load(folder / "predictions.npz") as file:
            arrays = {name: file[name] for name in file.files}
        confirm = pd.read_parquet(folder / "confirm.parquet")
        change(arrays, confirm)
        np.savez(folder / "predictions.npz", **arrays)
        confirm.to_parquet(folder / "confirm.parquet", index=False)
        return frames.load(folder)

    return made


def like(model: str, other: str) -> Change:
    """A model that says what another says, network by network; of a baseline the first network."""

    def change(arrays: dict[str, np.ndarray], confirm: pd.DataFrame) -> None:
        mine, theirs = (confirm["config"] == name for name in (model, other))
        n = int(mine.sum())
        for split in ("dev", "test"):
            arrays[f"{model}/{split}"] = np.resize(arrays[f"{other}/{split}"], (n, 400, 2))
        scores = [f"{s}_{k}" for s in ("train", "dev", "test") for k in ("error", "loss")]
        for name in [*scores, "status"]:
            confirm.loc[mine, name] = np.resize(confirm.loc[theirs, name].to_numpy(), n)

    return change


def both(*changes: Change) -> Change:
    def change(arrays: dict[str, np.ndarray], confirm: pd.DataFrame) -> None:
        for one in changes:
            one(arrays, confirm)

    return change


def test_a_linear_model_that_is_the_same_as_the_best_network_is_taken(
    changed: Callable[..., Run],
) -> None:
    def steady(arrays: dict[str, np.ndarray], confirm: pd.DataFrame) -> None:
        """All of the winner's networks alike: it and the linear model cannot be told apart."""
        name = str(confirm.loc[confirm["rank"] == 1, "config"].iloc[0])
        mine = confirm["config"] == name
        for split in ("dev", "test"):
            arrays[f"{name}/{split}"][:] = arrays[f"{name}/{split}"][:1]
        for column in ("train", "dev", "test"):
            for kind in ("error", "loss"):
                first = confirm.loc[mine, f"{column}_{kind}"].iloc[0]
                confirm.loc[mine, f"{column}_{kind}"] = first
        like("logistic regression", name)(arrays, confirm)

    run = changed(steady)
    found = recommending.choice(run)
    assert found is not None
    assert (found.name, found.kind) == ("logistic regression", LINEAR)
    assert run.winner in found.same
    said = recommendation(run)
    assert said.headline == "Use logistic regression, not a network."
    assert said.why.startswith("The best network and logistic regression are as good as each")
    assert said.how == "sweeps predict RUN new.csv --model recommended"


def alike_and_open(
    make: Callable[..., Path], hidden: list[int], other: str
) -> tuple[Run, recommending.Choice]:
    """A linear model is as good as the best network; whether another one is, is open."""
    run = frames.load(make())
    winner = str(run.winner)
    mine = run.confirm["config"] == winner
    settings = json.dumps({"hidden": hidden, "optimizer": "adam", "learning_rate": 0.01})
    run.confirm.loc[mine, "settings"] = settings
    line = "logistic regression"
    return run, recommending.Choice(line, LINEAR, winner, (line, winner), (other,), ())


def timid(arrays: dict[str, np.ndarray], confirm: pd.DataFrame) -> None:
    """All that was trained says what the constant says."""
    for name in confirm["config"].unique():
        like(name, "majority class")(arrays, confirm)


@pytest.mark.parametrize("change", [None, timid])
def test_what_errs_as_often_as_a_constant_is_said_to(
    changed: Callable[..., Run], change: Change | None
) -> None:
    run = changed(change or (lambda arrays, confirm: None))
    winner = str(run.winner)
    choice = recommending.Choice(winner, NETWORK, winner, (winner,), (), ())
    said = "It is not shown to err less than always answering the most frequent class ("
    assert (said in reasons.why(run, choice)) == (change is not None)


@pytest.mark.parametrize("hidden", [[], [16]])
def test_where_the_best_network_is_no_better_no_other_network_is_asked_about(
    make: Callable[..., Path], hidden: list[int]
) -> None:
    other = frames.load(make()).configs[1]
    run, choice = alike_and_open(make, hidden, other)
    said = reasons.why(run, choice)
    assert said.startswith("The best network ")
    assert said.endswith(". Not decided: whether another network does as well.")
    assert ("has no hidden layer, so it is a linear model itself" in said) == (hidden == [])
    assert ("the simpler of them is enough" in said) == (hidden != [])
    assert not [*steps.open_question(run, choice), *steps.more_rows(run, choice)]


def test_a_simpler_or_another_model_is_asked_about(make: Callable[..., Path]) -> None:
    run, choice = alike_and_open(make, [16], "gradient boosting")
    (step,) = steps.open_question(run, choice)
    assert "whether gradient boosting does as well" in step.do


def test_a_constant_that_is_as_good_as_all_is_recommended_and_said(
    changed: Callable[..., Run],
) -> None:
    def all_constant(arrays: dict[str, np.ndarray], confirm: pd.DataFrame) -> None:
        for name in ["majority class", "logistic regression", "gradient boosting"]:
            n = int((confirm["config"] == name).sum())
            for split in ("dev", "test"):
                arrays[f"{name}/{split}"] = np.log(np.full((n, 400, 2), [0.4, 0.6], np.float32))
        for name in confirm["config"].unique():
            like(str(name), "majority class")(arrays, confirm)
        for split in ("dev", "test"):
            wrong = float((arrays[f"{split}_target"] != 1).mean())
            confirm[[f"{split}_error", "train_error"]] = wrong
            confirm[f"{split}_loss"] = -np.log(0.6) * (1 - wrong) - np.log(0.4) * wrong

    run = changed(all_constant)
    found = recommending.choice(run)
    assert found is not None
    assert found.kind == CONSTANT
    assert constants.constant(run) is not None
    said = recommendation(run)
    assert said.headline == "Nothing here beats a constant: always answer 'class 1'."
    assert "always giving the same answer" in said.why


def test_of_networks_that_are_the_same_the_saved_one_is_taken(changed: Callable[..., Run]) -> None:
    def twins(arrays: dict[str, np.ndarray], confirm: pd.DataFrame) -> None:
        best = str(confirm.loc[confirm["rank"] == 1, "config"].iloc[0])
        like("defaults", best)(arrays, confirm)
        confirm.loc[confirm["config"] == best, "parameters"] = 1000

    run = changed(twins)
    found = recommending.choice(run)
    assert found is not None
    assert (found.best, found.name, found.same[0]) == (run.winner, run.winner, "defaults")
    said = recommendation(run)
    assert "; the defaults are as good" in said.why
    assert said.how == "sweeps predict RUN new.csv", "model.npz is the winner's"


def test_the_simplest_comes_first(make: Callable[..., Path]) -> None:
    run = frames.load(make())
    order = sorted(recommending.candidates(run), key=lambda name: recommending.size(run, name))
    kinds = [recommending.kind_of(run, name) for name in order]
    assert kinds[:2] == [CONSTANT, LINEAR]
    assert kinds[-1] == BOOSTING, "its trees hold more numbers than these networks"
    assert kinds[2:-1] == [NETWORK] * len(run.configs)


def test_a_baseline_that_is_shown_to_be_better_is_recommended(make: Callable[..., Path]) -> None:
    run = frames.load(make(top=0))
    said = recommendation(run)
    assert said.headline == "Use gradient boosting, not a network."
    assert "The best network does worse: its probabilities are further" in said.why
    assert run.default in recommending.choice(run).worse  # type: ignore[union-attr]


def test_a_setting_that_breaks_a_constraint_is_no_candidate(make: Callable[..., Path]) -> None:
    run = frames.load(make(limits=("dev_error <= 0.08",)))
    assert {"logistic regression", "majority class"}.isdisjoint(recommending.candidates(run))
    assert run.winner in recommending.candidates(run)
    impossible = frames.load(make(limits=("dev_error <= 0.0001",), top=1))
    assert recommendation(impossible).why.startswith("Nothing that was tried keeps the constraints")


def test_every_kind_of_run_has_a_recommendation_that_json_can_say(kind: Path) -> None:
    run = frames.load(kind)
    said = recommendation(run)
    assert json.loads(json.dumps(said.plain()))["headline"] == said.headline
    assert said.headline.endswith(".")
    assert all(step.do and step.lines for step in said.steps)
    if said.use:
        assert len(said.steps) == 3
        assert len(said.facts) == 3
        assert said.how
    else:
        assert said.steps, "there is always something to do"


@pytest.mark.parametrize(
    ("name", "low", "high", "log", "end", "expected"),
    [
        ("learning_rate", 1e-4, 0.1, True, "low", (1e-5, 0.1)),
        ("l2", 1e-6, 1.0, True, "high", (1e-6, 10.0)),
        ("keep_prob", 0.5, 1.0, False, "low", (0.25, 1.0)),
        ("optimizer.momentum.beta", 0.8, 0.99, False, "high", (0.8, 0.995)),
        ("channels", 8, 16, False, "high", (8, 20)),
        ("channels", 1, 16, True, "low", (1, 16)),
    ],
)
def test_a_range_is_widened_where_the_best_lies(
    name: str, low: float, high: float, log: bool, end: str, expected: tuple[float, float]
) -> None:
    entry = {"low": low, "high": high, "log": log}
    found = space_steps.widened(search_lints.NearEdge(name, low, end, entry))
    assert found == pytest.approx(expected)
    assert [type(x) for x in found] == [type(x) for x in expected]


def test_a_range_beside_exact_values_is_widened_with_them(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = frames.load(make())
    range_ = {"name": "l2.range", "kind": "range", "low": 1e-3, "high": 10.0, "log": True}
    space = {
        "l2": {"name": "l2", "kind": "choice", "choices": ["0.0", "range"]},
        "l2.range": range_,
    }
    monkeypatch.setattr(tuning, "space_of", lambda run, name: space.get(name, {}))
    (step,) = space_steps._wider(run, search_lints.NearEdge("l2.range", 7.0, "high", range_))
    assert step.lines == "space:\n  l2: {choices: [0, {low: 0.001, high: 100, log: true}]}"
    assert step.do.startswith("The best L2 penalty (l2), 7, is about the highest")


def test_no_question_is_asked_that_is_answered(make: Callable[..., Path]) -> None:
    run = frames.load(make(top=0))
    choice = recommending.choice(run)
    assert choice is not None
    assert choice.open == ()
    assert list(steps.open_question(run, choice)) == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"hidden": "[64]", "optimizer": "adam", "learning_rate": 0.0022, "l2": 0.1},
         "64 hidden units, adam and learning rate 0.0022"),
        ({"optimizer": "momentum", "learning_rate": 0.064, "l2": 0.63, "keep_prob": 0.9},
         "momentum, learning rate 0.064 and L2 penalty 0.63"),
        ({"initializer": "he"}, "8 hidden units"),
    ],
)  # fmt: skip
def test_the_headline_tells_what_was_searched(
    changed: Callable[..., Run], monkeypatch: pytest.MonkeyPatch,
    found: dict[str, Any], said: str,
) -> None:  # fmt: skip
    run = changed(lambda arrays, confirm: None)
    winner = str(run.winner)
    choice = recommending.Choice(winner, NETWORK, winner, (winner,), (), ())
    monkeypatch.setattr(recommending, "choice", lambda run: choice)
    monkeypatch.setattr(labels, "searched", lambda run, config: found)
    monkeypatch.setattr(summary, "settings", lambda run, config: {"hidden": [8]} | found)
    assert recommendation(run).headline == f"Use a network with {said}."


def test_settings_are_said_in_words() -> None:
    found = {"hidden": [32, 16], "optimizer": {"adam": {"beta1": 0.9}}, "learning_rate": 5.9e-4,
             "keep_prob": 0.89, "l2": 0.0, "l1": 0.5,
             "batch_size": "full", "channels": 8}  # fmt: skip
    assert in_words.in_words(found).replace("\xa0", " ") == (
        "hidden layers of 32 and 16, adam, learning rate 0.00059, dropout of 11 %, "
        "no L2 penalty, L1 penalty 0.5, all rows a batch, channels 8"
    )
    assert in_words.in_words({"hidden": "[]"}) == "no hidden layer"
    assert in_words.in_words({"batch_norm": False}) == "no batch normalization"
    assert in_words.in_words({"batch_norm": True}) == "batch normalization"


def test_a_range_beside_exact_values_is_said_by_its_value(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `sweeps new` writes it: l2: {choices: [0, {low: …}]}."""
    run = frames.load(make())
    found = {"l2": "range", "l2.range": 0.147, "keep_prob": "0.9"}
    monkeypatch.setattr(tuning, "settings_of", lambda run, trial: found)
    monkeypatch.setattr(summary, "settings", lambda run, config: {"l2": 0.147, "keep_prob": 0.9})
    said = in_words.setting_in_words(run, str(run.winner))
    assert said.replace("\xa0", " ") == "L2 penalty 0.15, dropout of 10 %"
    assert "range" not in labels.in_words(run, str(run.winner))
    assert without.settings(run, 1) == said  # of a search alone


def test_dropout_is_not_said_of_a_trial_without_hidden_layers(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = frames.load(make(confirmed=None))
    found = {"keep_prob": 0.767, "l2": 0.1}
    monkeypatch.setattr(tuning, "settings_of", lambda run, trial: found)
    assert "dropout" in without.settings(run, 0)
    run.provenance["fixed"]["hidden"] = []
    assert without.settings(run, 0) == "L2 penalty 0.1"
    del run.provenance["fixed"]["hidden"]
    found["hidden"] = "[]"  # type: ignore[assignment]
    assert without.settings(run, 0) == "L2 penalty 0.1, no hidden layer"


def compared(estimate: float, whole: float, of_networks: float) -> Comparison:
    """Half-widths of all and of the networks' part; the margin is 1."""
    ends = [
        Interval(estimate, estimate - half, estimate + half, 20, "", "")
        for half in (whole, of_networks)
    ]
    found = Difference(measures.plain(), "test", ends[0], ends[1])
    return Comparison("a", "b", found, found.answer(1.0), 1.0)


@pytest.mark.parametrize(
    ("estimate", "whole", "of_networks", "times"),
    [
        (2.0, 3.0, 3.0, 3),  # a width of 2 decides: 9/4
        (2.0, 3.0, 0.5, math.inf),  # the rows' part alone reaches further than 2
        (0.1, 1.5, 1.4, 4),  # within the margin at .9: 1.4² / (.9² - (1.5² - 1.4²)) = 3.8
    ],
)
def test_more_networks_are_asked_for_where_they_can_decide(
    estimate: float, whole: float, of_networks: float, times: float
) -> None:
    assert steps.networks_needed(compared(estimate, whole, of_networks)) == times


def missing_class_1(share: float) -> Change:
    """Every model says class 0 of every row; so large a share is of class 1."""

    def change(arrays: dict[str, np.ndarray], confirm: pd.DataFrame) -> None:
        for name in arrays:
            if name.endswith("/test"):
                arrays[name] = np.tile(np.log([0.9, 0.1]), (*arrays[name].shape[:2], 1))
        arrays["test_target"] = (np.arange(400) < share * 400).astype(arrays["test_target"].dtype)

    return change


@pytest.mark.parametrize(("share", "said"), [(0.5, False), (0.2, True)])
def test_classes_are_weighed_where_the_one_that_is_missed_is_rarer(
    changed: Callable[..., Run], share: float, said: bool
) -> None:
    """Of classes that are as common as each other, weights change nothing."""
    run = changed(missing_class_1(share))
    choice = recommending.choice(run)
    assert choice is not None
    assert bool(list(steps.missed_class(run, choice))) == said


def test_what_changes_the_search_needs_another_name() -> None:
    def name(lines: str) -> bool:
        return Step("", lines).needs_a_name

    assert name("replicates: {count: 5, resample: kfold}")
    assert name("search: {seed: 1}")
    assert not name("confirm: {replicates: 40}")
    assert not name("search: {trials: 80}")
    ours, command = Step("", "confirm: {replicates: 40}"), Step("", "sweeps run x", is_command=True)
    assert where((ours,)) == "in the study file"
    assert where((command,)) == ""
    run = Path("my runs/churn")
    assert written_by((command, ours), run) == "sweeps next 'my runs/churn'"
    assert written_by((command, Step("", "reference: 1", yours="a number")), run) == ""


def test_of_folds_the_test_rows_stand_beside_and_folds_are_not_asked_for(
    make: Callable[..., Path],
) -> None:
    one = recommendation(frames.load(make()))
    assert one.error is not None
    assert one.steps[0].lines.startswith("replicates: {count: 5, resample: kfold}")
    assert "On the" not in one.sure
    run = frames.load(make(confirmed=20, folds=(5, 2, 2)))
    found = recommending.choice(run)
    assert found is not None
    assert (
        "On the 114 test rows, which played no part in any choice, the error is "
        in recommendation(run).sure
    )
    asked = [*steps.open_question(run, found), *steps.more_rows(run, found)]
    assert asked
    assert not any("resample" in step.lines for step in asked)


@pytest.mark.parametrize(("group", "what"), [(None, "more rows"), ("patient", "more groups")])
def test_more_of_what_is_drawn_are_asked_for(
    group: str | None, what: str, make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = frames.load(make(confirmed=20, folds=(5, 2, 2), group=group))
    now = rows.units_of_split(run, "dev")
    assert (now < len(run.predictions.target("dev"))) == (group is not None)
    choice = recommending.choice(run)
    assert choice is not None
    monkeypatch.setattr(steps, "_may_networks_tell", lambda run, one: False)
    monkeypatch.setattr(needed, "times", lambda found, margin: 4.0)
    monkeypatch.setattr(recommending, "decisive", lambda run, choice: [run.default])
    (step,) = steps.more_rows(run, choice)
    assert f"{what} (about " in step.do
    assert f"{now} now" in step.do
    assert open_questions.look(run, [20], 20, []).questions[0].unit == what.split()[-1]


def test_what_was_said_of_the_split_before_the_run_is_a_step(make: Callable[..., Path]) -> None:
    run = frames.load(make())
    choice = recommending.choice(run)
    assert choice is not None
    assert not [*steps.kept_together(run, choice), *steps.by_time(run, choice)]
    run.provenance["data"]["dated"] = ["day: 1"]
    (step,) = steps.by_time(run, choice)
    assert step.lines == 'data:\n  split: {time: "day: 1"}'
    run.provenance["data"]["may_group"] = "patient"
    (step,) = [*steps.kept_together(run, choice), *steps.by_time(run, choice)]
    assert step.lines == 'data:\n  group: "patient"'
    assert step in steps.steps(run, choice)


def test_what_surely_limits_the_network_is_the_first_thing_to_do(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = frames.load(make())
    winner, remedy = str(run.winner), Step("the remedy", "fixed: {epochs: 9}")
    chosen = recommending.Choice(winner, NETWORK, winner, (winner,), (), ())
    monkeypatch.setattr(space_steps, "_remedies", lambda run: iter([remedy]))
    for verdict, is_first in {space_steps.HIGH_BIAS: True, space_steps.CONDITIONAL: False}.items():
        found = limiting.Limit(verdict, 0.1, Interval(0.1, 0.0, 0.2, 20, "", ""))
        monkeypatch.setattr(limiting, "limit", lambda run, name, found=found: found)
        assert (steps.steps(run, chosen)[0] == remedy) == is_first
        assert (list(space_steps.against_likely_limit(run, chosen)) == [remedy]) != is_first


def test_a_setting_to_search_says_what_has_to_go_from_fixed(make: Callable[..., Path]) -> None:
    run = frames.load(make())
    run = replace(run, study_yaml="fixed:\n  learning_rate: 0.1\nspace:\n  l2: [0, 1]\n")
    said = space_steps._search(run, "Search it", {"learning_rate": "{low: 0.01, high: 1}"})
    assert said.do == "Search it. Take it out of fixed, and add:"
    assert said.lines == "space:\n  learning_rate: {low: 0.01, high: 1}"
    assert space_steps._search(run, "Search it", {"hidden": "[[8]]"}).do == "Search it:"
