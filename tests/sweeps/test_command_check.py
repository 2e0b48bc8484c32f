"""`sweeps check`: what a study may cost, told so that it can be believed."""

import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import dnn
from sweeps.base import durations, provenance
from sweeps.commands.work import check
from sweeps.data.arrays.dataset import ReplicateRows
from sweeps.study.pruner_options import Unpruned
from sweeps.training import networks
from sweeps.views import estimates, plan_warnings
from tests.sweeps import helpers
from tests.sweeps.helpers import TEXT, sweeps
from tests.sweeps.test_search import study


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.01, 0.4, "less than 1 s"),
        (0.2, 30, "up to 30 s"),
        (29.8, 30.1, "about 30 s"),
        (30, 90, "between 30 s and 1 min 30 s"),
    ],
)
def test_a_span_of_time_is_told_as_far_as_it_is_one(low: float, high: float, said: str) -> None:
    assert check.between(low, high) == said


@pytest.mark.parametrize(("times", "warm"), [([0, 0.09, 0.1, 0.115], 0.015), ([0, 9, 10], 1)])
def test_the_first_epoch_is_not_the_one_that_counts(
    times: list[float], warm: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    of, data = study()
    clock = iter(times)  # of long epochs two are enough
    monkeypatch.setattr(estimates, "time", SimpleNamespace(thread_time=lambda: next(clock)))
    told = estimates.seconds_per_trial(of, data, of.space.default)
    assert told == pytest.approx(warm * of.epochs)


def test_of_large_networks_that_share_nothing_one_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    of, data = study()
    config = of.space.default | {"hidden": (32,)}
    parts = dict(data.for_search.parts)
    numbers = data.number_inputs
    own = ReplicateRows(dict.fromkeys(parts, slice(0, 200)), {}, data.scale, numbers)
    parts["train"] = dnn.Data(np.zeros((400, 50_000), np.float32), np.zeros((400, 1), np.float32))
    large = replace(data, parts=parts, replicates=(own,) * of.replicates.count)
    assert networks.are_apart(config, large, "float32")
    assert not networks.are_apart(config, replace(large, replicates=()), "float32")
    small = replace(large, parts=dict(data.for_search.parts))
    assert not networks.are_apart(config, small, "float32")

    timed: list[int] = []
    fit = networks.fit
    clock = iter([0, 9, 10])
    monkeypatch.setattr(estimates, "time", SimpleNamespace(thread_time=lambda: next(clock)))
    monkeypatch.setattr(networks, "are_apart", lambda *_: True)
    monkeypatch.setattr(networks, "fit", lambda *given: timed.append(len(given[1])) or fit(*given))
    told = estimates.seconds_per_trial(of, data, config)
    assert (told, timed) == (of.epochs * of.replicates.count, [1])


def test_settings_of_the_same_work_are_timed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    of, data = study()
    monkeypatch.setattr(networks, "work", lambda *_: 1.0)
    assert [config for config, _ in estimates.extremes(of, data)] == [of.space.default]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.2, 0.9, "1 s"),
        (9, 14, "8 to 15 s"),
        (30, 30, "30 s"),
        (43, 97, "40 s to 2 min"),
        (3000, 4000, "50 min to 2 h"),
        (200_000, 300_000, "48 to 100 h"),
    ],
)
def test_a_duration_that_is_known_about_is_told_in_round_numbers(
    low: float, high: float, said: str
) -> None:
    assert durations.span(low, high) == said


def test_busy_cores_make_it_longer_and_pruning_may_make_it_shorter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of, data = study()
    monkeypatch.setattr(estimates, "seconds_per_trial", lambda *_: 10.0)
    monkeypatch.setattr(provenance, "cores", lambda: 2)
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0,) * 3, raising=False)
    alone = estimates.span(of, data, 100, 0, 2)
    assert alone.low < 500 < alone.free < alone.high
    assert alone.words == f"about {durations.span(alone.low, alone.high)}"
    assert estimates.span(of, data, 100, 1, 2).low > alone.low + 5
    monkeypatch.setattr(os, "getloadavg", lambda: (6.0,) * 3)
    busy = estimates.span(of, data, 100, 0, 2)
    assert busy.free == alone.free
    assert busy.high == pytest.approx(4 * alone.high, rel=0.05)
    assert ", since other programs keep the cores busy (" in busy.words
    unpruned = of.search.model_copy(update={"pruner": Unpruned(), "patience": "none"})
    without = of.model_copy(update={"search": unpruned})
    assert estimates.span(without, data, 100, 0, 2).low > 1.9 * busy.low


def test_the_cheapest_is_never_the_dearer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock decides, and not the work that was computed."""
    monkeypatch.setattr(networks, "work", lambda config, *_: config["learning_rate"])
    clock = iter([200.0, 3.0])
    monkeypatch.setattr(estimates, "seconds_per_trial", lambda *_: next(clock))
    told: dict[str, Any] = dict(check.costs(*study(), 20, 2))
    assert told["cheapest"].startswith("3 s a trial: ")
    assert told["dearest"].startswith("3 min 20 s a trial: ")
    assert told["search"] == "between 30 s and 33 min 20 s for 20 unpruned trials with 2 jobs"


def test_an_earlier_run_that_is_none_is_refused_at_its_line(tmp_path: Path) -> None:
    path = helpers.study(tmp_path, TEXT.replace("trials: 24", "from: runs/none, trials: 24"))
    done = sweeps("check", path.name, cwd=tmp_path, code=2, module="sweeps")
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line == "small.yaml:16: search.from: expected the folder of a run, got runs/none"
    done = sweeps(path.name, "--dry-run", cwd=tmp_path, code=2)
    assert done.stderr == f"{line}\n"
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("trials", "is_told"), [(3, True), (2, False)])
def test_more_trials_than_settings_is_told(trials: int, is_told: bool) -> None:
    of, data = study(space={"batch_size": [16, 32]}, search={"trials": trials})
    told = [one for one in plan_warnings.lines(of, data, 1) if "more than the 2 settings" in one]
    assert bool(told) == is_told
