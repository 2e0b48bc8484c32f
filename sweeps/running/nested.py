"""Search and confirmation once more in each outer fold, after the study's own."""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sweeps.base.errors import UserError
from sweeps.base.terminal import say
from sweeps.data.divided.split import Rows
from sweeps.phases import nested, resampled
from sweeps.phases.earlier_run import EarlierRun
from sweeps.phases.prepared_run import PreparedRun
from sweeps.results import nested as results
from sweeps.results.nested import OuterResult
from sweeps.results.result import Result
from sweeps.views import announcing


@dataclass(frozen=True)
class OuterRun:
    """A fold's own study, ready to run. number: from 1 on. rows: of the table, its test rows."""

    number: int
    rows: Rows
    run: PreparedRun


def carry_out(run: PreparedRun, run_one: Callable[[PreparedRun], Result]) -> None:
    """Run each fold's study to its end, and write what they gave. Errors: UserError.

    run: the study's own, which is done. run_one: runs a fold's, and goes on where it was left.
    """
    folders = nested.folders(run.folder, int(run.study.confirm.nested or 0))
    announcing.announce_folds(run, folders)
    done = []
    for fold in _folds(run):
        train, test = (fold.run.dataset.facts[part] for part in ("train", "test"))
        pool = train + fold.run.dataset.facts["dev"]
        words = f"{fold.number} of {len(folders)}: {pool} rows to learn from, {test} to be scored"
        say(run.console, "fold", words)
        result, target = run_one(fold.run), fold.run.dataset.target
        done.append(OuterResult(fold.number, fold.rows, target, result))
    results.write(run.folder, run.dataset.target, done)


def _folds(run: PreparedRun) -> Iterator[OuterRun]:
    """Each fold's study, with its data loaded when it is its turn. Errors: UserError."""
    divided, folds = nested.drawn(run.study, run.base)
    if divided.table.sha256 != run.dataset.sha256:
        raise UserError(
            f"{run.study.data.source}: expected the rows that the study began with, got others "
            "(run it again when the file is no longer changed)"
        )
    del divided
    for place, folder in enumerate(nested.folders(run.folder, len(folds))):
        study = nested.of_fold(run.study, place + 1)
        command = f"python -m sweeps resume {shlex.quote(str(folder))}"
        options = replace(run.options, folder=folder, storage=None, artifacts=None, command=command)
        _, dataset, divided = resampled.load(study, run.document, run.base, EarlierRun())
        one = replace(run, study=study, dataset=dataset, divided=divided, options=options)
        yield OuterRun(place + 1, folds[place], one)
