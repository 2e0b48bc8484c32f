"""What the winner owes to the seeds that chose it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reports.frames import Run, load
from reports.stats.settings import choosing, rows
from tests.soak.coverage import chosen
from tests.soak.coverage.worlds import Probit

ALIKE = [Probit(0.12, 0.7, 0.4)] * 4


def run_of(seed: int, each: list[Probit] = ALIKE) -> Run:
    run, _ = chosen.several(np.random.default_rng(seed), each, 10, 200)
    return run


def test_the_luckiest_of_equals_is_corrected_upwards() -> None:
    """Four settings as good as each other: a good part of the luck is found, and not too much."""
    runs = [run_of(seed) for seed in range(25)]
    gains = [choosing.gain(run, "test_error") for run in runs]
    means = [run.networks.groupby("config")["test_error"].mean() for run in runs]
    luck = [each.mean() - each[run.winner] for each, run in zip(means, runs, strict=True)]
    assert 0.3 * np.mean(luck) < np.mean(gains) < np.mean(luck)
    run, gain = runs[0], gains[0]
    own = rows._new_rows(run, run.winner, "test", "error")
    assert rows.new_rows(run, run.winner, "test") == own.moved(gain)
    assert rows.new_rows(run, run.configs[1], "test").estimate > own.estimate


def test_a_winner_by_far_owes_nothing() -> None:
    run = run_of(1, [Probit(0.03, 0.7, 0.1), Probit(0.3, 0.7, 0.1)])
    assert choosing.gain(run, "test_error") == pytest.approx(0, abs=2e-3)


@pytest.mark.parametrize("kind", ["one setting", "one replicate", "defaults alone"])
def test_where_nothing_was_chosen_nothing_is_corrected(
    folder_of: Callable[[str], Path], kind: str
) -> None:
    run = load(folder_of(kind))
    assert choosing.gain(run, "test_error") == 0


@pytest.mark.parametrize("kind", ["ordinary", "regression", "front", "highest", "impossible"])
def test_any_study_can_be_corrected(folder_of: Callable[[str], Path], kind: str) -> None:
    run = load(folder_of(kind))
    assert np.isfinite(choosing.gain(run, "test_error"))
    assert rows.new_rows(run, run.winner, "test").known


def test_more_is_better_is_corrected_downwards(folder_of: Callable[[str], Path]) -> None:
    run = load(folder_of("highest"))
    assert choosing.gain(run, "auc") <= 0


def test_a_rival_that_diverged_is_no_luck_of_the_winners(make: Callable[..., Path]) -> None:
    """By one of five networks a rival's mean may be anything; the winner's own are all alike."""
    run = load(make(confirmed=5, rows=2000))
    own = run.rows_of(run.winner)["dev_error"].to_numpy(float)
    assert max(run.rows_of(one)["dev_error"].std() for one in run.configs) > 0.3
    assert abs(choosing.gain(run, "dev_error")) <= 1.5 * own.std() / len(own) ** 0.5 * 1.1
