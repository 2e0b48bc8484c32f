"""The first screen shows the quantity that the study asks for, and its words agree with it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from reports import frames
from reports.advice import facts, reasons
from reports.advice.recommendation import recommendation
from reports.sections import arm_counts, blocks
from reports.sections.arms import arms
from reports.sections.recommendation import recommendation as section
from reports.stats.answer import recommending
from reports.stats.bias_variance import gaps
from reports.stats.bias_variance.limiting import Limit
from reports.stats.sampling import intervals
from reports.stats.settings import measures
from reports.stats.speed import convergence, pace
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


def told_of(verdict: str, **known: Any) -> str:
    """What is said of a limit beside the errors that show it."""
    variance = intervals.none(0.1, 20, "not asked")
    return facts._would_tell(Limit(verdict, 0.1, variance, **known))


def test_a_limit_that_is_open_says_what_would_tell() -> None:
    more = "about 730 rows (455 now)"
    assert told_of(gaps.UNDECIDED, decide=more) == (
        "; too simple, or overfitting? About 730 rows (455 now) would tell"
    )
    assert told_of(gaps.UNDECIDED).endswith("Too close to call")
    assert "lowest error that anyone" in told_of(gaps.CONDITIONAL)
    assert told_of(gaps.HIGH_VARIANCE, decide="unasked") == ""
    both = told_of(gaps.UNDECIDED, is_both=True, decide="more rows")
    assert both.startswith(": it is too simple (or the rows are noisy), and it overfits; more rows")
    assert "noisy" not in told_of(gaps.UNDECIDED, is_both=True, least=0.05)


def test_the_answer_of_the_first_screen_is_not_said_again_below(make: Callable[..., Path]) -> None:
    """Below it is counted what each figure shows; of speed how good they are, too."""
    per = {"top": 5, "search": {"per": "optimizer", "sampler": "random"}}
    for aim in ({}, {"targets": {"dev_error": 0.15}}):
        run = frames.load(make(**per, **aim))
        told, below = block_of(run), arms(run)
        assert below is not None
        said = " ".join(
            words for one in below.blocks if one.kind == "text" for words in one.paragraphs
        )
        assert told.answer
        assert told.answer not in said
        assert told.others not in said
    assert arm_counts._counted([("slower", 1), ("not decided", 2), ("never there", 0)], 3) == (
        "1 of 3 others slower, 2 not decided"
    )
    assert arm_counts._counted([("as good", 0), ("worse", 3)], 3) == "all 3 others worse"


def test_where_the_fastest_is_not_to_be_used_it_says_by_what_that_goes(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    per = {"top": 5, "search": {"per": "optimizer", "sampler": "random"}}
    run = frames.load(make(**per, targets={"dev_error": 0.15}))
    choice = recommending.choice(run)
    first, *others = pace.paces(run, convergence.target(run))
    for one in (first, others[0]):
        monkeypatch.setattr(pace, "by_epochs", lambda _, one=one: (replace(one, reached=1),))
        is_it = one.config == choice.name
        assert ("not by speed" in reasons.why(run, choice)) is not is_it
