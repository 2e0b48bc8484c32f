"""Bias and variance along a searched range, as surrogates tell: only what the trials decide."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reports.frames import Run, load
from reports.sections.blocks import Paragraphs, Plot
from reports.sections.predicted_along import predicted_along
from reports.stats.bias_variance import predicted_along as stats


def planted(run: Run) -> Run:
    """The train error rises with log l2, and the gap falls; keep_prob does nothing."""
    rng = np.random.default_rng(0)
    place = (np.log10(run.trials["param.l2"].to_numpy(float)) + 6) / 6  # from 1e-6 to 1
    train = 0.05 + 0.1 * place + rng.normal(0, 0.003, len(place))
    gap = 0.2 - 0.15 * place + rng.normal(0, 0.003, len(place))
    trials = run.trials.assign(state="complete", value=train, train_error=train)
    return replace(run, trials=trials.assign(dev_error=train + gap, diverged=0), memo={})


def test_what_is_planted_is_found(make: Callable[..., Path]) -> None:
    run = planted(load(make()))
    found = {one.axis.name: one for one in stats.predicted(run)}
    assert set(found) == {"l2", "keep_prob"}
    l2 = found["l2"]
    # Errors beyond their upper tenth count as it, so the ends lie a little closer together.
    assert l2.train.change.estimate == pytest.approx(0.1, abs=0.02)
    assert l2.gap.change.estimate == pytest.approx(-0.15, abs=0.03)
    assert l2.is_decided
    np.testing.assert_allclose([l2.at[0], l2.at[-1]], [1e-6, 1])
    assert (l2.train.low < l2.train.middle).all()
    assert not found["keep_prob"].is_decided
    plot, rest = predicted_along(run)
    assert isinstance(plot, Plot)
    assert "(more bias)" in plot.figure.message
    assert "(less variance)" in plot.figure.message
    assert isinstance(rest, Paragraphs)
    assert not rest.tone, "a note would be folded as how the figure was measured"
    assert rest.paragraphs[0].startswith(
        "What keep probability did to bias and variance is not decided"
    )


def test_a_word_that_is_compared_by_itself_is_left_to_its_networks(
    make: Callable[..., Path],
) -> None:
    run = planted(load(make()))
    search = run.provenance["search"] | {"per": "l2"}
    other = replace(run, provenance=run.provenance | {"search": search}, memo={})
    assert [one.axis.name for one in stats.predicted(other)] == ["keep_prob"]
    few = replace(run, trials=run.trials.head(8), memo={})
    assert not stats.predicted(few)
