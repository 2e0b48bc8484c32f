"""A loss in parts: they add up, agree with every pair of networks, and are said on the page."""

import itertools
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports import labels
from reports.folds import Folds
from reports.frames import Run, RunFolderError, load
from reports.sections.blocks import Pairs, Paragraphs, Plot, Section, Table
from reports.sections.decomposition import decomposition
from reports.sections.methods import methods
from reports.stats.bias_variance import decomposition as stats
from reports.stats.bias_variance.larger import larger
from reports.stats.sampling import spread
from reports.stats.sampling.crossing import crossed
from reports.stats.sampling.intervals import none
from tests import needs

RNG = np.random.default_rng
LOSSES = ("log-loss", "Brier", "squared", "Kohavi-Wolpert")


def case(name: str, sets: int = 4, starts: int = 3, rows: int = 7) -> tuple[Any, Any, Any]:
    """A loss, outputs (sets, starts, rows, K) and the target as it takes it."""
    rng = RNG(3)
    if name == "squared":
        return (
            spread.Squared(),
            rng.normal(size=(sets, starts, rows, 1)),
            rng.normal(size=(rows, 1)),
        )
    logits = rng.normal(size=(sets, 1, rows, 3)) + rng.normal(size=(sets, starts, rows, 3))
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    target = rng.integers(0, 3, rows)
    if name == "log-loss":
        return spread.LogLoss(-87.0), np.log(p), target
    hot = spread.one_hot(target, 3)
    if name == "Brier":
        return spread.Squared(), p, hot
    return spread.Squared(0.5), spread.one_hot(p.argmax(axis=-1), 3), hot


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("starts", [1, 2, 3])
def test_parts_add_up_to_the_loss(name: str, starts: int) -> None:
    """The center's loss is computed by itself, not as what is left."""
    loss, outputs, target = case(name, starts=starts)
    found = spread.parts(loss, outputs, target)
    added = found.remains + found.sets + (0 if found.starts is None else found.starts)
    np.testing.assert_allclose(added, found.loss, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.loss, loss.losses(outputs, target).mean(axis=1))
    assert (found.starts is None) == (starts == 1)


def test_the_loss_of_answers_is_the_share_of_errors() -> None:
    loss, outputs, hot = case("Kohavi-Wolpert")
    wrong = outputs.argmax(axis=-1) != hot.argmax(axis=-1)
    np.testing.assert_array_equal(loss.losses(outputs, hot), wrong)


def test_the_log_loss_is_that_of_the_geometric_mean_and_the_divergence_from_it() -> None:
    loss, outputs, target = case("log-loss")
    log_p = outputs.reshape(-1, *outputs.shape[2:])
    center = np.exp(log_p.mean(axis=0))
    center /= center.sum(axis=-1, keepdims=True)
    own = center[np.arange(len(target)), target]
    divergence = [(center * (np.log(center) - one)).sum(axis=-1) for one in log_p]
    mean = log_p.mean(axis=0)
    np.testing.assert_allclose(loss.center(mean, target), -np.log(own), atol=1e-12)
    np.testing.assert_allclose(loss.spread(mean), np.mean(divergence, axis=0), atol=1e-12)


def test_a_saturated_probability_stays_finite() -> None:
    outputs = np.array([[0.0, -np.inf], [-0.7, -0.7]]).reshape(2, 1, 1, 2)
    found = spread.parts(spread.LogLoss(-87.0), outputs, np.array([1]))
    assert np.isfinite(found.remains).all()


@pytest.mark.parametrize("name", ["Brier", "squared", "Kohavi-Wolpert"])
def test_a_spread_is_half_the_squared_distance_of_two_networks(name: str) -> None:
    """Every pair: of one training set for the starts, of two for rows and starts together."""
    loss, outputs, target = case(name)
    sets, starts = outputs.shape[:2]
    found = spread.parts(loss, outputs, target)
    networks = list(itertools.product(range(sets), range(starts)))
    same, other = [], []
    for one, two in itertools.permutations(networks, 2):
        half = loss.scale * ((outputs[one] - outputs[two]) ** 2).sum(axis=-1) / 2
        (same if one[0] == two[0] else other).append(half)
    assert found.starts is not None
    np.testing.assert_allclose(found.starts.mean(axis=0), np.mean(same, axis=0), atol=1e-12)
    both = (found.sets + found.starts).mean(axis=0)
    np.testing.assert_allclose(both, np.mean(other, axis=0), atol=1e-12)


