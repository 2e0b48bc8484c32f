"""The learning curve: the winner and the best baseline, trained on growing parts of the rows.

At each size there is a network for each fold of the confirmation's first repeat, scored on the rows
that the fold leaves out. It makes as many updates as on all rows, so that a curve shows what rows
bring, and not a longer training. At the last size, all rows of a fold, it has trained already.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base import durations
from sweeps.data import Dataset
from sweeps.data.datasets import growing_dataset
from sweeps.data.datasets.growing_dataset import GrowingRows
from sweeps.data.divided.divided_table import DividedTable
from sweeps.phases import confirm
from sweeps.phases.confirm import Confirmation
from sweeps.phases.confirmed import Ranked
from sweeps.phases.training_jobs import ConfirmationJob, record_path, results_soon
from sweeps.storage import records
from sweeps.study import metrics
from sweeps.study.spec import Study
from sweeps.training import baselines, lengthened, networks, seeds, trial
from sweeps.training.task import SCORES, Outcome, Task, task_of

Kept = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class LearningCurve:
    """Of a setting or baseline: training rows, epochs, whether diverged, SCORES.

    All (sizes, folds), the smallest size first.
    """

    label: str
    is_network: bool
    rows: NDArray[np.intp]
    epochs: NDArray[np.intp]
    diverged: NDArray[np.bool_]
    scores: Kept


def is_wanted(study: Study) -> bool:
    """Whether there is one.

    Of a training function of the user's nobody knows how it uses rows; by time fewer rows would be
    older ones, too.
    """
    by_time, resampled = study.data.split.time is not None, study.replicates.is_resampled
    asked = bool(study.confirm.learning_curve) and not by_time
    return asked and resampled and study.trainer is None


@dataclass(frozen=True)
class CurveWork:
    """What is to be trained: its jobs in packs, with what earlier runs have recorded.

    known, keys: by label. rows: by size and fold; seeds: the confirmation's networks of a fold.
    datasets: one a size but the last.
    """

    known: dict[str, Outcome]
    keys: dict[str, dict[str, Any]]
    rows: GrowingRows
    seeds: int
    datasets: tuple[Dataset, ...]
    packs: list[list[ConfirmationJob]]

    @property
    def jobs(self) -> list[ConfirmationJob]:
        """The jobs of all packs."""
        return [job for pack in self.packs for job in pack]


def prepare(
    study: Study,
    divided: DividedTable,
    dataset: Dataset,
    ranked: Ranked,
    folder: Path,
    identity: str,
) -> CurveWork | None:
    """The work left to do; None where there are too few rows, or no winner.

    dataset: the study's. identity: the digest of the study's identity.
    """
    if not ranked.networks or ranked.networks[0].outcome.arrays["gone"].all():
        return None
    rows = growing_dataset.growing_rows(divided, study.confirm)
    if not rows.sizes:
        return None
    winner, baseline = ranked.networks[0].candidate, best_baseline(study, ranked.others)
    about = {"study": identity, "curve": rows.counts[:-1].tolist()}
    keys = {winner.label: about | confirm.record_key(winner, study.confirm.replicates)}
    keys |= {} if baseline is None else {baseline: about | {"baseline": baseline}}
    found = {label: records.read(record_path(folder, key), key) for label, key in keys.items()}
    known = {label: outcome for label, outcome in found.items() if outcome is not None}
    todo = [label for label in keys if label not in known]
    datasets = growing_dataset.growing(divided, dataset, rows, study.dtype) if todo else ()
    packs = list(_packs(study, ranked.networks[0], baseline, rows, datasets, todo))
    folds = dataset.for_confirmation.folds
    return CurveWork(known, keys, rows, folds.design.seeds if folds else 1, datasets, packs)


def best_baseline(study: Study, others: dict[str, Outcome]) -> str | None:
    """By the first objective on dev, where a baseline has it; else by the loss."""
    name, sign = study.objective.metric, study.objective.sign
    if not isinstance(metrics.METRICS[name], metrics.Score) or name not in SCORES:
        name, sign = "dev_loss", 1
    scores = {label: sign * float(one.final[name].mean()) for label, one in others.items()}
    return min(scores, key=lambda label: scores[label]) if scores else None


def _packs(
    study: Study,
    winner: Confirmation,
    baseline: str | None,
    rows: GrowingRows,
    datasets: tuple[Dataset, ...],
    todo: list[str],
) -> Iterator[list[ConfirmationJob]]:
    numbers = itertools.count()
    if baseline in todo:
        limit = durations.seconds(study.confirm.baseline_time)
        train = partial(baselines.within, limit)
        yield [
            ConfirmationJob(
                *(next(numbers), str(baseline), partial(_at, train, size), baseline, limit),
                seconds=baselines.seconds(str(baseline), one),
            )
            for size, one in enumerate(datasets)
        ]
    label = winner.candidate.label
    for size, one in enumerate(datasets) if label in todo else ():
        task = _task(study, winner, rows, size)
        train = partial(_at, trial.train, size)
        count = len(task.replicates)
        seconds = networks.seconds(task.config, one, count)
        yield [ConfirmationJob(next(numbers), label, train, task, networks=count, seconds=seconds)]


def _task(study: Study, winner: Confirmation, rows: GrowingRows, size: int) -> Task:
    counts = rows.counts
    config, epoch = winner.candidate.config, winner.candidate.epoch
    longer = lengthened.lengthened(config, int(counts[size].max()), int(counts[-1].max()))
    if epoch is not None:
        epoch = max(1, round(epoch * longer["epochs"] / config["epochs"]))
    return task_of(
        study,
        winner.candidate.trial,
        longer,
        seeds.CURVE,
        range(counts.shape[1]),
        counted_epoch=epoch,
        ends_there=True,
    )


def _at(train: Any, size: int, task: Any, datasets: tuple[Dataset, ...]) -> Outcome:
    """Train at a size, in a worker; of what comes back scores and epochs are kept."""
    found: Outcome = train(task, datasets[size])
    if found.state == "failed":
        return found
    final = {score: found.final[score] for score in SCORES}
    count = len(final[SCORES[0]])
    epochs = found.curves["epoch"][-1] if found.curves else 0
    gone = found.arrays.get("gone", np.zeros(count, bool))
    return Outcome(
        found.number,
        "complete",
        (),
        final=final | {"epochs": np.full(count, epochs, float)},
        arrays={"gone": gone},
    )


def train(
    work: CurveWork,
    study: Study,
    ranked: Ranked,
    folder: Path,
    jobs: int,
    done: Callable[[ConfirmationJob], None] = lambda job: None,
) -> tuple[list[LearningCurve], dict[str, str]]:
    """Do the work: the curves, and by label why one is missing. Each is recorded at once.

    done: called with every job that has come back.
    """
    known, lost = dict(work.known), {}
    soon = results_soon(work.packs, study, work.datasets, jobs, done)
    with closing(soon) as found:
        for label, parts in found:
            gone = [one for one in parts if one.state == "failed"]
            if gone:
                lost[label] = gone[0].cause
                continue
            known[label] = _joined(parts)
            key = work.keys[label]
            records.write([(record_path(folder, key), known[label], key)])
    curves = [
        _curve(label, known[label], work.rows, ranked.others[label], 1, is_network=False)
        if label in ranked.others
        else _curve(
            label,
            known[label],
            work.rows,
            ranked.networks[0].outcome,
            work.seeds,
            epoch=ranked.networks[0].candidate.epoch,
        )
        for label in work.keys
        if label in known
    ]
    return curves, lost


def _joined(parts: list[Outcome]) -> Outcome:
    """The sizes one after the other."""
    final = {name: np.concatenate([one.final[name] for one in parts]) for name in parts[0].final}
    gone = np.concatenate([one.arrays["gone"] for one in parts])
    return replace(parts[0], final=final, arrays={"gone": gone})


def _curve(
    label: str,
    found: Outcome,
    rows: GrowingRows,
    whole: Outcome,
    seeds: int,
    is_network: bool = True,
    epoch: int | None = None,
) -> LearningCurve:
    """With the last size, of which the first repeat and seed of the confirmation is taken."""
    folds = rows.counts.shape[1]
    first = np.arange(folds) * seeds
    epochs = (epoch or whole.curves["epoch"][-1]) if is_network else 0
    gone = whole.arrays["gone"][first] if is_network else np.zeros(folds, bool)

    def with_last(own: NDArray[Any], last: Any) -> NDArray[Any]:
        return np.vstack([own.reshape(-1, folds), np.broadcast_to(last, (1, folds))])

    return LearningCurve(
        label,
        is_network,
        rows.counts,
        with_last(found.final["epochs"], epochs).astype(np.intp),
        with_last(found.arrays["gone"], gone),
        {score: with_last(found.final[score], whole.final[score][first]) for score in SCORES},
    )
