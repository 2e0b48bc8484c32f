"""Intervals against scipy, and on random data."""

import math

import numpy as np
import pytest
from scipy import stats

from reports.stats.sampling import intervals


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.mark.parametrize("n", [2, 3, 10, 40])
def test_t_is_scipys(rng: np.random.Generator, n: int) -> None:
    values = rng.normal(size=n)
    found = intervals.t_mean(values)
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    np.testing.assert_allclose((found.low, found.high), (low, high), rtol=1e-9)


def test_paired_t_is_scipys(rng: np.random.Generator) -> None:
    a, b = rng.normal(size=(2, 12))
    found = intervals.paired_t(a, b)
    low, high = stats.ttest_rel(a, b).confidence_interval(0.95)
    np.testing.assert_allclose((found.low, found.high), (low, high), rtol=1e-9)
    with pytest.raises(ValueError, match=r"expected pairs, got \(12,\) and \(3,\)"):
        intervals.paired_t(a, b[:3])


def test_p_above_is_the_one_sided_t_test(rng: np.random.Generator) -> None:
    values = rng.normal(0.3, 1, 9)
    expected = 1 - stats.ttest_1samp(values, 0.1, alternative="greater").pvalue
    assert intervals.p_above(values, 0.1) == pytest.approx(expected)
    assert intervals.p_above(np.full(4, 0.2), 0.1) == 1.0
    assert intervals.p_above(np.full(4, 0.0), 0.1) == 0.0


@pytest.mark.parametrize(("errors", "n"), [(0, 20), (3, 114), (114, 114)])
def test_wilson_by_its_closed_form(errors: int, n: int) -> None:
    found, z, p = intervals.wilson(errors, n), stats.norm.ppf(0.975), errors / n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    np.testing.assert_allclose((found.low, found.high), (middle - half, middle + half), atol=1e-9)


def test_one_value_has_no_interval_and_says_why() -> None:
    found = intervals.t_mean(np.array([0.2]))
    assert found.estimate == 0.2
    assert not found.known
    assert found.kind == "no interval: one replicate"
    assert not found.excludes_zero


def test_moved_bounds_are_wider_by_as_much_and_hold_the_estimate() -> None:
    found = intervals.t_mean(np.array([1.0, 2.0, 3.0, 4.0])).moved(0.5)
    half = intervals.t_mean(np.array([1.0, 2.0, 3.0, 4.0])).high - 2.5
    assert (found.low, found.high) == pytest.approx(
        (3 - math.hypot(half, 0.5), 3 + math.hypot(half, 0.5))
    )
    assert found.estimate == 2.5
    assert intervals.none(0.5, 1, "one model").moved(0.1).why == "one model"
