"""What is trained after the search: jobs for workers, in packs, and where they are recorded."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from sweeps import engines
from sweeps.engines import Packs
from sweeps.study.spec import Study
from sweeps.training.task import Outcome, failed

# Replicates that train as one task: whole configurations would leave cores idle at the end.
TOGETHER = 5
# Seconds beyond a baseline's time limit after which a worker that ignores the limit is ended.
GRACE = 30.0


@dataclass(frozen=True)
class ConfirmationJob:
    """A part of a candidate's replicates, or a baseline: `function(task, shared)` trains it.

    label: the candidate's or the baseline's. limit: seconds that it may take; None for networks.
    networks: how many networks it trains. seconds: how long it takes about, on one core.
    """

    number: int
    label: str
    function: Callable[[Any, Any], Outcome]
    task: Any
    limit: float | None = None
    networks: int = 0
    seconds: float = 1.0


def pieces(replicates: range) -> list[range]:
    """Replicates, those together that train as one task."""
    return [replicates[start : start + TOGETHER] for start in range(0, len(replicates), TOGETHER)]


def results(
    packs: list[list[ConfirmationJob]],
    study: Study,
    shared: Any,
    jobs: int,
    done: Callable[[ConfirmationJob], None],
) -> Generator[tuple[str, list[Outcome]], None, None]:
    """Run the packs on the study's engine; yield each label when its jobs have come back.

    shared: what every worker is given once, and each job beside its task.
    """
    if not packs:
        return
    missing = Counter(job.label for pack in packs for job in pack)
    known: dict[str, dict[int, Outcome]] = {label: {} for label in missing}
    workers = min(jobs, len(packs))
    engine = engines.make(study.engine, _run, shared, workers, study.retries, _timeout)
    try:
        under_way = Packs[ConfirmationJob](engine)
        for pack in packs:
            under_way.submit(pack)
        while len(under_way):
            for job, result in under_way.wait():
                done(job)
                is_lost = isinstance(result, engines.Failure)
                pieces = known[job.label]
                pieces[job.number] = failed(-1, result.cause) if is_lost else result
                if len(pieces) == missing[job.label]:
                    yield job.label, [pieces[number] for number in sorted(pieces)]
    finally:
        engine.close()


# Seconds: work of less is done by this process, before workers would have started.
SHORT = 2.0


def results_soon(
    packs: list[list[ConfirmationJob]],
    study: Study,
    shared: Any,
    jobs: int,
    done: Callable[[ConfirmationJob], None] = lambda job: None,
) -> Generator[tuple[str, list[Outcome]], None, None]:
    """As `results`, in this process where the work takes SHORT seconds at most."""
    if sum(job.seconds for pack in packs for job in pack) > SHORT:
        yield from results(packs, study, shared, jobs, done)
        return
    found: dict[str, list[Outcome]] = {}
    missing = Counter(job.label for pack in packs for job in pack)
    for job in (job for pack in packs for job in pack):
        if not job.networks:
            # Libraries that are loaded later would have as many threads as they like.
            import sklearn.ensemble
            import sklearn.linear_model  # noqa: F401
        with threadpool_limits(1):
            found.setdefault(job.label, []).append(_done(job, shared))
        done(job)
        if len(found[job.label]) == missing[job.label]:
            yield job.label, found[job.label]


def _done(job: ConfirmationJob, shared: Any) -> Outcome:
    """As in a worker: what goes wrong in one job is its outcome."""
    try:
        return job.function(job.task, shared)
    except Exception as fault:  # whatever a library raises
        return failed(-1, f"{type(fault).__name__}: {fault}")


def _timeout(jobs: list[ConfirmationJob]) -> engines.Timeout:
    """The engine's time limit for a pack: the sum of its baselines' limits.

    Networks have no time limit here; in the search, budgets.trial_time is one.
    """
    limits = [job.limit for job in jobs if job.limit is not None]
    return engines.Timeout(sum(limits) + GRACE, retried=False) if limits else engines.NO_TIMEOUT


def _run(jobs: list[ConfirmationJob], shared: Any) -> list[Outcome]:
    """Run a pack's jobs, in a worker."""
    return [job.function(job.task, shared) for job in jobs]


def record_path(folder: Path, key: dict[str, Any]) -> Path:
    """Where the record of that key is."""
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    return folder / "artifacts" / f"confirm-{digest[:12]}.npz"
