"""Our thresholds against Optuna's median pruner, on the same histories."""

import numpy as np
import optuna
import pytest

from sweeps.pruning import thresholds
from sweeps.spec import Median
from sweeps.trial import _is_losing

EPOCHS = 12


@pytest.mark.parametrize(("startup", "warmup"), [(5, 0), (3, 4), (8, 0), (1, 10)])
def test_the_median_rule_is_optunas(startup: int, warmup: int) -> None:
    rng = np.random.default_rng(0)
    histories = np.cumsum(rng.standard_normal((40, EPOCHS + 1)), axis=1)
    pruner = optuna.pruners.MedianPruner(startup, warmup)
    oracle = optuna.create_study(pruner=pruner)
    complete: list[np.ndarray] = []
    pruned = 0
    for history in histories:
        limits = thresholds(Median(startup=startup, warmup=warmup), complete, EPOCHS)
        trial = oracle.ask()
        for epoch in range(1, EPOCHS + 1):
            trial.report(history[epoch], epoch)
            # Optuna counts its warm-up from 0, and would also prune at the end.
            expected = trial.should_prune() and epoch < EPOCHS and epoch > warmup
            ours = epoch < EPOCHS and _is_losing(list(history[: epoch + 1]), limits)
            assert ours == expected, (len(complete), epoch)
            if ours:
                pruned += 1
                oracle.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
        else:
            complete.append(history)
            oracle.tell(trial, history[-1])
    assert pruned > 5


def test_none_prunes_nothing() -> None:
    assert thresholds(None, [np.zeros(3)] * 9, 2) == ()
    assert not _is_losing([1.0, 1e9], ())


def test_a_trial_that_ended_early_counts_with_its_last_value() -> None:
    limits = thresholds(Median(startup=1, warmup=0), [np.array([0.0, 7.0])], 3)
    assert limits == (np.inf, 7.0, 7.0, 7.0)
