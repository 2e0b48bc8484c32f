"""One run from the study to the report: search, confirm, write, report."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from sweeps import engines
from sweeps.base import checkout
from sweeps.base.errors import Expected, UserError
from sweeps.base.interrupts import Shield
from sweeps.base.terminal import say
from sweeps.dashboard.writer import DashboardWriter
from sweeps.phases import prepare, prepared_run
from sweeps.phases.options import Options
from sweeps.phases.prepared_run import PreparedRun
from sweeps.results import outputs, reporting, resolved
from sweeps.results.result import Result
from sweeps.running import after_confirm, confirming, given_studies, nested
from sweeps.running.after_confirm import AfterConfirmation
from sweeps.running.callbacks import Callbacks
from sweeps.running.confirming import ConfirmationPhase
from sweeps.running.s3_mirror import S3Mirror
from sweeps.search import Finished, search, warm_start
from sweeps.search.budgets import Budget, deadline
from sweeps.search.delayed import DelayedStudy, WarmTrial
from sweeps.storage import identities
from sweeps.storage.run_folder import RunFolder
from sweeps.storage.store import Store
from sweeps.study.file import documents
from sweeps.training import custom
from sweeps.views import announcing, tables
from sweeps.views.bar import working
from sweeps.views.progress import Progress


class Interrupted(KeyboardInterrupt):
    """Ctrl-C: the trials that have ended are kept, and the models that are confirmed."""

    def __init__(self, done: int, budget: int, folder: Path, confirm: bool = False) -> None:
        self.done, self.budget, self.folder = done, budget, folder
        also = " and what is confirmed" * (confirm and done == budget)
        super().__init__(f"{done} of {budget} trials{also} are kept in {folder}")

    def _render_traceback_(self) -> list[str]:  # a notebook shows no more
        return [f"Stopped: {self}; run the cell again to go on"]


def execute(
    document: documents.Document,
    base: Path,
    assignments: list[str],
    options: Options,
    console: Console,
) -> Result | None:
    """Run a study; None for a dry run. Errors: UserError, Interrupted."""
    run = prepared_run.accept(document, base, assignments, options, console)
    prepare.optuna_quietly()
    if options.dry_run:
        announcing.preview(run.as_begun(identities.of_folder(run.folder)))
        return None
    result = _run(run, announcing.announce)
    tables.closing(result, run.study, str(run.storage) if run.storage else None, console)
    return result


def _run(run: PreparedRun, announce: Callable[[PreparedRun, int], None]) -> Result:
    shield = Shield()
    waiting = partial(say, run.console, "waiting", style="yellow")
    with RunFolder(run.folder, waiting) as held, shield.installed():
        run = run.as_begun(held.begun(run.study.name, run.storage))
        known = _earlier(run)
        identity = resolved.identity(run.study, run.dataset, known)
        goals = [objective.goal for objective in run.study.objectives]
        store = held.open(run.study.name, run.storage, identity, goals)
        asked, run = run.budget, run.with_at_least(store.reach())
        if asked < run.budget:
            there = f"{asked} trials are asked, {run.budget} are there: none is dropped"
            say(run.console, "note", there)
        run = given_studies.keep(run)
        outputs.write_study(run.folder, run.study, run.base)
        callbacks = _callbacks(run, store, shield)
        if run.study.search.from_ is not None:
            start = run.study.search.from_
            say(run.console, "from", f"{len(known)} trials of {start} fit")
        announce(run, store.finished_among(run.budget))
        try:
            return _carried_out(run, store, known, shield, callbacks)
        except Interrupted:  # in an outer fold, which says what is kept of it
            raise
        except KeyboardInterrupt:
            done = store.finished_among(run.budget)
            raise Interrupted(done, run.budget, run.folder, run.options.confirm) from None
        finally:
            callbacks.on_close()


def _earlier(run: PreparedRun) -> list[WarmTrial]:
    try:
        data = resolved.data(run.study, run.dataset)
        return warm_start.start(run.study, run.base, run.folder, data)
    except Expected as fault:
        raise UserError(run.document.fault("", fault)) from None


def _callbacks(run: PreparedRun, store: Store, shield: Shield) -> Callbacks:
    callbacks = Callbacks(shield, run.console)
    if run.study.data.split.outer is not None:  # what is followed is the whole study
        return callbacks
    of = (run.study, store.study, run.folder, run.budget)
    is_in_sds = not run.dataset.target.classes
    callbacks.add("dashboard", DashboardWriter(*of, is_in_sds=is_in_sds))
    if run.bucket is not None:
        mirror = S3Mirror(run.bucket, run.folder, run.study.name, run.console)
        callbacks.add("artifacts", mirror)
    return callbacks


def _carried_out(
    run: PreparedRun, store: Store, known: list[WarmTrial], shield: Shield, callbacks: Callbacks
) -> Result:
    """Search, confirm, write and report."""
    started = datetime.now(UTC)
    searched = _search(run, store, DelayedStudy(run.study, known), shield, callbacks)
    callbacks.on_search_end()
    confirmed = confirming.confirm(run, searched.finished, store.identity)
    run = replace(run, dataset=confirmed.dataset)
    ranked = confirmed.ranked
    after = after_confirm.train(run, ranked, store.identity)
    facts = _facts(run, searched, confirmed, after) | {
        "study_hash": store.identity,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    result = Result(run.folder)
    with shield:
        outputs.write(run, store, searched.finished, ranked.networks, ranked.others)
        outputs.write_after_confirmation(run, ranked.networks, after.curves, after.final)
        outputs.write_provenance(run, searched.finished, facts)
    # Each of its files is written whole or not at all, and made anew when the run goes on.
    with working(run.console, "report"):
        reporting.write(result)
    if run.study.confirm.nested is not None and ranked.networks:
        # The study's own report stands by now, whatever becomes of the folds.
        nested.carry_out(run, _run_fold)
        result = Result(run.folder)
        with working(run.console, "report"):
            reporting.write(result)
    callbacks.on_report(result)
    return result


def _run_fold(run: PreparedRun) -> Result:
    """An outer fold's run, of which only what is done already is announced."""
    return _run(run, announcing.announce_known)


