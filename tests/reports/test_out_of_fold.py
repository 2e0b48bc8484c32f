"""Numbers of a confirmation in folds: passes over all rows, by networks not trained on them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import special

from reports.frames import Run, RunFolderError, load
from reports.sections import answer_words, answers
from reports.sections.answers import Answer
from reports.sections.confirmed import optimism
from reports.sections.methods import methods
from reports.stats.bias_variance import ledger
from reports.stats.bias_variance.gaps import BIAS, VARIANCE
from reports.stats.sampling import out_of_fold, scores
from reports.stats.sampling.intervals import Interval
from reports.stats.sampling.resampling import row_weights
from reports.stats.settings import differences, fold_draws, measures, rows
from reports.stats.settings.measures import Measure

Make = Callable[..., Path]
FOLDS = {"confirmed": 20, "folds": (5, 2, 2), "rows": 100}


@pytest.fixture
def run(make: Make) -> Run:
    return load(make(**FOLDS))


def test_rows_out_of_fold_decide_where_there_are_folds(run: Run, make: Make) -> None:
    assert (run.judged, load(make()).judged) == ("dev", "test")
    found = differences.difference(run, run.configs[0], "defaults", measures.plain())
    assert found.split == "dev"
    assert found.decisive.covers == "new rows, networks and training sets"


def test_a_row_is_predicted_by_the_networks_of_its_fold(run: Run) -> None:
    of = out_of_fold.networks(run, run.configs[0])
    confirm, fold = run.rows_of(run.configs[0]), run.predictions.fold()
    for number, seed in ((0, 0), (1, 1), (2, 0)):
        own = confirm.iloc[of[number]]
        assert (own["repeat"] == number // 2).all()
        assert (own["seed"] == seed).all()
        assert (own["fold"].to_numpy() == fold[number // 2]).all()
    assert out_of_fold.networks(run, "logistic regression").shape == (2, 100)


def test_a_value_is_the_mean_over_passes_of_all_rows(run: Run) -> None:
    config = run.configs[0]
    wrong = run.predictions.of(config, "dev").argmax(axis=-1) != run.predictions.target("dev")
    found = measures.values(run, config, measures.plain(), "dev")
    np.testing.assert_allclose(found, wrong.mean(axis=1))
    assert rows.new_rows(run, config, "dev").estimate == pytest.approx(wrong.mean())
    assert len(measures.values(run, config, measures.plain(), "test")) == 20


def test_an_rmse_is_the_root_of_each_pass(make: Make) -> None:
    run = load(make(task="regression", confirmed=6, folds=(3, 1, 2)))
    config = run.configs[0]
    off = run.predictions.of(config, "dev")[..., 0].astype(float) - run.predictions.target("dev")
    found = measures.values(run, config, measures.plain())
    np.testing.assert_allclose(found, np.sqrt((off**2).mean(axis=1)))


def test_a_network_that_diverged_has_its_worst_value_on_its_own_rows(run: Run) -> None:
    config = next(one for one in run.configs if "diverged" in set(run.rows_of(one)["status"]))
    lost = int(np.flatnonzero(run.rows_of(config)["status"] == "diverged")[0])
    of, losses = out_of_fold.networks(run, config), rows.row_losses(run, config, "dev", "loss")
    assert (losses[of == lost] == 6.93).all()
    assert losses[of != lost].max() < 6.93


def simulated(rng: np.random.Generator, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """(4, 200) losses by 20 networks, each off by `spread`; rows differ, and so does each cell."""
    fold = np.stack([rng.permutation(np.arange(200) % 5) for _ in range(2)])
    of = ((np.arange(2)[:, None] * 5 + fold)[:, None] * 2 + np.arange(2)[:, None]).reshape(4, 200)
    losses = 5 + rng.normal(size=200) + rng.normal(size=(4, 200))
    return losses + spread * rng.normal(size=20)[of], of


def test_what_other_networks_add_is_told_from_all_of_them() -> None:
    """The scatter of 20 networks is that of their mean, once that of single cells is out of it."""
    rng, drawn = np.random.default_rng(0), row_weights(np.random.default_rng(1), 200)
    found = [out_of_fold.others(*simulated(rng, 0.5), drawn) for _ in range(200)]
    square = [(one.error / out_of_fold.WIDENING) ** 2 * (1 - one.shared) for one in found]
    assert np.mean(square) == pytest.approx(0.25 / 20, rel=0.1)
    assert found[0].freedom == pytest.approx(20 * (0.75**2 + 1.4 / 16), rel=0.02)


def test_one_pass_says_nothing_of_other_networks() -> None:
    losses, of = simulated(np.random.default_rng(0), 0.5)
    drawn = row_weights(np.random.default_rng(1), 200)
    assert out_of_fold.others(losses[:1], of[:1], drawn).error == 0


def test_rows_drawn_by_fewer_scatter_further() -> None:
    values = np.random.default_rng(0).normal(5.0, size=(1, 400))
    plain, wide = (row_weights(np.random.default_rng(1), 400, widening=by) for by in (1, 2))
    means = [drawn.means(values) for drawn in (plain, wide)]
    assert means[1].std() / means[0].std() == pytest.approx(2, rel=0.1)
    assert means[1].mean() == pytest.approx(values.mean(), abs=0.02)
    errors = [drawn.standard_errors(values[0])[1] for drawn in (plain, wide)]
    assert errors[1].mean() / errors[0].mean() == pytest.approx(2, rel=0.1)


def test_a_pair_of_settings_is_compared_network_by_network(run: Run) -> None:
    """What both networks of a fold and seed have in common drops out."""
    losses, of = simulated(np.random.default_rng(0), 3.0)
    drawn = row_weights(np.random.default_rng(1), 200)
    other = losses + np.random.default_rng(2).normal(size=losses.shape) / 10
    apart = out_of_fold.network_draws(((losses, of), (other, of)), drawn, run, "mean")
    alone = out_of_fold.others(losses, of, drawn).draws(run)
    assert apart.std() < alone.std() / 20


@pytest.mark.parametrize("metric", ["auc", "balanced_error", "macro_f1"])
def test_scores_of_classes_are_of_each_pass(run: Run, metric: str) -> None:
    by = Measure(metric, metric, scores.SCORES[metric].sign)
    found = measures.on_new_rows(run, run.configs[0], by)
    assert len(measures.values(run, run.configs[0], by)) == 4
    assert found.low < found.estimate < found.high
    here = differences.difference(run, run.configs[0], "defaults", by).on_these_rows
    assert here is not None
    assert here.high - here.low < found.high - found.low


def test_an_area_is_that_of_the_outputs_of_a_pass(run: Run) -> None:
    target = run.predictions.target("dev")
    shown = special.softmax(run.predictions.of(run.configs[0], "dev")[0], axis=-1)[:, 1]
    pairs = shown[target == 1][:, None] - shown[target == 0]
    area = (pairs > 0).mean() + (pairs == 0).mean() / 2
    found = measures.values(run, run.configs[0], Measure("auc", "auc", -1))
    assert found[0] == pytest.approx(area)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("folds", 0, "confirm.folds: expected a whole number from 1 on, got 0"),
        ("seeds", "2", "confirm.seeds: expected a whole number from 1 on, got '2'"),
        ("repeats", None, "confirm.repeats: expected a whole number from 1 on, got None"),
        ("seeds", 3, "expected 30 networks, got 20"),
    ],
)
def test_folds_that_do_not_fit_are_one_clear_line(
    make: Make, copy: Callable[[Path], Path], key: str, value: object, words: str
) -> None:
    folder = copy(make(**FOLDS))
    file = folder / "provenance.json"
    said = json.loads(file.read_text())
    said["confirm"][key] = value
    file.write_text(json.dumps(said))
    with pytest.raises(RunFolderError, match=words):
        rows.new_rows(run := load(folder), run.configs[0], "dev")


def run_of(folder: Path, **confirm: object) -> Run:
    """With other words on the confirmation."""
    found = load(folder)
    said = {**found.provenance, "confirm": {**found.provenance["confirm"], **confirm}}
    return replace(found, provenance=said, memo={})


def test_the_studys_own_margin_is_what_settings_are_judged_by(run: Run, make: Make) -> None:
    by, other = measures.measure(run), run.configs[1]
    ruled = measures.margin(run, other, by)
    error = measures.values(run, other, measures.plain()).mean()
    assert ruled == pytest.approx(0.1 * error * np.log((1 - error) / error))
    own = run_of(make(**FOLDS), margin=50.0)
    assert measures.margin(own, other, by) == 50.0
    assert answers.against(own, other, by).word == differences.SAME
    said = answer_words.defaults_in_words(own)
    assert said.startswith("The same as the defaults, within 50")


@pytest.mark.parametrize(
    ("word", "low", "high", "contradicted"),
    [
        (differences.BETTER, 0.01, 0.05, True),
        (differences.BETTER, -0.01, 0.05, False),
        (differences.WORSE, -0.05, -0.01, True),
        (differences.SAME, 0.02, 0.05, True),
        (differences.SAME, 0.001, 0.05, False),
        (differences.OPEN, 0.02, 0.05, False),
    ],
)
def test_test_rows_that_say_the_contrary_are_heard(
    run: Run, word: str, low: float, high: float, contradicted: bool
) -> None:
    by = measures.plain()
    on_test = Interval((low + high) / 2, low, high, 100, "k", "c")
    other = differences.Difference(by, "test", on_test, None)
    found = differences.difference(run, run.configs[0], run.configs[1], by)
    one = Answer(run.configs[1], found, word, 0.01, None, other)
    assert one.is_contradicted is contradicted
    assert ("contradict" in answer_words._test_in_words(run, one)) is contradicted


def test_gaps_are_of_train_rows_and_rows_left_out(run: Run) -> None:
    config = run.configs[0]
    one = ledger.ledger_of(run, config)
    train = run.rows_of(config)["train_error"].mean()
    dev = measures.values(run, config, measures.plain(), "dev").mean()
    assert one.gap(VARIANCE).interval.estimate == pytest.approx(dev - train)
    assert one.gap(VARIANCE).interval.covers == "new rows, networks and training sets"
    assert one.gap(BIAS).interval.covers == "new networks and training sets, on these rows"


def test_a_lucky_trial_owes_to_the_rows_that_chose_it(run: Run) -> None:
    """The further below the others its value lies, for noise that is as large."""
    trial, values = int(run.rows_of(run.configs[0])["trial"].iloc[0]), np.linspace(1, 1.2, 41)
    frame = pd.DataFrame({"trial": np.arange(41), "state": "complete"})
    lucks = []
    for value in (1.1, 1.05, 0.9):
        own = np.where(frame["trial"] == trial, value, values)
        luck = fold_draws.search_luck(
            replace(run, trials=frame.assign(value=own), memo={}), "dev_loss"
        )
        lucks.append(luck)
    assert lucks[0] < lucks[1] < lucks[2]
    alone = replace(run, provenance={**run.provenance, "search": {"seed": 0}}, memo={})
    assert fold_draws.search_luck(alone, "dev_loss") == 0
    assert fold_draws.search_luck(run, "test_loss") == 0


def test_a_confirmation_on_the_one_split_says_that_its_rows_are_others(make: Make) -> None:
    """As in a run of an earlier version, whose search alone was resampled."""
    of_search = load(make(top=1, search={"resample": "5 folds"}))
    shown = [str(section(of_search)) for section in (methods, optimism)]
    assert "The confirmation does not resample" in shown[0]
    assert "those of the resamples (see Methods)" in shown[1]
