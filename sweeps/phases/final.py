"""The final networks: the winner trained again on all rows, up to MOST times.

Their error is not known: no row is left to measure it on. What is told is that of the confirmation.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sweeps.base.errors import UserError
from sweeps.data import Dataset
from sweeps.data.datasets import whole_dataset
from sweeps.data.divided.divided_table import DividedTable
from sweeps.phases import confirm
from sweeps.phases.confirm import Confirmation
from sweeps.phases.training_jobs import ConfirmationJob, pieces, record_path, results_soon
from sweeps.storage import records
from sweeps.study.spec import Study
from sweeps.training import final, networks
from sweeps.training.final import FinalTask
from sweeps.training.task import Outcome

MOST = 10


@dataclass(frozen=True)
class FinalNetworks:
    """Networks theta (P, N) of all rows, those that diverged left out; with what they trained on.

    epochs: for how many. judged: training rows of the networks whose error is told.
    """

    theta: Any
    dataset: Dataset
    epochs: int
    judged: int

    @property
    def rows(self) -> int:
        """How many rows they trained on."""
        return self.dataset.n_train


def is_wanted(study: Study) -> bool:
    """Whether the study asks for networks of all rows, or leaves it open and is resampled."""
    if study.final.rows == "auto":
        return study.replicates.is_resampled and study.trainer is None
    return study.final.rows == "all"


def count(winner: Confirmation) -> int:
    """How many networks: of an ensemble, more than MOST add little."""
    return min(len(winner.outcome.arrays["gone"]), MOST)


def train(
    study: Study,
    divided: DividedTable,
    dataset: Dataset,
    winner: Confirmation,
    folder: Path,
    identity: str,
    jobs: int,
) -> FinalNetworks | None:
    """Trained, or read from the record that an earlier run left; None if all have diverged.

    dataset: the study's. identity: the digest of the study's identity. Errors: UserError.
    """
    outcome, config = winner.outcome, winner.candidate.config
    if outcome.arrays["gone"].all():
        return None
    epochs = winner.candidate.epoch or final.epochs(config, outcome, study.objective.at == "best")
    whole = whole_dataset.whole(divided, dataset, study.dtype)
    key = {
        "study": identity,
        "final": epochs,
        **confirm.record_key(winner.candidate, count(winner)),
    }
    path = record_path(folder, key)
    found = records.read(path, key)
    if found is None:
        found = _trained(study, winner, epochs, whole, jobs)
        records.write([(path, found, key)])
    alive = ~found.arrays["gone"]
    if not alive.any():
        return None
    judged = dataset.for_confirmation.n_train
    return FinalNetworks(found.arrays["theta"][alive], whole, epochs, judged)


def _trained(study: Study, winner: Confirmation, epochs: int, whole: Dataset, jobs: int) -> Outcome:
    """The networks, in their order. Errors: UserError where a worker died."""
    label, config, number_of = winner.candidate.label, winner.candidate.config, count(winner)
    packs = [
        [
            ConfirmationJob(
                number,
                label,
                final.train,
                FinalTask(config, epochs, study.search.seed, piece, study.dtype),
                networks=len(piece),
                seconds=networks.seconds(config | {"epochs": epochs}, whole, len(piece)),
            )
        ]
        for number, piece in enumerate(pieces(range(number_of)))
    ]
    with closing(results_soon(packs, study, whole, jobs)) as each:
        ((_, parts),) = each
    for part in parts:
        if part.state == "failed":
            raise UserError(f"final: {label} on all rows: {part.cause}")
    arrays = {
        name: np.concatenate([part.arrays[name] for part in parts]) for name in ("theta", "gone")
    }
    scores = {name: np.concatenate([part.final[name] for part in parts]) for name in parts[0].final}
    return Outcome(winner.candidate.trial, "complete", (), final=scores, arrays=arrays)