def test_sources_are_those_of_an_analysis_of_variance_also_below_zero() -> None:
    """σ²_seed = MSW, σ²_data = (MSB - MSW) / S: Searle, Casella and McCulloch (1992), ch. 3."""
    loss, outputs, target = case("squared", sets=5, starts=4)
    found, x = spread.parts(loss, outputs, target), outputs[..., 0]
    between = 4 * x.mean(axis=1).var(axis=0, ddof=1)
    within = x.var(axis=1, ddof=1).mean(axis=0)
    assert found.starts is not None
    np.testing.assert_allclose(found.starts.mean(axis=0), within, atol=1e-12)
    np.testing.assert_allclose(found.sets.mean(axis=0), (between - within) / 4, atol=1e-12)
    assert (found.sets.mean(axis=0) < 0).any()


def test_few_networks_do_not_make_the_spread_too_small() -> None:
    """All samples of four networks from three kinds, in the place of rows: the mean over them."""
    kinds = np.log(np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7]]))
    loss = spread.LogLoss(-87.0)
    drawn = np.array(list(itertools.product(range(3), repeat=4)))
    outputs = kinds[drawn].transpose(1, 0, 2)[:, None]
    truth = float(loss.spread(kinds.mean(axis=0)))
    found = spread.parts(loss, outputs, np.zeros(len(drawn), int))
    plain = float(loss.spread(outputs.mean(axis=(0, 1))).mean())
    assert plain == pytest.approx(truth * 3 / 4, rel=0.03)
    assert found.sets.mean() == pytest.approx(truth, rel=0.01)


def divided() -> Iterator[list[tuple[int, ...]]]:
    """Each division of six rows into three folds of two."""
    for order in itertools.permutations(range(6)):
        folds = [order[:2], order[2:4], order[4:]]
        if all(one[0] < one[1] for one in folds) and folds == sorted(folds):
            yield folds


@pytest.mark.parametrize("repeats", [1, 2])
def test_sets_that_share_rows_are_widened_to_sets_that_share_none(repeats: int) -> None:
    """For a mean of rows, over all ways to divide them: exactly what m fresh rows would give."""
    rows = RNG(5).normal(size=6)
    total, ways = rows.sum(), list(divided())
    assert len(ways) == 15
    variances = []
    for chosen in itertools.product(ways, repeat=repeats):
        means = [(total - rows[list(fold)].sum()) / 4 for way in chosen for fold in way]
        variances.append(np.var(means, ddof=1))
    factor = Folds(3, repeats, 1).widening(3 * repeats)
    assert factor * np.mean(variances) == pytest.approx(rows.var(ddof=1) / 4, rel=1e-12)


def test_what_most_say_adds_up_for_three_classes() -> None:
    """Row by row, as Domingos (2000) counts."""
    rng = RNG(8)
    labels, target = rng.integers(0, 3, (9, 40)), rng.integers(0, 3, 40)
    found = spread.majority(labels, target, 3)
    wrong, away, back = 0, 0.0, 0.0
    for said, truth in zip(labels.T, target, strict=True):
        counts = Counter(said.tolist())
        most = min(counts, key=lambda label: (-counts[label], label))
        wrong += most != truth
        away += (most == truth) * np.mean(said != most)
        back += (most != truth) * np.mean(said == truth)
    shares = [wrong / 40, away / 40, back / 40]
    assert [found.wrong, found.away, found.back] == pytest.approx(shares, abs=1e-12)
    assert found.wrong + found.away - found.back == pytest.approx(found.error, abs=1e-12)


class Replayed:
    """An estimator that says what was said, one network a fit."""

    def __init__(self, labels: Any) -> None:
        self.labels = iter(labels)

    def fit(self, *_: Any) -> "Replayed":
        self.said = next(self.labels)
        return self

    def predict(self, *_: Any) -> Any:
        return self.said


