"""The second phase: the best of the search and the defaults, on fresh seeds and the test rows.

Nothing is pruned here, and no seed was seen by the search; so these numbers are not selected.
"""

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dnn.network import LAYOUT
from sweeps import engines
from sweeps.data import Dataset
from sweeps.engines import Packs
from sweeps.search import Finished, ranking
from sweeps.storage import records
from sweeps.study import compatibility, vocabulary
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training import baselines, guests, joining, seeds
from sweeps.training.task import Outcome, Task, failed

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

    With several objectives the trials of the Pareto front come first. Where `search.per` compares
    the arms of a choice, the best trial of each is among them.
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
        chosen.append(Candidate(label, one.number, config, is_default, one.outcome.value))
        arms.add(arm)
    if not any(candidate.is_default for candidate in chosen):
        chosen.append(Candidate("defaults", -1, default, True, float("nan")))
    return chosen


@dataclass(frozen=True)
class Job:
    """A part of what is confirmed under a label, and what makes it: `function(task, dataset)`."""

    number: int
    label: str
    function: Callable[[Any, Dataset], Outcome]
    task: Any


@dataclass(frozen=True)
class Work:
    """What is to be confirmed: by label what makes it that, and what is known of it already.

    packs are what one worker does in a row: none where all is known.
    """

    chosen: list[Candidate]
    keys: dict[str, dict[str, Any]]
    known: dict[str, Outcome]
    packs: list[list[Job]]


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
    return Work(chosen, keys, known, _packs(study, dataset, chosen, known))


def _packs(
    study: Study, dataset: Dataset, chosen: list[Candidate], known: Mapping[str, Outcome]
) -> list[list[Job]]:
    numbers = itertools.count()
    # First what takes longest to begin: scikit-learn is loaded by one worker, once.
    simple = [
        Job(next(numbers), name, baselines.train, name)
        for name in baselines.names(dataset)
        if name not in known
    ]
    train, pieces = guests.training(study), _pieces(study.confirm.replicates)
    networks = [
        [Job(next(numbers), one.label, train, _task(study, one, piece))]
        for one in chosen
        if one.label not in known
        for piece in pieces
    ]
    return [simple, *networks] if simple else networks


def confirm(
    work: Work, study: Study, dataset: Dataset, folder: Path, jobs: int
) -> tuple[list[Confirmed], dict[str, Outcome], dict[str, str]]:
    """Each candidate's confirmation, best first; the baselines by name; causes of what failed.

    Each has its record as soon as it is known.
    """
    known = dict(work.known)
    lost: dict[str, str] = {}
    with closing(_results(work.packs, study, dataset, jobs)) as results:
        for label, pieces in results:
            gone = [one for one in pieces if one.state == "failed"]
            if gone:
                lost[label] = gone[0].cause
                continue
            known[label] = joining.join(pieces, study.objectives, study.limits)
            records.write([(_path(folder, work.keys[label]), known[label], work.keys[label])])
    confirmed = [c for c in work.chosen if c.label not in lost]
    ranked = sorted(confirmed, key=lambda c: ranking.standing(study, known[c.label]))
    networks = [Confirmed(c, known[c.label], rank) for rank, c in enumerate(ranked, 1)]
    names = baselines.names(dataset)
    return (
        networks,
        {name: known[name] for name in names if name in known},
        {label: lost[label] for label in work.keys if label in lost},
    )


def _pieces(replicates: int) -> list[range]:
    starts = range(0, replicates, TOGETHER)
    return [range(start, min(start + TOGETHER, replicates)) for start in starts]


def _results(
    packs: list[list[Job]], study: Study, dataset: Dataset, jobs: int
) -> Generator[tuple[str, list[Outcome]], None, None]:
    """Labels as they are known, each with the outcomes of its jobs; by the engine that searched."""
    if not packs:
        return
    missing = Counter(job.label for pack in packs for job in pack)
    known: dict[str, dict[int, Outcome]] = {label: {} for label in missing}
    # Nothing bounds how long these take, as a trial's time does in the search.
    engine = engines.make(study.engine, _run, dataset, min(jobs, len(packs)), study.retries)
    try:
        under_way = Packs[Job](engine)
        for pack in packs:
            under_way.submit(pack)
        while len(under_way):
            for job, result in under_way.wait():
                is_lost = isinstance(result, engines.Failure)
                pieces = known[job.label]
                pieces[job.number] = failed(-1, result.cause) if is_lost else result
                if len(pieces) == missing[job.label]:
                    yield job.label, [pieces[number] for number in sorted(pieces)]
    finally:
        engine.close()


def _run(jobs: list[Job], dataset: Dataset) -> list[Outcome]:
    """In a worker."""
    return [job.function(job.task, dataset) for job in jobs]


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


def _key(study: Study, candidate: Candidate) -> dict[str, Any]:
    # Its record holds parameters, which are of no use in another order.
    layout = LAYOUT if candidate.config["batch_norm"] else 1
    return compatibility.unless_absent("layout", layout) | {
        "config": vocabulary.identifying(candidate.config),
        "trial": candidate.trial,
        "replicates": study.confirm.replicates,
    }


def _path(folder: Path, key: dict[str, Any]) -> Path:
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    return folder / "artifacts" / f"confirm-{digest[:12]}.npz"
