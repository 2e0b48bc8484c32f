"""The second phase: the best of the search and the defaults, on fresh seeds and the test rows.

Nothing is pruned here, and no seed was seen by the search; so these numbers are not selected.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sweeps import baselines, engines, guests, ranking, records, seeds, tracking, trial
from sweeps.data import Dataset
from sweeps.objectives import Limit, Objective
from sweeps.search import Finished
from sweeps.space import Config
from sweeps.spec import Study
from sweeps.trial import Outcome, Task
from sweeps.vocabulary import plain

# Replicates that train as one task: whole configurations would leave cores idle at the end.
TOGETHER = 5


@dataclass(frozen=True)
class Candidate:
    """A configuration to confirm. trial: its number in the search, or -1."""

    label: str
    trial: int
    config: Config
    is_default: bool
    selected_value: float  # the objective in the search; NaN if it was not searched


@dataclass(frozen=True)
class Confirmed:
    """A candidate with the outcome of its fresh replicates. rank 1 is the winner."""

    candidate: Candidate
    outcome: Outcome
    rank: int


def candidates(study: Study, finished: list[Finished]) -> list[Candidate]:
    """The best `top` complete trials of different settings, then the defaults.

    With several objectives the trials of the Pareto front come first.
    """
    default = study.space.default
    chosen: list[Candidate] = []
    for one in ranking.best_first(study, finished):
        config = study.space.configure(one.params)
        is_default = config == default
        known = any(config == candidate.config for candidate in chosen)
        if known or (sum(not c.is_default for c in chosen) >= study.confirm.top and not is_default):
            continue
        label = f"trial {one.number}"
        if len(chosen) < study.confirm.top or is_default:
            chosen.append(Candidate(label, one.number, config, is_default, one.outcome.value))
    if not any(candidate.is_default for candidate in chosen):
        chosen.append(Candidate("defaults", -1, default, True, float("nan")))
    return chosen


@dataclass(frozen=True)
class Work:
    """What is to be confirmed: by label what makes it that, and what is known of it already.

    calls are what one worker does in a row: none where all is known.
    """

    chosen: list[Candidate]
    keys: dict[str, dict[str, Any]]
    known: dict[str, Outcome]
    calls: list["Call"]


@dataclass(frozen=True)
class Call:
    """A function, and what it is called with, one after another; the label that each is for."""

    function: Callable[[Any, Dataset], Outcome]
    tasks: list[Any]
    owners: list[str]

    def parts(self) -> "list[Call]":
        """A call each."""
        pairs = zip(self.tasks, self.owners, strict=True)
        return [Call(self.function, [task], [owner]) for task, owner in pairs]


def prepare(
    study: Study, dataset: Dataset, chosen: list[Candidate], folder: Path, identity: str
) -> Work:
    """The work that earlier runs have left to do; what they confirmed is read from its records.

    `identity` is the digest of what makes the study the same one.
    """
    keys = {c.label: {"study": identity, **_key(study, c)} for c in chosen}
    for name in baselines.names(dataset):
        keys[name] = {"study": identity, "baseline": name}
    read = {label: records.read(_path(folder, key), key) for label, key in keys.items()}
    known = {label: outcome for label, outcome in read.items() if outcome is not None}
    # First what takes longest to begin: scikit-learn is loaded by one worker, once.
    simple = [name for name in baselines.names(dataset) if name not in known]
    calls = [Call(baselines.train, simple, simple)] if simple else []
    train, pieces = guests.training(study), _pieces(study.confirm.replicates)
    for candidate in chosen:
        if candidate.label not in known:
            tasks = [_task(study, candidate, piece) for piece in pieces]
            calls += [Call(train, [task], [candidate.label]) for task in tasks]
    return Work(chosen, keys, known, calls)


def confirm(
    work: Work, study: Study, dataset: Dataset, folder: Path, jobs: int
) -> tuple[list[Confirmed], dict[str, Outcome], dict[str, str]]:
    """Each candidate's confirmation, best first; the baselines by name; causes of what failed."""
    known = dict(work.known)
    lost: dict[str, str] = {}
    for label, mine in _results(work.calls, study, dataset, jobs).items():
        failed = [one for one in mine if one.state == "failed"]
        if failed:
            lost[label] = failed[0].cause
            continue
        known[label] = _join(mine, study.objectives, study.limits)
        records.write(_path(folder, work.keys[label]), known[label], work.keys[label])
    confirmed = [c for c in work.chosen if c.label not in lost]
    ranked = sorted(confirmed, key=lambda c: ranking.standing(study, known[c.label]))
    networks = [Confirmed(c, known[c.label], rank) for rank, c in enumerate(ranked, 1)]
    others = {name: known[name] for name in baselines.names(dataset) if name in known}
    return networks, others, lost