def test_what_most_say_and_the_squared_parts_are_mlxtend_s() -> None:
    try:
        from mlxtend.evaluate import bias_variance_decomp
    except ImportError:
        needs.missing("mlxtend", "pip install mlxtend")
    rng, nothing = RNG(2), np.zeros((3, 1))
    labels, target = rng.integers(0, 2, (7, 50)), rng.integers(0, 2, 50)
    asked: dict[str, Any] = {"num_rounds": 7, "random_seed": 0}
    theirs = bias_variance_decomp(
        Replayed(labels), nothing, nothing[:, 0], nothing, target, loss="0-1_loss", **asked
    )
    found = spread.majority(labels, target, 2)
    assert [found.error, found.wrong, found.away + found.back] == pytest.approx(theirs)
    x, y = rng.normal(size=(7, 50)), rng.normal(size=50)
    theirs = bias_variance_decomp(
        Replayed(x), nothing, nothing[:, 0], nothing, y, loss="mse", **asked
    )
    loss = spread.Squared()
    mean = loss.statistics(x[..., None]).mean(axis=0)
    parts = (loss.center(mean, y[:, None]).mean(), loss.spread(mean).mean())
    assert parts == pytest.approx(theirs[1:])


def test_intervals_of_groups_and_of_few_sets() -> None:
    rng = RNG(0)
    group = np.repeat(np.arange(20), 5)
    values = rng.normal(1, 0.1, (10, 100)) + rng.normal(size=20)[group]
    alone, together = crossed(values), crossed(values, group)
    assert together.high - together.low > 1.8 * (alone.high - alone.low)
    counted = crossed(values + rng.normal(size=(10, 1)), sets=5)
    assert counted.high - counted.low > 1.2 * (alone.high - alone.low)
    assert crossed(np.abs(values) * 1e-6 + rng.exponential(1, 100) ** 4, positive=True).low > 0
    wild = np.concatenate([values * 1e-3, 1e6 + values[:2]])
    assert crossed(wild, sets=2, positive=True).why == "the training sets differ too much"
    assert crossed(values[:4]).why == "fewer than 5 training sets"
    assert not crossed(values, np.zeros(100)).known


@pytest.fixture
def resampled(make: Callable[..., Path], copy: Callable[[Path], Path]) -> Callable[..., Path]:
    """A run folder whose confirmation is folds x repeats x seeds."""

    def made(folds: Any = 5, repeats: Any = 2, seeds: Any = 2, **what: Any) -> Path:
        folder = copy(make(top=1, confirmed=20, **what))
        path = folder / "provenance.json"
        said = json.loads(path.read_text())
        counts = {"folds": folds, "repeats": repeats, "seeds": seeds}
        said["confirm"] |= {"resample": "kfold", **counts}
        path.write_text(json.dumps(said))
        return folder

    return made


def words(found: Section | None) -> str:
    """All that a section says outside of tables and figures."""
    assert found is not None
    texts = [block.paragraphs for block in found.blocks if isinstance(block, Paragraphs)]
    pairs = [pair for block in found.blocks if isinstance(block, Pairs) for pair in block.items]
    return " ".join([*sum(texts, ()), *(f"{term}: {text}" for term, text in pairs)])


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_the_page_says_the_parts_of_the_loss_of_test_rows(
    resampled: Callable[..., Path], task: str
) -> None:
    run = load(resampled(task=task))
    found, section = stats.decomposed(run), decomposition(run)
    assert section is not None
    assert [(one.config, one.lost) for one in found] == [(run.winner, 0), ("defaults", 2)]
    frame = stats.frame(found)
    parts = frame[["remains", "sets", "starts"]].sum(axis=1)
    np.testing.assert_allclose(parts, frame["total"], atol=1e-12)
    for one in found:
        confirmed = run.rows_of(one.config)[one.lost :]["test_loss"].mean()
        assert one.each[0].total == pytest.approx(confirmed, rel=1e-5)
    first = found[0].each[0]
    assert first.sets.estimate == pytest.approx(4.5 * first.shared)
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    (plot,) = (block for block in section.blocks if isinstance(block, Plot))
    assert len(table.rows) == len(plot.figure.data) == len(frame)
    assert "comes from which rows it was trained on" in words(section)
    assert ("What most networks say" in words(section)) == (task == "multiclass")
    assert "Where the error comes from" in str(methods(run))


