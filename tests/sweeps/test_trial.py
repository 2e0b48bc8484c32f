"""A task's outcome: what a value is, divergence, the best epoch, the confirmation's pieces."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import dnn
from sweeps.data import Dataset
from sweeps.data.datasets.loading import load
from sweeps.phases.training_jobs import pieces
from sweeps.study.data_section import DataSpec
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.metrics import worst
from sweeps.study.objectives import Objective
from sweeps.training import counting, seeds
from sweeps.training.merging import merge
from sweeps.training.networks import initialize, network
from sweeps.training.stop_rules import BestAbove
from sweeps.training.task import Task
from sweeps.training.trial import train


@pytest.fixture(scope="module")
def moons() -> Dataset:
    return load(DataSpec(source="synthetic:moons", options={"rows": 200}), Path(), "float32")


def task(**changes: object) -> Task:
    words = {k: changes.pop(k) for k in list(changes) if k in VOCABULARY.defaults()}
    config = VOCABULARY.defaults() | {"hidden": (8,), "epochs": 5}
    config |= {word: VOCABULARY.canonical(word, value) for word, value in words.items()}
    named = {k: changes.pop(k) for k in ("metric", "at") if k in changes}
    goal = Objective.model_validate({"at": "last"} | named)
    whole = Task(0, config, 0, seeds.SEARCH, range(4), (goal,), "float32")
    return replace(whole, **changes)  # type: ignore[arg-type]


def test_a_value_is_the_mean_over_replicates_at_the_last_epoch(moons: Dataset) -> None:
    outcome = train(task(), moons)
    assert outcome.state == "complete"
    assert outcome.curves["dev_loss"].shape == (6, 4)
    assert outcome.value == pytest.approx(outcome.curves["dev_loss"][-1].mean())
    np.testing.assert_allclose(outcome.reports, outcome.curves["dev_loss"].mean(axis=1))
    for score, values in outcome.final.items():
        np.testing.assert_allclose(values, outcome.curves[score][-1])
    assert len(set(outcome.final["dev_loss"])) == 4  # replicates differ


def test_replicates_are_paired_between_trials(moons: Dataset) -> None:
    """Two configurations of one shape start from the same parameters and batch order."""
    one, other = task(learning_rate=1e-3), task(learning_rate=1e-1)
    np.testing.assert_array_equal(
        train(one, moons).curves["dev_loss"][0], train(other, moons).curves["dev_loss"][0]
    )


def test_best_selects_each_networks_best_epoch(moons: Dataset) -> None:
    rough = task(learning_rate=0.3, at="best", epochs=15, keep=True)
    outcome = train(rough, moons)
    best = outcome.curves["dev_loss"].min(axis=0)
    assert outcome.value == pytest.approx(best.mean())
    np.testing.assert_allclose(outcome.final["dev_loss"], best, rtol=1e-6)
    assert (np.diff(outcome.reports) <= 0).all()
    assert not np.allclose(best, outcome.curves["dev_loss"][-1])
    # The parameters kept are those of that epoch.
    loss, _ = dnn.score(network(rough.config, moons), outcome.arrays["theta"], moons.parts["dev"])
    np.testing.assert_allclose(loss, best, rtol=1e-6)


@pytest.mark.parametrize("at", ["last", "best", "shared"])
@pytest.mark.parametrize("metric", ["dev_error", "auc", "gap"])
@pytest.mark.parametrize("patience", ["none", 2])
def test_scores_are_those_of_the_networks_that_count(
    moons: Dataset, metric: str, at: str, patience: int | str
) -> None:
    """Of the epoch that counts, be more of the metric better or less of it."""
    rough = task(learning_rate=0.3, metric=metric, at=at, epochs=15, patience=patience, keep=True)
    outcome = train(rough, moons)
    net, theta = network(rough.config, moons), outcome.arrays["theta"]
    for part in ("train", "dev", "test"):
        loss, error = dnn.score(net, theta, moons.parts[part])
        np.testing.assert_allclose(outcome.final[f"{part}_loss"], loss, rtol=1e-5)
        np.testing.assert_allclose(outcome.final[f"{part}_error"], error)
    assert outcome.value == pytest.approx(outcome.final[metric].mean(), abs=1e-6)
    if at == "best":
        last = replace(rough, objectives=(Objective(metric=metric, at="last"),))
        extreme = np.max if metric == "auc" else np.min
        np.testing.assert_array_equal(outcome.final[metric], extreme(train(last, moons).each, 0))


@pytest.mark.parametrize("metric", ["dev_loss", "auc"])
def test_networks_share_the_epoch_that_is_best_on_their_mean(moons: Dataset, metric: str) -> None:
    rough = task(learning_rate=0.3, metric=metric, at="shared", epochs=15, keep=True)
    outcome, sign = train(rough, moons), -1 if metric == "auc" else 1
    every = train(replace(rough, objectives=(Objective(metric=metric, at="last"),)), moons).each
    epoch = 1 + int((sign * every[1:].mean(axis=1)).argmin())
    assert 1 < epoch < 15  # else nothing is told apart
    assert counting.epoch(rough.objectives[0], outcome) == epoch
    assert outcome.value == pytest.approx(every[epoch].mean())
    np.testing.assert_allclose(outcome.final[metric], every[epoch])
    np.testing.assert_allclose(outcome.final["dev_error"], outcome.curves["dev_error"][epoch])
    assert (np.diff(sign * outcome.reports[1:]) <= 0).all()  # a pruner sees the best so far
    loss, _ = dnn.score(network(rough.config, moons), outcome.arrays["theta"], moons.parts["dev"])
    np.testing.assert_allclose(loss, outcome.curves["dev_loss"][epoch], rtol=1e-6)


def test_an_untrained_network_is_not_the_best(moons: Dataset) -> None:
    """Though all that training does is harm."""
    harmed = task(learning_rate=10.0, at="shared")
    outcome = train(harmed, moons)
    assert counting.epoch(harmed.objectives[0], outcome) in range(1, 6)
    assert outcome.value > outcome.curves["dev_loss"][0].mean()


def test_an_epoch_that_was_chosen_before_counts_whatever_is_best(moons: Dataset) -> None:
    rough = task(learning_rate=0.3, at="shared", epochs=15, keep=True, phase=seeds.CONFIRM)
    own = counting.epoch(rough.objectives[0], train(rough, moons))
    for epoch in (3, 9):
        assert epoch != own
        outcome = train(replace(rough, counted_epoch=epoch), moons)
        assert len(outcome.curves["epoch"]) == 16  # the horizon is everyone's
        np.testing.assert_allclose(outcome.final["dev_loss"], outcome.curves["dev_loss"][epoch])
        loss, _ = dnn.score(
            network(rough.config, moons), outcome.arrays["theta"], moons.parts["dev"]
        )
        np.testing.assert_allclose(loss, outcome.final["dev_loss"], rtol=1e-6)


@pytest.mark.parametrize("at", ["last", "best"])
@pytest.mark.parametrize("metric", ["dev_loss", "dev_error"])
def test_diverged_replicates_score_the_worst(moons: Dataset, metric: str, at: str) -> None:
    gone = task(optimizer="gradient_descent", learning_rate=1e30, metric=metric, at=at, keep=True)
    outcome = train(gone, moons)
    assert outcome.state == "complete"
    assert outcome.curves["diverged"][-1].all()
    expected = {"dev_loss": 10 * moons.constants["dev_loss"], "dev_error": 1.0}[metric]
    assert worst(moons, metric) == expected
    if at == "last":
        assert outcome.value == expected
        assert (outcome.final["test_error"] == 1).all()
    else:  # epoch 0 was fine, and it is the best there was
        assert outcome.value < expected
        assert not outcome.arrays["gone"].any()


def test_none_scores_worse_than_a_diverged_one(moons: Dataset) -> None:
    """Else the sampler would prefer the middle of a diverging region to its edge."""
    values = [
        train(task(optimizer="adam", learning_rate=rate), moons).value
        for rate in (1e-2, 1e1, 1e3, 1e30)
    ]
    assert values == sorted(values)
    assert values[-1] == worst(moons, "dev_loss")


def test_a_losing_trial_stops_before_the_end(moons: Dataset) -> None:
    outcome = train(task(stop_rule=BestAbove((np.inf, np.inf, 0.0, 0.0, 0.0, 0.0))), moons)
    assert outcome.state == "pruned"
    assert outcome.curves["epoch"].tolist() == [0, 1, 2]
    assert outcome.value == outcome.reports[-1]
    last_only = (np.inf,) * 5 + (0.0,)
    assert train(task(stop_rule=BestAbove(last_only)), moons).state == "complete"


def test_the_confirmations_pieces_are_the_whole(moons: Dataset) -> None:
    """20 networks at once, or in pieces of 5: bit for bit."""
    whole = task(
        phase=seeds.CONFIRM, replicates=range(12), keep=True, keep_prob=0.8, counted_epoch=3
    )
    parts = [train(replace(whole, replicates=piece), moons) for piece in pieces(range(12))]
    joined = merge(parts, whole.objectives, ())
    outcome = train(whole, moons)
    assert [len(piece) for piece in pieces(range(12))] == [5, 5, 2]
    for name in ("dev_loss", "train_error", "diverged"):
        np.testing.assert_array_equal(joined.curves[name], outcome.curves[name])
    for name, values in outcome.arrays.items():
        np.testing.assert_array_equal(joined.arrays[name], values)
    np.testing.assert_allclose(joined.reports, outcome.reports)


def test_per_layer_keep_prob_and_initializer_settings_arrive(moons: Dataset) -> None:
    settings = task(hidden=[8, 4], keep_prob=[0.5, 1.0], initializer={"normal": {"scale": 2}})
    theta = initialize(settings.config, moons, seeds.streams(0, 0, range(50)), "float64")
    net = network(settings.config, moons)
    assert theta[:, : net.n_weights].std() == pytest.approx(2, rel=0.05)
    dropped = train(settings, moons).curves["train_loss"][-1]
    kept = train(replace(settings, config=settings.config | {"keep_prob": 1.0}), moons)
    assert not np.array_equal(dropped, kept.curves["train_loss"][-1])


def test_float64_and_full_batches(moons: Dataset) -> None:
    data = load(DataSpec(source="synthetic:moons", options={"rows": 200}), Path(), "float64")
    outcome = train(task(batch_size="full", dtype="float64", keep=True), data)
    assert outcome.arrays["theta"].dtype == np.float64
    assert outcome.curves["updates"].tolist() == [0, 1, 2, 3, 4, 5]
