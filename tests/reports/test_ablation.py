"""The way from the defaults to the winner: a surrogate that knows its doubts, and what it says."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reports.frames import Run, load
from reports.sections.ablation import ablation
from reports.sections.blocks import Paragraphs, Plot
from reports.stats.search import ablation as stats
from reports.stats.search import surrogate


def test_a_surrogate_predicts_within_its_bounds() -> None:
    """A known function of two of three settings, with noise of a known size."""
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(60, 3))

    def true(at: np.ndarray) -> np.ndarray:
        return np.sin(4 * at[:, 0]) + at[:, 1]

    y = true(x) + rng.normal(0, 0.1, 60)
    model = surrogate.fitted(x, y, [[0], [1], [2]])
    new = rng.uniform(size=(200, 3))
    mean, covariance = model.predict(new)
    apart, sd = mean - true(new), np.sqrt(np.diag(covariance))
    assert np.sqrt((apart**2).mean()) < 0.1
    assert (np.abs(apart) < 1.96 * sd).mean() > 0.85
    assert model.lengths[2] == max(surrogate.LENGTHS), "the third setting says nothing"
    assert model.foretold > 0.8
    chance = surrogate.fitted(x, rng.normal(size=60), [[0], [1], [2]])
    assert chance.foretold < 0.2


def planted(run: Run, start: dict[str, object], gain: float) -> stats.Path | None:
    """Of a search whose value is 1, less `gain` with rmsprop, with little noise."""
    noise = np.random.default_rng(1).normal(0, 0.01, len(run.trials))
    is_best = (run.trials["param.optimizer"] == "rmsprop").to_numpy()
    trials = run.trials.assign(state="complete", value=1 - gain * is_best + noise)
    return stats.path(replace(run, trials=trials, memo={}), start, 0.0, 2.0, log=False)


def test_the_change_that_matters_comes_first_and_is_better(make: Callable[..., Path]) -> None:
    run = load(make())
    assert run.winner == "trial 34"
    own = run.trials.set_index("trial").loc[34]
    assert own["param.optimizer"] == "rmsprop"
    start = {name: own[f"param.{name}"] for name in run.parameters}
    start |= {"optimizer": "momentum", "optimizer.momentum.beta": 0.9, "keep_prob": 0.5}
    found = planted(run, start, gain=0.5)
    assert found is not None
    first, second = found.steps
    assert first.words == "optimizer momentum → rmsprop", "its own beta goes with it"
    assert (first.answer, second.answer) == ("better", "not decided")
    assert second.words.startswith("keep probability 0.5 →")
    assert found.start.estimate == pytest.approx(1, abs=0.05)
    assert found.steps[-1].after.estimate == pytest.approx(0.5, abs=0.05)
    worse = planted(run, start, gain=-0.5)
    assert worse is not None
    assert {step.words.split()[0]: step.answer for step in worse.steps}["optimizer"] == "worse"
    assert planted(run, start | {"optimizer": "unheard of"}, gain=0.5) is None


def test_it_is_told_only_where_the_trials_tell_it(make: Callable[..., Path]) -> None:
    run = load(make())
    words, plot, method = ablation(run)
    assert isinstance(words, Paragraphs)
    assert "learning rate 0.001 →" in words.paragraphs[0]
    assert "predicted to be better" in words.paragraphs[0]
    assert isinstance(method, Paragraphs)
    assert "surrogate" in method.paragraphs[0]
    assert isinstance(plot, Plot)
    assert next(iter(plot.figure.data["change"])) == "defaults"
    values = np.random.default_rng(3).normal(1, 0.1, len(run.trials))
    (words,) = ablation(replace(run, trials=run.trials.assign(value=values), memo={}))
    assert isinstance(words, Paragraphs)
    assert "cannot be told" in words.paragraphs[0]
    few = replace(run, trials=run.trials.head(5), memo={})
    assert not list(ablation(few))
