"""The second phase: the best of the search and the defaults, on fresh seeds and the test rows.

Here is what there is to do; `sweeps.phases.confirmed` does it.
Nothing is pruned here, and no seed (nor fold, of a study that is resampled) was used in the search;
so these scores have no selection bias.
"""

import itertools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from dnn.network import LAYOUT
from sweeps.base import durations
from sweeps.data import Dataset
from sweeps.phases.training_jobs import ConfirmationJob, pieces, record_path
from sweeps.search import Finished, ranking
from sweeps.storage import records
from sweeps.study import compatibility
from sweeps.study.hyperparameters import vocabulary
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training import baselines, counting, custom, networks, seeds
from sweeps.training.task import Outcome, Task, task_of

# Seconds: a baseline that takes longer has a worker of its own.
LONG = 5.0


@dataclass(frozen=True)
class Candidate:
    """A configuration to confirm. trial: its number in the search, or -1."""

    label: str
    trial: int
    config: Config
    is_default: bool
    selected_value: float  # the objective in the search; NaN if it was not searched
    epoch: int | None = None  # that counts, by the search: with `at: shared` alone


@dataclass(frozen=True)
class Confirmation:
    """A candidate with the outcome of its fresh replicates. rank 1 is the winner."""

    candidate: Candidate
    outcome: Outcome
    rank: int


def candidates(study: Study, finished: list[Finished]) -> list[Candidate]:
    """The best `top` complete trials with different settings, then the defaults.

    With several objectives the trials of the Pareto front come first. With `search.per` the best
    trial of each arm is added.
    """
    default, word = study.space.default, study.search.per
    chosen: list[Candidate] = []
    arms: set[Any] = set()
    for one in ranking.best_first(study, finished):
        config = study.space.configure(one.params)
        is_default, arm = config == default, one.params.get(word or "")
        is_wanted = len(chosen) < study.confirm.top or is_default or (word and arm not in arms)
        if not is_wanted or any(config == candidate.config for candidate in chosen):
            continue
        label = f"trial {one.number}"
        epoch = counting.epoch(study.objective, one.outcome)
        chosen.append(Candidate(label, one.number, config, is_default, one.outcome.value, epoch))
        arms.add(arm)
    if not any(candidate.is_default for candidate in chosen):
        chosen.append(Candidate("defaults", -1, default, True, float("nan")))
    return chosen


def with_epochs(
    chosen: list[Candidate], study: Study, dataset: Dataset, folder: Path, identity: str
) -> list[Candidate]:
    """The same; defaults that were not searched with the epoch that counts, if one is shared.

    A user's training function is not called for it: its defaults count at the horizon.
    """

    def counted() -> int | None:
        if study.objective.at != "shared":
            return None
        if study.trainer is not None:
            return study.epochs
        key = {"study": identity, "searched": "defaults"}
        path = record_path(folder, key)
        found = records.read(path, key)
        if found is None:
            found = counting.searched_defaults(study, dataset.for_search)
            records.write([(path, found, key)])
        return counting.epoch(study.objective, found)

    return [one if one.trial >= 0 else replace(one, epoch=counted()) for one in chosen]


@dataclass(frozen=True)
class ConfirmationWork:
    """The remaining work of the confirmation.

    chosen: all candidates. keys: by label, the record's key. known: by label, outcomes read from
    records. late: baselines that did not finish in time in an earlier run, with the cause. packs:
    each a list of jobs that one worker runs in sequence; empty if nothing is left to do.
    """

    chosen: list[Candidate]
    keys: dict[str, dict[str, Any]]
    known: dict[str, Outcome]
    late: dict[str, str]
    packs: list[list[ConfirmationJob]]

    @property
    def jobs(self) -> list[ConfirmationJob]:
        """The jobs of all packs."""
        return [job for pack in self.packs for job in pack]


