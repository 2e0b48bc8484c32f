"""What is trained once the winner is known: the learning curve, and networks of all rows."""

import time
from dataclasses import dataclass, field
from typing import Any

from dnn.gradcheck import EPSILONS, PASS_MARK
from sweeps.base.errors import Expected
from sweeps.base.terminal import say
from sweeps.phases import final, learning_curve
from sweeps.phases.confirmed import Ranked
from sweeps.phases.final import FinalNetworks
from sweeps.phases.learning_curve import LearningCurve
from sweeps.phases.prepared_run import PreparedRun
from sweeps.training import probing
from sweeps.views import wording
from sweeps.views.bar import working
from sweeps.views.training_progress import TrainingProgress


@dataclass
class AfterConfirmation:
    """Learning curves; the networks of all rows, if any; why a curve is missing; seconds each.

    gradients: what the provenance says of a trainer's gradient check.
    """

    curves: list[LearningCurve] = field(default_factory=list)
    final: FinalNetworks | None = None
    lost: dict[str, str] = field(default_factory=dict)
    gradients: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def train(run: PreparedRun, ranked: Ranked, identity: str) -> AfterConfirmation:
    """What the study wants of both, or what earlier runs have recorded. Errors: UserError."""
    done = AfterConfirmation()
    if not ranked.networks:
        return done
    winner = ranked.networks[0]
    if learning_curve.is_wanted(run.study):
        clock = time.monotonic()
        _learning_curve(run, ranked, identity, done)
        done.seconds["learning_curve"] = time.monotonic() - clock
    _gradients(run, done)
    if final.is_wanted(run.study) and run.divided is not None:
        clock, jobs = time.monotonic(), run.options.jobs
        count = wording.count(final.count(winner), "network")
        rows = len(run.divided.table.frame)
        say(run.console, "final", f"{count} of the winner on all {rows} rows …")
        with working(run.console, "final"):
            done.final = final.train(
                run.study, run.divided, run.dataset, winner, run.folder, identity, jobs
            )
        if done.final is None:
            say(run.console, "left out", "networks of all rows: all diverged", style="yellow")
        done.seconds["final"] = time.monotonic() - clock
    return done


def _gradients(run: PreparedRun, done: AfterConfirmation) -> None:
    trainer = run.study.trainer
    if trainer is None or not trainer.gradient_check:
        return
    try:
        with working(run.console, "gradients"):
            found = probing.gradient_check(trainer, run.study)
    except Expected as fault:
        say(run.console, "left out", f"gradient check: {fault.message}", style="yellow")
        done.lost["gradient check"] = fault.message
        return
    done.gradients = {"epsilons": list(EPSILONS), "pass_mark": PASS_MARK, "differences": found}


def _learning_curve(
    run: PreparedRun, ranked: Ranked, identity: str, done: AfterConfirmation
) -> None:
    if run.divided is None:
        return
    study, folder = run.study, run.folder
    work = learning_curve.prepare(study, run.divided, run.dataset, ranked, folder, identity)
    if work is None:
        say(run.console, "note", "no learning curve: there are too few rows for one")
        return
    if work.packs:
        sizes, folds = work.rows.counts.shape
        who = " and ".join(work.keys)
        say(run.console, "rows", f"learning curve of {who}: {sizes} sizes × {folds} folds …")
    with TrainingProgress(run.console, "rows", work.jobs, run.options.jobs) as progress:
        done.curves, lost = learning_curve.train(
            work, study, ranked, folder, run.options.jobs, progress.update
        )
    for label, cause in lost.items():
        say(run.console, "left out", f"learning curve of {label}: {cause}", style="yellow")
    done.lost |= {f"learning curve of {label}": cause for label, cause in lost.items()}
