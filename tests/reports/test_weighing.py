"""Rows with weights in the report's statistics: as ratios of weighted sums."""

import numpy as np
import pytest

from reports.stats.sampling import bootstrap, out_of_fold, resampling, scores


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_means_of_draws_are_weighted_by_the_plain_loop(rng: np.random.Generator) -> None:
    losses, weight = rng.gamma(1, 1, (3, 12)), rng.gamma(1, 1, 12)
    rows = bootstrap.row_weights(rng, 12, 40, weight=weight / weight.mean())
    found = rows.means(losses)
    for draw in range(40):
        own = weight * rows.counts[draw]
        np.testing.assert_allclose(found[draw], np.average(losses, axis=1, weights=own))
    np.testing.assert_allclose(rows.mean(losses), np.average(losses, axis=1, weights=weight))


def test_the_standard_error_is_that_of_the_draws(rng: np.random.Generator) -> None:
    values, weight = rng.gamma(1, 1, 400), rng.gamma(1, 1, 400)
    rows = bootstrap.row_weights(rng, 400, 4000, weight=weight / weight.mean())
    error, _, _ = rows.standard_errors(values)
    assert error == pytest.approx(rows.means(values[None])[:, 0].std(), rel=0.05)
    assert error == pytest.approx(resampling.standard_error(values, None, rows.weight), rel=1e-6)


@pytest.mark.parametrize("root", [False, True])
def test_intervals_of_equal_weights_are_those_without(rng: np.random.Generator, root: bool) -> None:
    losses = rng.gamma(1, 1, (3, 50))
    seeds = bootstrap.replicate_weights(rng, 3)
    plain, alike = (
        bootstrap.row_weights(np.random.default_rng(0), 50, weight=weight)
        for weight in (None, np.ones(50))
    )
    one, other = (bootstrap.crossed(losses, seeds, rows, root) for rows in (plain, alike))
    ends = (other.estimate, other.low, other.high)
    assert (one.estimate, one.low, one.high) == pytest.approx(ends)


def test_a_share_of_weighted_rows_lies_about_the_weighted_share(rng: np.random.Generator) -> None:
    """Heavy rows are all right here: rows counted one by one would say 0.5."""
    wrong = np.tile([0.0, 1.0], 50)[None]
    weight = np.tile([1.8, 0.2], 50)
    rows = bootstrap.row_weights(rng, 100, weight=weight)
    found = bootstrap.proportion(wrong, np.ones((bootstrap.DRAWS, 1)), rows)
    assert found.estimate == pytest.approx(0.1)
    assert found.low < 0.1 < found.high < 0.2


def test_scores_and_folds_go_by_the_weights(rng: np.random.Generator) -> None:
    target, weight = rng.integers(0, 2, 30), rng.gamma(1, 1, 30)
    outputs = np.log(rng.dirichlet([1, 1], (2, 30)))
    found = scores.plain(scores.SCORES["auc"], target, outputs, weight)
    assert found != pytest.approx(scores.plain(scores.SCORES["auc"], target, outputs))
    losses, of = rng.gamma(1, 1, (2, 30)), np.array([np.arange(30) % 3, 3 + np.arange(30) % 3])
    rows = bootstrap.row_weights(rng, 30, 50, weight=weight / weight.mean())
    off = out_of_fold.others(losses, of, rows).off
    apart = losses - losses.mean(axis=0)
    own = of[0] == 1
    assert off[1] == pytest.approx(np.average(apart[0][own], weights=weight[own]))
