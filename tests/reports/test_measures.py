"""What a run is compared by: the verdict, the baselines and the tables all go by the objective."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from reports import text, units
from reports.frames import load
from reports.sections import answer_words, answers
from reports.sections.numbers import numbers
from reports.stats.lints import all_lints
from reports.stats.sampling.intervals import Interval
from reports.stats.sampling.intervals import none as no_interval
from reports.stats.settings import differences, measures
from reports.stats.settings.differences import BETTER, OPEN, SAME, WORSE, Difference
from reports.stats.settings.measures import Measure
from tests.reports.asked import asking, rare


def test_the_verdict_goes_by_the_objective_and_the_error_stands_beside_it(
    copy: Callable[[Path], Path], make: Callable[..., Path]
) -> None:
    run = rare(copy, make)
    by = measures.measure(run)
    assert by.unit(run).name == "test balanced error"
    base = differences.best_baseline(run)
    target = run.predictions.target("test")

    def score(config: str) -> float:
        said = run.predictions.of(config, "test").argmax(axis=-1)
        return float(np.mean([1 - balanced_accuracy_score(target, one) for one in said]))

    for other, one in ((run.default, answers.of_defaults(run)), (base, answers.of_baseline(run))):
        assert one.found.decisive.estimate == pytest.approx(score(run.winner) - score(other))
        assert one.word == BETTER
        assert one.error.estimate > 0  # by plain error they are worse
    said = answer_words.baseline_in_words(run)
    assert said.startswith("A network is worth it: against ")
    assert "In plain error: +" in said
    lead = next(one for one in numbers(run) if one.label.endswith("against the defaults"))
    assert lead.label == "test balanced error against the defaults"
    assert lead.note.startswith("for new rows and seeds; these rows alone [")


OF_ROWS = [("dev_error", "test error"), ("dev_loss", "test loss"), ("log_loss", "test loss"),
           ("balanced_error", "test balanced error"), ("macro_f1", "test macro-F1"),
           ("auc", "test AUC")]  # fmt: skip


@pytest.mark.parametrize(("metric", "name"), OF_ROWS)
def test_each_metric_of_rows_has_an_interval_for_new_rows(
    copy: Callable[[Path], Path], make: Callable[..., Path], metric: str, name: str
) -> None:
    run = load(asking(copy, make(task="multiclass", top=1), metric))
    by = measures.measure(run)
    assert (by.unit(run).name, by.why) == (name, "")
    for config in (*run.configs, *run.baselines["config"]):
        found = measures.on_new_rows(run, config, by)
        low, high = by.unit(run).ends
        assert low <= found.low < found.estimate < found.high <= high
        assert found.covers.startswith("new rows")
    base = differences.best_baseline(run)
    dev = {
        name: by.sign * measures.values(run, name, by, "dev") for name in run.baselines["config"]
    }
    assert base == min(dev, key=lambda name: float(dev[name][0]))
    assert answer_words.lines(run)


def test_more_errors_than_a_constant_makes_are_no_fault_where_others_were_asked_for(
    copy: Callable[[Path], Path], make: Callable[..., Path]
) -> None:
    run = rare(copy, make)
    run.provenance["constants"]["dev_error"] = 0.1
    assert run.rows_of(run.winner)["dev_error"].mean() > 0.1
    assert "nothing learned" not in {one.name for one in all_lints.lints(run)}


def test_a_cost_is_compared_exactly_and_baselines_by_error(make: Callable[..., Path]) -> None:
    run = load(make(objectives=("parameters", "dev_error")))
    one = answers.of_defaults(run)
    assert (one.word, one.found.on_new_rows) == (SAME, None)
    assert "+0" not in answer_words.defaults_in_words(run)
    said = answer_words.baseline_in_words(run)
    assert "of test error" in said
    assert said.endswith("A baseline cannot be compared by parameters; so by plain error.")


@pytest.mark.parametrize("metric", ["train_loss", "gap", "epochs_to_target"])
def test_what_no_row_speaks_of_is_compared_over_networks(
    copy: Callable[[Path], Path], make: Callable[..., Path], metric: str
) -> None:
    folder = asking(copy, make(), metric)
    frame = pd.read_parquet(folder / "confirm.parquet")
    frame["gap"] = frame["dev_error"] - frame["train_error"]
    frame["epochs_to_target"] = 10.0 + frame["replicate"] % 3
    frame.to_parquet(folder / "confirm.parquet", index=False)
    run = load(folder)
    one = answers.of_defaults(run)
    assert one.found.on_new_rows is None
    assert one.found.decisive.kind in (
        "t on paired differences",
        "no interval: the same for every seed",
    )
    assert measures.of_baselines(run).is_error


def test_seconds_are_no_measure(copy: Callable[[Path], Path], make: Callable[..., Path]) -> None:
    run = load(asking(copy, make(), "seconds"))
    assert measures.measure(run).is_error
    assert answer_words.lines(run)[0] == (
        "Compared by",
        "Seconds are one reading of a clock; so settings are compared by plain error.",
    )


def test_a_training_function_that_says_errors_alone_is_compared_by_them(
    copy: Callable[[Path], Path], make: Callable[..., Path]
) -> None:
    folder = asking(copy, make(), "auc")
    with np.load(folder / "predictions.npz") as file:
        kept = {name: file[name] for name in file.files if not name.startswith("trial")}
    np.savez(folder / "predictions.npz", **kept)
    run = load(folder)
    assert measures.measure(run).is_error
    assert (
        "gives no test_outputs, so AUC on the test rows is not known"
        in answer_words.lines(run)[0][1]
    )


def test_another_reduction_is_compared_by_its_mean(
    copy: Callable[[Path], Path], make: Callable[..., Path]
) -> None:
    run = load(asking(copy, make(), "auc", reduce="worst", label="auc (worst)"))
    said = "The search went by AUC (worst); settings are compared by the mean over networks."
    assert answer_words.lines(run)[0] == ("Compared by", said)


def test_a_network_that_diverged_counts_with_the_worst_value(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    run = load(asking(copy, make(), "balanced_error"))
    (lost,) = {str(row.config) for row in run.networks.itertuples() if row.status == "diverged"}
    by = measures.measure(run)
    gone = (run.rows_of(lost)["status"] == "diverged").to_numpy()
    assert (measures.values(run, lost, by)[gone] == 1).all()
    assert (measures.values(run, lost, by)[~gone] < 1).all()


def apart(low: float, high: float, sign: int = 1, found: Interval | None = None) -> Difference:
    by = Measure("x", "x", sign)
    return Difference(by, "test", found or Interval((low + high) / 2, low, high, 9, "", ""), None)


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (apart(-0.2, -0.1), BETTER),
        (apart(-0.2, -0.1, sign=-1), WORSE),
        (apart(0.1, 0.2), WORSE),
        (apart(0.1, 0.2, sign=-1), BETTER),
        (apart(-0.1, 0.2), OPEN),
        (apart(-0.01, 0.02), SAME),
        (apart(0.01, 0.02), SAME),
        (apart(0, 0, found=no_interval(-3.0, 9, "the same for every seed")), BETTER),
        (apart(0, 0, found=no_interval(0.0, 9, "the same for every seed")), SAME),
        (apart(0, 0, found=no_interval(-3.0, 9, "one replicate")), OPEN),
    ],
)
def test_the_four_answers(found: Difference, word: str) -> None:
    assert found.answer(margin=0.05) == word


def test_no_words_that_nobody_understands(
    page_of: Callable[[Path], Path], make: Callable[..., Path]
) -> None:
    html = page_of(make()).read_text(encoding="utf-8").partition('id="speed"')[0]
    for word in ("ledger in error", "Flip", "coin toss", "ot told apart"):
        assert word not in html
    assert units.unit(load(make()), "dev_error").name in html


def test_a_difference_has_a_minus_and_a_mean_needs_no_adjective(
    page_of: Callable[[Path], Path], make: Callable[..., Path]
) -> None:
    html = page_of(make()).read_text(encoding="utf-8").lower()
    for word in ("less train", "over train", "over dev", "restricted mean"):
        assert word not in html
    assert html.count(f"dev {text.MINUS} train") >= 2
