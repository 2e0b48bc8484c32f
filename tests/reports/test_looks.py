"""Looks at a confirmation that goes on until it is decided: their bounds, and what is open."""

import numpy as np
import pytest

from reports.stats.bias_variance import open_questions
from reports.stats.sampling import looks, out_of_fold
from reports.stats.sampling.out_of_fold import WIDENING
from tests.soak.coverage import until
from tests.soak.coverage.fold_worlds import Learner, Task, confirmed

# Two-sided bounds of equally spaced looks at 5 %, by the spending function like O'Brien and
# Fleming's: Lan and DeMets (1983); Reboussin, DeMets, Kim and Lan (2000).
PUBLISHED = {
    1: [1.960],
    2: [2.963, 1.969],
    3: [3.710, 2.511, 1.993],
    4: [4.333, 2.963, 2.359, 2.014],
    5: [4.877, 3.357, 2.680, 2.290, 2.031],
}


def bounds(shares: list[float]) -> list[float]:
    found: list[float] = []
    for number in range(len(shares)):
        found.append(looks.bound(shares[: number + 1], found))
    return found


@pytest.mark.parametrize("count", PUBLISHED)
def test_bounds_are_those_that_were_published(count: int) -> None:
    found = bounds([number / count for number in range(1, count + 1)])
    np.testing.assert_allclose(found, PUBLISHED[count], atol=0.0015)


def test_one_answer_in_twenty_is_false_over_looks_whose_rows_stay() -> None:
    """Of an estimate that shares the noise of its rows over all looks, networks being added."""
    rng, counts, networks = np.random.default_rng(1), [20, 30, 40, 50, 60], 0.6
    studies, found = 200_000, []
    rows = rng.normal(0, np.sqrt(1 - networks), studies)
    each = [rng.normal(0, np.sqrt(networks * 20 * n), studies) for n in (20, 10, 10, 10, 10)]
    passed, plain = np.zeros(studies, bool), np.zeros(studies, bool)
    for number, count in enumerate(counts, 1):
        share = networks * 20 / count / (1 - networks + networks * 20 / count)
        found.append(looks.bound(looks.shares(counts[:number], 60, share), found))
        estimate = rows + sum(each[:number]) / count
        error = np.sqrt(1 - networks + networks * 20 / count)
        passed |= np.abs(estimate) > found[-1] * error
        plain |= np.abs(estimate) > 1.96 * error
    assert passed.mean() == pytest.approx(0.05, abs=0.002)
    assert plain.mean() > 0.07, "nothing would be gained"


def test_bounds_hold_where_networks_hardly_count_or_alone_do() -> None:
    hardly, alone = (bounds(looks.shares([20, 30, 40], 40, networks)) for networks in (1e-9, 1.0))
    assert hardly == pytest.approx([1.97, 1.97, 1.97], abs=0.06)
    assert alone[0] > 2.7
    assert alone[-1] == pytest.approx(2.0, abs=0.05)


def test_what_is_spent_already_leaves_no_answer() -> None:
    assert looks.bound([0.5, 0.6], [1.5]) == looks.WIDEST


# --- what is open --------------------------------------------------------------------------------


def test_what_rows_leave_by_themselves_has_no_networks_in_it() -> None:
    """Of rows that differ by 1 and of which each repeat says something else, by 2."""
    rng, rows = np.random.default_rng(0), 400
    found = []
    for _ in range(200):
        each = rng.normal(size=rows) + 2 * rng.normal(size=(2, rows))
        found.append(out_of_fold.rows_alone(each, None))
    assert np.mean(found) == pytest.approx(WIDENING**2 / rows, rel=0.15)
    assert np.isnan(out_of_fold.rows_alone(np.ones((1, rows)), None))


def question(first: Learner, second: Learner, n: int, seed: int) -> open_questions.Question:
    """Whether the winner is better than the defaults, at 20 networks of 60."""
    rng = np.random.default_rng(seed)
    run = confirmed(rng, Task(), {"trial 1": first, "defaults": second}, n)
    return open_questions.look(until.strict(run), [20], 60, []).questions[0]


def test_what_only_rows_settle_is_told_with_how_many() -> None:
    """Linear models have no seeds, and whatever the folds they are nearly the same."""
    one = question(Learner(0, 1.0), Learner(0, 3.0), 150, seed=0)
    assert (one.word, one.is_open, one.unit) == ("not decided", False, "rows")
    assert one.rows > 150


def test_what_networks_may_settle_is_open() -> None:
    """Of four hidden units as they happen to be, no two networks are alike."""
    one = question(Learner(6, 1.0), Learner(4, 1.0), 1000, seed=1)
    assert (one.word, one.is_open, one.rows) == ("not decided", True, 0)
    assert one.networks > 0.5
