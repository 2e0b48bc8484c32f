"""Our rules against Optuna's pruners, on the same histories; the signed-rank rule against SciPy."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import optuna
import pytest
from scipy.stats import wilcoxon

from sweeps.search import pruners
from sweeps.study import pruner_options

EPOCHS = 12

# Ours beside Optuna's. Theirs counts its warm-up from epoch 0, ours from the first one trained.
PAIRS: dict[str, tuple[Any, Callable[[], optuna.pruners.BasePruner]]] = {
    "median": (
        pruner_options.Median(startup=5, warmup=0),
        lambda: optuna.pruners.MedianPruner(5, 1),
    ),
    "median, late": (
        pruner_options.Median(startup=3, warmup=4),
        lambda: optuna.pruners.MedianPruner(3, 5),
    ),
    "percentile": (
        pruner_options.Percentile(percentile=30, startup=4, warmup=2),
        lambda: optuna.pruners.PercentilePruner(30, 4, 3),
    ),
    "threshold": (
        pruner_options.Threshold(upper=2.0, lower=-3.0, warmup=1),
        lambda: optuna.pruners.ThresholdPruner(lower=-3.0, upper=2.0, n_warmup_steps=2),
    ),
    "halving": (
        pruner_options.SuccessiveHalving(first=1, factor=2),
        lambda: optuna.pruners.SuccessiveHalvingPruner(1, 2),
    ),
    "halving in four": (
        pruner_options.SuccessiveHalving(first=2, factor=4),
        lambda: optuna.pruners.SuccessiveHalvingPruner(2, 4),
    ),
    "patient": (
        pruner_options.Patient(patience=2, min_delta=0.1),
        lambda: optuna.pruners.PatientPruner(None, 2, 0.1),
    ),
    "patient around median": (
        pruner_options.Patient(patience=1, around=pruner_options.Median(startup=3, warmup=0)),
        lambda: optuna.pruners.PatientPruner(optuna.pruners.MedianPruner(3, 1), 1),
    ),
}


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize("name", PAIRS)
def test_the_rule_is_optunas(name: str) -> None:
    """Epoch by epoch, trial by trial: both stop it, or neither does."""
    pruner, make = PAIRS[name]
    rng = np.random.default_rng(0)
    histories = np.cumsum(rng.standard_normal((40, EPOCHS + 1)), axis=1)
    oracle = optuna.create_study(pruner=make())
    told = pruners.History(EPOCHS)
    pruned = 0
    for number, history in enumerate(histories):
        rule = pruners.rule(pruner, told, number)
        trial = oracle.ask()
        state = optuna.trial.TrialState.COMPLETE
        for epoch in range(1, EPOCHS + 1):
            trial.report(history[epoch], epoch)
            expected = trial.should_prune() and epoch < EPOCHS  # ours lets it end
            ours = epoch < EPOCHS and rule.loses(history[: epoch + 1].tolist(), [])
            assert ours == expected, (number, epoch)
            if ours:
                state = optuna.trial.TrialState.PRUNED
                pruned += 1
                break
        is_complete = state == optuna.trial.TrialState.COMPLETE
        seen = history[: epoch + 1]
        told.add(pruners.PastTrial(number, is_complete, seen, seen[:, None]))
        oracle.tell(trial, history[-1] if is_complete else None, state=state)
    assert 5 < pruned < 40


def history(told: list[pruners.PastTrial], epochs: int = EPOCHS) -> pruners.History:
    made = pruners.History(epochs)
    for one in told:
        made.add(one)
    return made


def test_percentiles_are_numpys() -> None:
    rng = np.random.default_rng(3)
    costs = np.round(rng.standard_normal((23, EPOCHS + 1)), 1)  # with ties
    made = history(
        [pruners.PastTrial(n, n % 4 > 0, row, row[:, None]) for n, row in enumerate(costs)]
    )
    complete = costs[np.arange(23) % 4 > 0]
    for percent in (0.1, 25, 50, 80):
        expected = np.percentile(complete, percent, axis=0)
        np.testing.assert_allclose(made.percentile(percent), expected, rtol=1e-12, atol=1e-15)


def test_hyperbands_brackets_have_their_shares_and_compete_within() -> None:
    shares = np.bincount([pruners.bracket(n, 3, 3) for n in range(9000)]) / 9000
    # ceil(3·9/3), ceil(3·3/2), 3 of 17
    assert shares == pytest.approx([9 / 17, 5 / 17, 3 / 17], abs=0.02)
    pruner = pruner_options.Hyperband(first=1, factor=3)
    epochs = 9
    mine = next(n for n in range(100) if pruners.bracket(n, 3, 3) == 1)
    others = [n for n in range(100, 200) if pruners.bracket(n, 3, 3) != 1][:6]
    rivals = [n for n in range(100, 200) if pruners.bracket(n, 3, 3) == 1][:6]
    good, bad = np.zeros(epochs + 1), np.ones(epochs + 1)
    told = [pruners.PastTrial(n, True, good, good[:, None]) for n in others]
    rule = pruners.rule(pruner, history(told, epochs), mine)
    assert not any(rule.loses([1.0] * (e + 1), []) for e in range(1, epochs))
    told += [pruners.PastTrial(n, True, good, good[:, None]) for n in rivals]
    rule = pruners.rule(pruner, history(told, epochs), mine)
    # Its bracket's first rung is at 3 epochs.
    assert [e for e in range(1, epochs) if rule.loses(bad[: e + 1].tolist(), [])] == [3]


def test_none_prunes_nothing() -> None:
    told = [pruners.PastTrial(n, True, np.zeros(3), np.zeros((3, 1))) for n in range(9)]
    assert not pruners.rule(pruner_options.Unpruned(), history(told, 2), 9).loses([1.0, 1e9], [])


def test_a_trial_that_ended_early_counts_with_its_last_value() -> None:
    told = [pruners.PastTrial(0, True, np.array([0.0, 7.0]), np.empty((0, 0)))]
    rule = pruners.rule(pruner_options.Median(startup=1, warmup=0), history(told, 4), 1)
    assert not rule.loses([0.0, 7.0, 7.0, 7.0], [])
    assert rule.loses([0.0, 7.1, 7.1, 7.1], [])


def test_a_rule_of_many_replicates_is_made_at_once() -> None:
    """There is one for each trial; the sums of ranks are the same for all."""
    history, each = pruners.History(2), np.zeros((3, 300))
    history.add(pruners.PastTrial(0, True, np.zeros(3), each))
    pruner = pruner_options.SignedRank(startup=0)
    started = time.perf_counter()
    for number in range(20):
        pruners.rule(pruner, history, number)
    assert time.perf_counter() - started < 0.4


@pytest.mark.parametrize("n", [5, 8, 12])
def test_critical_sums_are_the_exact_tests(n: int) -> None:
    """Significant by our table exactly where SciPy's exact test says p ≤ alpha."""
    rng = np.random.default_rng(n)
    critical = pruners.critical_sums(n, 0.05)
    decided = []
    for _ in range(300):
        differences = rng.standard_normal(n) + 0.5
        ranks = np.abs(differences).argsort().argsort() + 1
        ours = ranks[differences > 0].sum() >= critical[n]
        p = wilcoxon(differences, alternative="greater", method="exact").pvalue
        assert ours == (p <= 0.05)
        decided.append(ours)
    assert 0 < sum(decided) < 300


