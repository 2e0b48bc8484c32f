"""The confirmation is done by the engine that searched, and bears the loss of a part of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeps import engines
from sweeps.engines import Failure, Workload
from sweeps.phases import confirm, confirmed, prepare
from sweeps.phases.confirmed import Ranked
from sweeps.search import Finished
from sweeps.study.file import documents, parsing
from sweeps.training.task import Outcome
from tests.sweeps.helpers import TEXT, study

BASELINES = ["majority class", "logistic regression", "gradient boosting"]


class Here:
    """An engine in this process; it loses the calls that are for `lost`."""

    def __init__(self, work: Workload, lost: str) -> None:
        self.jobs = work.jobs
        self._work, self._lost = work, lost
        self._done: list[tuple[int, Any]] = []

    def submit(self, key: int, task: Any) -> None:
        died = Failure("its worker died")
        is_lost = self._lost in [job.label for job in task]
        result = died if is_lost else self._work.function(task, self._work.shared)
        self._done.insert(0, (key, result))  # the last first

    def ready(self) -> bool:
        return bool(self._done)

    def wait(self) -> list[tuple[int, Any]]:
        done, self._done = self._done, []
        return done

    def close(self) -> None: ...


def found(tmp_path: Path, engine: str) -> Ranked:
    """The defaults and the baselines, confirmed."""
    document = documents.read(study(tmp_path, f"{TEXT}engine: {engine}\n"))
    spec, dataset = prepare.prepare(document, tmp_path, [])
    (tmp_path / "artifacts").mkdir(exist_ok=True)
    chosen = confirm.candidates(spec, [])
    work = confirm.prepare(spec, dataset, chosen, tmp_path, "a study")
    return confirmed.outcomes(work, spec, dataset, tmp_path, jobs=2).ranked(chosen, spec, dataset)


class Stopped(Here):
    """Ctrl-C, when all but one of the calls are back."""

    closed = False

    def wait(self) -> list[tuple[int, Any]]:
        if not self._done:
            raise KeyboardInterrupt
        back = super().wait()
        self._done = back[:0]
        return back[:-1]

    def close(self) -> None:
        Stopped.closed = True


def test_it_is_the_same_with_any_jobs_and_one_thread(tmp_path: Path) -> None:
    """Products large enough for BLAS to share them out, were it allowed to."""
    text = """
name: small
data: {source: 'synthetic:moons', options: {rows: 3000}}
fixed: {hidden: [64, 64], epochs: 3, batch_size: full}
space: {learning_rate: [0.01, 0.001]}
confirm: {top: 1, replicates: 6}
"""
    spec, whole = prepare.prepare(documents.read(study(tmp_path, text)), tmp_path, [])
    dataset = whole.for_confirmation  # 3 folds × 2 seeds
    chosen, outcomes = confirm.candidates(spec, []), []
    for jobs in (1, 2):
        folder = tmp_path / str(jobs)
        (folder / "artifacts").mkdir(parents=True)
        work = confirm.prepare(spec, dataset, chosen, folder, "a study")
        networks = replace(work, packs=work.packs[1:])  # without the baselines
        known = confirmed.outcomes(networks, spec, dataset, folder, jobs).known
        outcomes.append(known[chosen[0].label])
    for group in ("final", "arrays"):
        first, second = (getattr(outcome, group) for outcome in outcomes)
        assert first.keys() == second.keys() > set()
        for name, values in first.items():
            np.testing.assert_array_equal(values, second[name])
    assert len(outcomes[0].arrays["theta"]) == 6


def here(monkeypatch: pytest.MonkeyPatch, lost: str = "", kind: type[Here] = Here) -> None:
    """The engine that calls itself ray is in this process."""
    monkeypatch.setitem(
        engines.ENGINES, "ray", engines.EngineKind(lambda work, _: kind(work, lost))
    )


def test_the_engine_that_searched_confirms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here(monkeypatch)
    results = []
    for engine in ("ray", "loky"):
        (tmp_path / engine).mkdir()
        ranked = found(tmp_path / engine, engine)
        assert list(ranked.others) == BASELINES
        assert not ranked.lost
        (only,) = ranked.networks
        results.append({"defaults": only.outcome, **ranked.others})
    for label, mine in results[0].items():
        theirs = results[1][label]
        assert mine.values == theirs.values, label
        for name, values in mine.arrays.items():
            np.testing.assert_array_equal(values, theirs.arrays[name], err_msg=f"{label} {name}")


def test_what_was_confirmed_is_not_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here(monkeypatch, lost="defaults")
    ranked = found(tmp_path, "ray")
    assert not ranked.networks
    assert list(ranked.others) == BASELINES
    assert ranked.lost == {"defaults": "its worker died"}
    here(monkeypatch, lost="majority class")
    ranked = found(tmp_path, "ray")
    (only,) = ranked.networks
    assert only.candidate.is_default
    assert list(ranked.others) == BASELINES
    assert not ranked.lost


def test_a_lost_baseline_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here(monkeypatch, lost="logistic regression")
    ranked = found(tmp_path, "ray")
    (only,) = ranked.networks
    assert only.outcome.final["test_error"].shape == (4,)
    assert list(ranked.others) == ["majority class", "gradient boosting"]
    assert ranked.lost == {"logistic regression": "its worker died"}


def test_ctrl_c_keeps_what_is_confirmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here(monkeypatch, kind=Stopped)
    with pytest.raises(KeyboardInterrupt):
        found(tmp_path, "ray")
    assert Stopped.closed
    here(monkeypatch, lost="defaults")  # it would be lost, were it trained again
    ranked = found(tmp_path, "ray")
    (only,) = ranked.networks
    assert only.candidate.is_default
    assert list(ranked.others) == BASELINES
    assert not ranked.lost


def test_the_best_of_each_arm_is_confirmed() -> None:
    values = {
        "name": "a",
        "data": {"source": "synthetic:moons"},
        "space": {"optimizer": ["adam", "momentum", "rmsprop"], "l2": {"low": 0, "high": 1}},
        "search": {"per": "optimizer"},
        "confirm": {"top": 2},
    }

    def chosen(**changes: Any) -> list[str]:
        of = parsing.study(documents.Document({**values, **changes}, {}, "study"))
        arms = ["adam", "adam", "adam", "momentum", "rmsprop", "momentum"]
        trials = [
            Finished(
                n, {"optimizer": arm, "l2": n / 10}, Outcome(n, "complete", (float(n),)), new=True
            )
            for n, arm in enumerate(arms)
        ]
        return [one.label for one in confirm.candidates(of, trials)]

    # Trial 0 is the defaults.
    assert chosen() == ["trial 0", "trial 1", "trial 3", "trial 4"]
    assert chosen(search={}) == ["trial 0", "trial 1"]
