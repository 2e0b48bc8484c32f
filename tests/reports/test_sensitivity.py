"""What the section on sensitivity says of the sampler, and of parameters that few trials had."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.frames import load
from reports.sections.blocks import Plot, Text
from reports.sections.sensitivity import sensitivity


def paragraphs(run):
    blocks = sensitivity(run).blocks
    return " ".join(words for b in blocks if isinstance(b, Text) for words in b.paragraphs)


@pytest.mark.parametrize(
    ("sampler", "trials", "said"),
    [
        ("tpe (startup 10)", 40, "expected good values, after the first 10 at random"),
        ("tpe (startup 10)", 10, "drew at random: it had not begun to learn"),
        ("tpe", 40, "expected good values."),
        ("random", 40, "spread over the space whatever their values"),
    ],
)
def test_how_the_trials_were_placed(make, sampler, trials, said):
    run = load(make(trials=trials, search={"sampler": sampler}))
    assert said in paragraphs(run)


def test_the_importance_of_an_arms_parameter_says_among_how_many(folder_of):
    run = load(folder_of("ordinary"))
    figure = next(b.figure for b in sensitivity(run).blocks if isinstance(b, Plot))
    had = run.importance.set_index("parameter")["trials"]["optimizer.momentum.beta"]
    assert f"({had} trials)" in figure.panels[0].svg
    assert "judged among these alone (grey)" in figure.caption
    assert "hardly more than a hint" in figure.caption
    assert "optimizer.momentum.beta" not in paragraphs(run)
    missing = replace(run, importance=run.importance.iloc[:4], memo={})
    assert "optimizer.momentum.beta" in paragraphs(missing)