def _pieces(replicates: int) -> list[range]:
    starts = range(0, replicates, TOGETHER)
    return [range(start, min(start + TOGETHER, replicates)) for start in starts]


def _results(
    calls: list[Call], study: Study, dataset: Dataset, jobs: int
) -> dict[str, list[Outcome]]:
    """By label, the outcomes of its calls in their order; by the engine that searched."""
    if not calls:
        return {}
    # Nothing bounds how long these take, as a trial's time does in the search.
    engine = engines.make(study.engine, _run, dataset, min(jobs, len(calls)), study.retries)
    calls = list(calls)
    done: dict[int, list[Outcome]] = {}
    try:
        for key, call in enumerate(calls):
            engine.submit(key, call)
        while returned := engine.wait():
            for key, result in returned:
                call, is_lost = calls[key], isinstance(result, engines.Failure)
                if is_lost and len(call.tasks) > 1:  # one of them may be at fault for all
                    for part in call.parts():
                        engine.submit(len(calls), part)
                        calls.append(part)
                else:
                    done[key] = _lost(call, result) if is_lost else result
    finally:
        engine.close()
    results: dict[str, list[Outcome]] = {}
    for key, outcomes in sorted(done.items()):
        for owner, outcome in zip(calls[key].owners, outcomes, strict=True):
            results.setdefault(owner, []).append(outcome)
    return results


def _lost(call: Call, failure: engines.Failure) -> list[Outcome]:
    return [trial.failed(-1, failure.cause) for _ in call.owners]


def _run(call: Call, dataset: Dataset) -> list[Outcome]:
    """In a worker."""
    return [call.function(task, dataset) for task in call.tasks]


def _task(study: Study, candidate: Candidate, replicates: range) -> Task:
    return Task(
        number=candidate.trial,
        config=candidate.config,
        seed=study.search.seed,
        phase=seeds.CONFIRM,
        replicates=replicates,
        objectives=study.objectives,
        dtype=study.dtype,
        limits=study.limits,
        targets=study.aims,
        keep=True,
    )


def _join(
    pieces: list[Outcome], objectives: tuple[Objective, ...], limits: tuple[Limit, ...]
) -> Outcome:
    """One outcome of all replicates. Seconds add up: the pieces could have been one population."""
    if len(pieces) == 1:
        return pieces[0]
    longest = max(pieces, key=lambda p: len(p.curves["epoch"]))
    epochs = len(longest.curves["epoch"])
    costs = ("epoch", "updates", "gradient_evaluations", "flops")
    curves: dict[str, Any] = {name: longest.curves[name] for name in costs}
    curves["seconds"] = np.sum([_stretch(p.curves["seconds"], epochs) for p in pieces], axis=0)
    for name in (*tracking.SCORES, "diverged"):
        columns = [_stretch(p.curves[name], epochs) for p in pieces]
        curves[name] = np.concatenate(columns, axis=1)
    each = np.concatenate([_stretch(p.each, epochs) for p in pieces], axis=1)
    final = _together([p.final for p in pieces])
    return Outcome(
        number=longest.number,
        state="complete",
        values=tuple(o.reduced(final[o.metric]) for o in objectives),
        curves=curves,
        reports=np.array([objectives[0].reduced(values) for values in each]),
        each=each,
        final=final,
        violations={one.text: one.violation(final[one.metric]) for one in limits},
        arrays=_together([p.arrays for p in pieces]),
    )


def _together(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    """By name, one array of all pieces; without what is not known in each of them."""
    names = [name for name in pieces[0] if all(name in piece for piece in pieces)]
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in names}


def _stretch(values: Any, epochs: int) -> Any:
    """A piece in which all had diverged ended early; it stays as it was."""
    missing = epochs - len(values)
    return np.concatenate([values, np.repeat(values[-1:], missing, axis=0)]) if missing else values


def _key(study: Study, candidate: Candidate) -> dict[str, Any]:
    return {
        "config": {word: plain(value) for word, value in candidate.config.items()},
        "trial": candidate.trial,
        "replicates": study.confirm.replicates,
    }


def _path(folder: Path, key: dict[str, Any]) -> Path:
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    return folder / "artifacts" / f"confirm-{digest[:12]}.npz"
