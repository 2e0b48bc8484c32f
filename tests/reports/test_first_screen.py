"""The first screen shows the quantity that the study asks for, and its words agree with it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from reports import frames
from reports.advice.recommendation import recommendation
from reports.sections import blocks
from reports.sections.recommendation import recommendation as section
from reports.stats.answer import recommending
from reports.stats.settings import measures
from tests.reports.asked import asking, rare


def balanced_error(run: frames.Run, name: str) -> float:
    target, said = run.predictions.target("test"), run.predictions.of(name, "test").argmax(axis=-1)
    return float(np.mean([1 - balanced_accuracy_score(target, one) for one in said]))


def block_of(run: frames.Run) -> blocks.Recommended:
    (found,) = section(run).blocks
    assert isinstance(found, blocks.Recommended)
    return found


def test_a_balanced_error_that_is_asked_for_is_the_number_the_figure_and_the_difference(
    copy: Callable[[Path], Path], make: Callable[..., Path]
) -> None:
    run = rare(copy, make)
    made, figure = recommendation(run), block_of(run).figure
    assert figure is not None
    assert made.use == run.winner
    error, against, limit = made.facts
    ours = balanced_error(run, made.use)
    assert error.label == "Balanced error on new data"
    assert error.value.startswith(f"{100 * ours:.1f}")
    assert "; plain error 1" in error.beside, "a tenth of the rows is of the rarer class"
    best = min(figure.data["error"])
    assert figure.data.loc[0, "model"] == f"best network ({run.winner})"
    assert figure.data.loc[0, "error"] == best == pytest.approx(ours)
    assert figure.title == "balanced error on new data"
    assert against.value.startswith("\N{MINUS SIGN}"), "a network is better by what was asked for"
    assert against.term.startswith("below 0: better; plain error +")
    assert limit.beside.startswith("plain error ")
    assert "It does better than" in made.why
    assert f"a balanced error of {error.value} against 50.0" in made.why
    assert "though it has an error (plain) of " in made.why


def test_of_an_auc_more_is_better_everywhere(
    copy: Callable[[Path], Path], make: Callable[..., Path]
) -> None:
    run = frames.load(asking(copy, make(), "auc"))
    made, figure = recommendation(run), block_of(run).figure
    choice = recommending.choice(run)
    assert figure is not None
    assert choice is not None
    error, against, _ = made.facts
    ours = measures.values(run, made.use, measures.measure(run)).mean()
    assert error.label == "AUC on new data"
    assert error.value == f"{ours:.4f}"
    assert error.term.endswith("more is better")
    assert against.term.startswith("above 0: better; plain error ")
    one = recommending.compare(run, made.use, against.label.removeprefix("Against "))
    assert against.value == f"{one.found.decisive.estimate:+.4f}".replace("-", "\N{MINUS SIGN}")
    assert figure.title == "AUC on new data, higher is better"
    assert figure.data["high"].max() <= 1
    assert all("%" not in panel.svg for panel in figure.panels)


def test_what_compares_a_function_of_ones_own_is_led_by_its_answer_and_not_told_to_use_one(
    make: Callable[..., Path],
) -> None:
    run = frames.load(make(top=5, search={"per": "optimizer", "sampler": "random"}))
    told = recommendation(run)
    assert told.use
    assert told.beside_headline == told.answer
    run.provenance["trainer"] = {"call": "bugs:train"}
    run.memo.clear()
    made, block = recommendation(run), block_of(run)
    assert made.headline.startswith(("Adam did best", "Rmsprop did best", "Momentum did best"))
    assert section(run).title == made.headline
    assert "Use " not in made.headline
    assert (made.use, made.kind, made.how) == ("", "", "")
    assert made.plain()["use"] is None
    assert (block.answer, block.others) == ("", made.beside_headline)
    assert f"{made.headline} {block.others}" == made.answer
