"""Errors by class: from predictions by hand, and what the page says of them."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reports.frames import load
from reports.stats.learned import classes as stats
from reports.stats.sampling import bootstrap


def test_errors_by_class_are_those_of_the_predictions(folder_of: Callable[[str], Path]) -> None:
    run = load(folder_of("multiclass"))
    found = stats.classes(run)
    target = run.predictions.target("test").astype(int)
    guesses = run.predictions.of(run.winner, "test").argmax(axis=-1)
    names = run.provenance["classes"]
    assert [one.name for one in found] == [n for k, n in enumerate(names) if (target == k).any()]
    assert sum(one.rows for one in found) == len(target)
    for one in found:
        own = guesses[:, target == names.index(one.name)]
        assert one.error.estimate == pytest.approx((own != names.index(one.name)).mean())
        assert sum(share for _, share in one.taken_for) == pytest.approx(one.error.estimate)
        for name, share in one.taken_for:
            assert share == pytest.approx((own == names.index(name)).mean())
    mean = np.average([one.error.estimate for one in found], weights=[one.rows for one in found])
    assert mean == pytest.approx(run.rows_of(run.winner)["test_error"].mean(), abs=1e-6)


def test_the_mean_of_the_classes_counts_each_alike(folder_of: Callable[[str], Path]) -> None:
    run = load(folder_of("multiclass"))
    found, mean = stats.classes(run), stats.balanced(run)
    assert mean.estimate == pytest.approx(np.mean([one.error.estimate for one in found]))
    widest = max(one.error.high - one.error.low for one in found)
    assert 0 < mean.high - mean.low < widest


def test_the_mean_of_ten_classes_is_covered_on_both_sides() -> None:
    """With a row more in every class at once coverage was .8, and all misses lay above."""
    rng, runs, count, rows = np.random.default_rng(4), 200, 10, 12
    seeds = bootstrap.replicate_weights(rng, 10, 500)
    drawn = [bootstrap.row_weights(rng, rows, 500) for _ in range(count)]
    below = above = 0
    for _ in range(runs):
        hard = (rng.random((count, rows)) < 0.2)[:, None] & (rng.random((count, 10, rows)) < 0.6)
        each = list(zip(hard.astype(float), drawn, strict=True))
        low, high = bootstrap.percentiles(bootstrap.balanced_parts(each, seeds).on_odds())
        below, above = below + (high < 0.12), above + (low > 0.12)
    assert (below + above) / runs <= 0.08
    assert above <= 0.05 * runs


def test_the_page_names_the_class_with_the_most_errors(
    folder_of: Callable[[str], Path], page_of: Callable[[Path], Path]
) -> None:
    folder = folder_of("multiclass")
    worst = max(stats.classes(load(folder)), key=lambda one: one.error.estimate)
    html = page_of(folder).read_text(encoding="utf-8")
    section = re.search(r'<section [^>]*"classes-heading".*?</section>', html, re.S)[0]
    assert f"The winner errs most on {worst.name}: " in section
    assert section.count("<tr") == 1 + len(stats.classes(load(folder)))


@pytest.mark.parametrize("kind", ["regression", "unconfirmed", "all diverged"])
def test_there_is_no_such_section_without_classes(
    folder_of: Callable[[str], Path], page_of: Callable[[Path], Path], kind: str
) -> None:
    assert stats.classes(load(folder_of(kind))) == ()
    assert 'id="classes"' not in page_of(folder_of(kind)).read_text(encoding="utf-8")