def test_signed_rank_stops_what_loses_with_every_replicate_and_nothing_else() -> None:
    rng = np.random.default_rng(1)
    best = rng.random((EPOCHS + 1, 6))
    told = [pruners.PastTrial(0, True, best.mean(axis=1), best)]
    pruner = pruner_options.SignedRank(alpha=0.05, startup=1, warmup=2)
    rule = pruners.rule(pruner, history(told), 1)
    worse, same = best + 0.1, best.copy()
    mixed = best + np.array([0.1, -0.1] * 3)

    def stops(each: np.ndarray) -> list[int]:
        return [e for e in range(1, EPOCHS) if rule.loses([0.0] * (e + 1), list(each[: e + 1]))]

    # After the warm-up, and at two epochs running.
    assert stops(worse) == list(range(3, EPOCHS))
    assert stops(same) == stops(mixed) == []
    five_of_six = best + np.array([0.1] * 5 + [-1.0])
    assert stops(five_of_six) == []


def test_signed_rank_rarely_stops_an_equal() -> None:
    """Two draws of one distribution: at alpha .05 one in twenty is stopped at a look."""
    rng = np.random.default_rng(2)
    pruner = pruner_options.SignedRank(alpha=0.05, startup=1, warmup=0)
    stopped = 0
    for _ in range(2000):
        best, mine = rng.random((2, 3, 8))
        told = [pruners.PastTrial(0, True, best.mean(axis=1), best)]
        rule = pruners.rule(pruner, history(told, 3), 1)
        stopped += rule._loses_at(1, mine[1])  # type: ignore[attr-defined]
    assert 0.03 < stopped / 2000 < 0.065
