"""The best value so far: what counts, where it improves, and what is said of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from reports.frames import Run, load
from reports.sections.best_so_far import best_so_far
from reports.sections.blocks import Paragraphs, Plot
from reports.stats.search.best_so_far import course
from reports.text import SPACE, number

TRIALS = pd.DataFrame(
    {
        "state": ["pruned", "complete", "complete", "complete", "failed", "complete"],
        "feasible": [True, True, False, True, True, True],
        "value": [0.1, 0.5, 0.2, 0.4, np.nan, 0.45],
        "seconds": [1.0, 2, 3, 4, np.nan, 5],
    }
)


def test_complete_trials_that_keep_the_constraints_count() -> None:
    found = course("", TRIALS, 1)
    np.testing.assert_array_equal(found.best, [np.nan, 0.5, 0.5, 0.4, 0.4, 0.4])
    np.testing.assert_array_equal(found.seconds, [1, 3, 6, 10, 10, 15])
    assert found.last == 4
    np.testing.assert_array_equal(course("", TRIALS, -1).best[1:], [0.5] * 5)
    assert course("", TRIALS.head(1), 1).last == 0


def said(run: Run) -> tuple[str, Plot]:
    words, plot = best_so_far(run)
    assert isinstance(words, Paragraphs)
    assert isinstance(plot, Plot)
    return words.paragraphs[0], plot


def test_the_last_improvement_is_named(make: Callable[..., Path]) -> None:
    run = load(make())
    done = run.trials[(run.trials["state"] == "complete") & run.trials["value"].notna()]
    best = done.loc[done["value"].idxmin()]
    words, plot = said(run)
    assert (
        f"dev loss of the search, {best['value']:.3f}, came after {best['trial'] + 1} of" in words
    )
    assert f"(trial {best['trial']})" in words, "with what"
    assert len(set(plot.figure.data["search"])) == 1
    (drawn,) = plot.figure.panels  # seconds stand under the trials: they would draw the same line
    total = number(float(run.trials["seconds"].sum()), 2)
    assert f">{total}{SPACE}s<" in drawn.svg
    assert not list(best_so_far(replace(run, trials=run.trials.head(3), memo={})))


def test_each_arm_of_a_word_has_a_line(make: Callable[..., Path]) -> None:
    run = load(make(search={"per": "optimizer"}))
    _, plot = said(run)
    ends = plot.figure.data.groupby("search", sort=False)["best"].last()
    assert set(ends.index) == {"adam", "momentum", "rmsprop"}
    assert list(ends) == sorted(ends), "best first"
    assert len(plot.figure.panels) == 2, "arms take each its own time"
    assert "of each arm" in plot.figure.caption