def prepare(
    study: Study,
    dataset: Dataset,
    chosen: list[Candidate],
    folder: Path,
    identity: str,
    after: int = 0,
    lost: Collection[str] = (),
) -> ConfirmationWork:
    """The work that earlier runs have left to do; what they have confirmed is read from records.

    dataset: `Dataset.for_confirmation`. identity: the digest of the study's identity. after: the
    repeats of the folds that are done already, and no part of the work. lost: labels of what failed
    in them, and is no part of it either.
    """
    design = dataset.folds.design if dataset.folds else None
    done = {"after": after} if after else {}
    of_networks = {"folds": design.folds, "seeds": design.seeds, **done} if design else {}
    of_baselines = {"folds": design.folds, "repeats": design.repeats, **done} if design else {}
    count = design.replicates if design else study.confirm.replicates
    keys = {c.label: {"study": identity, **record_key(c, count), **of_networks} for c in chosen}
    names = baselines.of_study(study, dataset)
    for name in names:
        keys[name] = {"study": identity, "baseline": name, **of_baselines}
    known = _read(folder, keys)
    unknown = {name: late_key(study, keys[name]) for name in names if name not in known}
    late = {name: outcome.cause for name, outcome in _read(folder, unknown).items()}
    numbers = itertools.count()
    todo = [label for label in keys if label not in {*known, *late, *lost}]
    replicates = range(after * design.folds * design.seeds if design else 0, count)
    packs = [
        # Baselines first: the import of scikit-learn takes longest.
        *_baselines(study, dataset, todo, numbers, after * design.folds if design else 0),
        *_networks(study, dataset, [c for c in chosen if c.label in todo], replicates, numbers),
    ]
    return ConfirmationWork(chosen, keys, known, late, packs)


def _read(folder: Path, keys: Mapping[str, dict[str, Any]]) -> dict[str, Outcome]:
    """The recorded outcomes, by label."""
    read = {label: records.read(record_path(folder, key), key) for label, key in keys.items()}
    return {label: outcome for label, outcome in read.items() if outcome is not None}


def late_key(study: Study, key: dict[str, Any]) -> dict[str, Any]:
    """The record's key of a baseline that did not finish in time.

    The time limit is part of it, so that the baseline is tried again when the limit is raised.
    """
    return key | {"within": durations.seconds(study.confirm.baseline_time)}


def _networks(
    study: Study,
    dataset: Dataset,
    chosen: list[Candidate],
    replicates: range,
    numbers: Iterator[int],
) -> Iterator[list[ConfirmationJob]]:
    """The packs of networks, some replicates of a candidate each."""
    train = custom.task_trainer(study)
    for one in chosen:
        for piece in pieces(replicates):
            task, count = _task(study, one, piece), len(piece)
            # Of what a function of the user's does nothing is known.
            seconds = count if study.trainer else networks.seconds(one.config, dataset, count)
            yield [
                ConfirmationJob(
                    *(next(numbers), one.label, train, task), networks=count, seconds=seconds
                )
            ]


def _baselines(
    study: Study, dataset: Dataset, todo: list[str], numbers: Iterator[int], first: int
) -> Iterator[list[ConfirmationJob]]:
    """The packs of baselines: long ones alone, the others in one, to load scikit-learn once.

    first: the set of training rows from which on they are trained.
    """
    limit = durations.seconds(study.confirm.baseline_time)
    train = partial(baselines.within, limit, first=first)
    jobs = [
        ConfirmationJob(
            *(next(numbers), name, train, name, limit), seconds=baselines.seconds(name, dataset)
        )
        for name in baselines.of_study(study, dataset)
        if name in todo
    ]
    yield from ([job] for job in jobs if job.seconds > LONG)
    if short := [job for job in jobs if job.seconds <= LONG]:
        yield short


def _task(study: Study, candidate: Candidate, replicates: range) -> Task:
    return task_of(
        study,
        candidate.trial,
        candidate.config,
        seeds.CONFIRM,
        replicates,
        counted_epoch=candidate.epoch,
        keep=True,
    )


def record_key(candidate: Candidate, replicates: int) -> dict[str, Any]:
    """What tells the record of a candidate's networks, besides the study."""
    # The record has the networks' parameters, whose order in theta depends on the layout's version.
    layout = LAYOUT if candidate.config["batch_norm"] else 1
    return (
        compatibility.unless_absent("layout", layout)
        | _epoch_key(candidate)
        | {
            "config": vocabulary.identifying(candidate.config),
            "trial": candidate.trial,
            "replicates": replicates,
        }
    )


def _epoch_key(candidate: Candidate) -> dict[str, Any]:
    return {} if candidate.epoch is None else {"epoch": candidate.epoch}