@dataclass(frozen=True)
class _SearchPhase:
    """All trials of the search; which budget ended it, in words; seconds."""

    finished: list[Finished]
    ended_by: str
    seconds: float


def _facts(
    run: PreparedRun,
    searched: _SearchPhase,
    confirmed: ConfirmationPhase,
    after: AfterConfirmation,
) -> dict[str, Any]:
    """What the provenance says of the run itself."""
    study, options, ranked = run.study, run.options, confirmed.ranked
    budgets = study.budgets.model_dump(exclude_none=True)
    return {
        "command": options.command,
        "budgets": budgets | ({"time": options.time} if options.time is not None else {}),
        "ended_by": searched.ended_by,
        "jobs": options.jobs,
        "engine": str(study.engine),
        "storage": str(run.storage or "journal.log"),
        "commit": checkout.commit(run.base),
        "confirm": outputs.confirmation(run) | confirmed.looks if ranked.networks else None,
        "lost": ranked.lost | after.lost,
        "seconds": {"search": searched.seconds, "confirm": confirmed.seconds} | after.seconds,
        **outputs.final(after.final),
        **({"gradient_check": after.gradients} if after.gradients else {}),
    }


def _search(
    run: PreparedRun, store: Store, delayed: DelayedStudy, shield: Shield, callbacks: Callbacks
) -> _SearchPhase:
    study, budget, clock = run.study, run.budget, time.monotonic()
    limit = Budget(study, budget, deadline(study, run.options.time))
    seen = run.dataset.for_search
    packed = seen if study.trainer is None else None
    task, jobs = custom.pack_trainer(study), run.options.jobs
    timeout = engines.Timeout(study.hung_after)
    engine = engines.make(study.engine, task, seen, jobs, study.retries, lambda _: timeout)
    finished = []
    try:
        with Progress(run.console, budget, study, run.dataset.target.sd) as progress:
            for one in search(study, store, engine, limit, delayed, shield, packed):
                progress.update(one)
                callbacks.on_trial(one)
                # The outputs are in its record; thousands of them would not fit in memory.
                finished.append(replace(one, outcome=replace(one.outcome, arrays={})))
    finally:
        engine.close()
    if limit.met:
        asked = f"{len(finished)} of {budget} trials are done"
        say(run.console, "ended by", f"{limit.met}; {asked}")
    ended_by = limit.met or f"trials: all {budget} were asked"
    return _SearchPhase(finished, ended_by, time.monotonic() - clock)