def test_a_run_on_one_split_has_no_such_section(folder_of: Callable[[str], Path]) -> None:
    for kind in ("ordinary", "unconfirmed"):
        run = load(folder_of(kind))
        assert decomposition(run) is None
        assert "Where the error comes from" not in str(methods(run))


def test_one_start_a_training_set_tells_no_source(resampled: Callable[..., Path]) -> None:
    run = load(resampled(repeats=4, seeds=1))
    for one in stats.decomposed(run)[0].each:
        assert one.starts is None
        assert one.is_bound
    assert "more than one start a training set" in words(decomposition(run))


def test_few_training_sets_have_no_interval_and_no_answer(resampled: Callable[..., Path]) -> None:
    said = words(decomposition(load(resampled(folds=2, repeats=2, seeds=5))))
    assert "No interval: fewer than 5 training sets." in said
    assert "is not decided: fewer than 5 training sets." in said


def test_training_sets_with_a_diverged_network_are_left_out(
    resampled: Callable[..., Path],
) -> None:
    folder = resampled()
    confirm = pd.read_parquet(folder / "confirm.parquet")
    winner = confirm["rank"] == 1
    confirm.loc[winner & (confirm["replicate"] == 3), "status"] = "diverged"
    confirm.to_parquet(folder / "confirm.parquet", index=False)
    run = load(folder)
    found = stats.decomposed(run)[0]
    assert (found.networks, found.sets, found.lost) == (18, 9, 2)
    assert f"2 networks of {labels.named(run)(run.winner)} are left out" in words(
        decomposition(run)
    )
    confirm.loc[winner & (confirm["replicate"] > 1), "status"] = "diverged"
    confirm.to_parquet(folder / "confirm.parquet", index=False)
    assert "Of the defaults' loss" in words(decomposition(load(folder)))


def test_counts_that_the_predictions_do_not_have_are_refused(
    resampled: Callable[..., Path],
) -> None:
    said = r"expected \(30, 114, ...\), got shape \(20, 114, 2\)"
    with pytest.raises(RunFolderError, match=said):
        decomposition(load(resampled(repeats=3)))


def test_which_is_larger_goes_by_what_noise_may_be(resampled: Callable[..., Path]) -> None:
    run: Run = load(resampled())
    one = stats.decomposed(run)[0].each[0]
    best = stats.best_tried(run)
    assert best is not None

    def answer(low: float, high: float, variance: float, **said: Any) -> str:
        lead = replace(one.lead, estimate=(low + high) / 2, low=low, high=high)
        whole = replace(one.variance, high=variance)
        there = replace(run, provenance={**run.provenance, **said})
        return larger(there, replace(one, lead=lead, variance=whole, total=1.0)).answer

    assert answer(-0.3, -0.1, 0.9) == "variance"
    assert answer(best[1] + 0.1, 0.9, 0.3) == "bias"
    assert answer(best[1] - 0.01, 0.9, 0.05) == "little variance"
    assert answer(-0.01, best[1] + 0.01, 0.3) == "by noise"
    assert answer(best[1] - 0.01, 0.9, 0.3) == "not decided"
    assert answer(-0.2, 0.1, 0.3) == "not decided"
    numbers = {"task": "regression", "reference": 0.5}
    assert answer(0.1, 0.2, 0.3, **numbers) == "variance"
    assert answer(0.3, 0.4, 0.3, **numbers) == "bias"
    assert answer(0.2, 0.3, 0.3, **numbers) == "not decided"
    unknown = none(0.1, 2, "few")
    assert larger(run, replace(one, lead=unknown)).answer == "not decided"


def test_no_noise_is_above_the_best_of_all_that_was_tried(resampled: Callable[..., Path]) -> None:
    run = load(resampled())
    name, loss = stats.best_tried(run) or ("", math.nan)
    means = run.confirm.groupby("config")[["dev_loss", "test_loss"]].mean()
    assert name == means["dev_loss"].idxmin()
    assert loss == pytest.approx(means.loc[name, "test_loss"])
