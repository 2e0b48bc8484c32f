"""What is said of a run before it begins: the plan, what is known already, what it may cost."""

from collections.abc import Sequence
from pathlib import Path

from sweeps.base import durations
from sweeps.base.errors import Expected, UserError
from sweeps.base.terminal import say, verbatim
from sweeps.data import Dataset
from sweeps.phases.prepared_run import PreparedRun
from sweeps.storage.folders import record_paths
from sweeps.study.spec import Study
from sweeps.views import column_table, estimates, first_trials, plan, plan_warnings, short_plan


def announce(run: PreparedRun, known: int) -> None:
    """Say in short what will be done; `known` of the trials are done already. Errors: UserError."""
    _begin(run)
    for name, text in short_plan.lines(*_planned(run)):
        say(run.console, name, text)
    if run.options.has_file:
        say(run.console, "more", f"sweeps check {run.document.name} shows the whole plan")
    announce_known(run, known)
    _announce_cost(run, known)


def _begin(run: PreparedRun) -> None:
    """The study's name and question; what will be done otherwise than asked."""
    study, console = run.study, run.console
    verbatim(console, study.name, style="bold")
    if study.description:
        say(console, "", study.description)
    for warning in plan_warnings.lines(study, run.dataset, run.options.jobs):
        say(console, "warning", warning, style="yellow")


def _planned(run: PreparedRun) -> tuple[Study, Dataset, int, int, str]:
    place = f"storage {run.storage}" if run.storage else f"journal in {run.folder}"
    return run.study, run.dataset, run.budget, run.options.jobs, place


def _announce_cost(run: PreparedRun, known: int) -> None:
    if known < run.budget and (run.study.trainer is None or run.options.allow_code):
        say(run.console, "estimate", _estimate(run, run.budget - known))


def announce_known(run: PreparedRun, known: int) -> None:
    """Say how many of the trials are done already, if some are."""
    if known:
        again = "; the report is made anew" if known == run.budget else ""
        say(run.console, "resumed", f"{known} of {run.budget} trials are done{again}")


def announce_folds(run: PreparedRun, folders: Sequence[Path]) -> None:
    """Say what the outer folds are, and about how long what is left of them takes.

    Errors: UserError.
    """
    known = sum(len(record_paths(folder)) for folder in folders)
    left = len(folders) * run.budget - known
    words = f"{len(folders)} outer folds, each a study of its own in {folders[0].parent}"
    say(run.console, "nested", words)
    if left > 0 and (run.study.trainer is None or run.options.allow_code):
        say(run.console, "estimate", _estimate(run, left, -(-left // run.budget)))


def preview(run: PreparedRun) -> None:
    """The whole plan, and the first trials, of a run that will not be. Errors: UserError."""
    _begin(run)
    for name, text in plan.lines(*_planned(run)):
        say(run.console, name, text)
    column_table.show(run.console, run.dataset.facts, column_table.IN_CHECK, "sweeps check --all")
    _announce_cost(run, 0)
    try:
        for name, text in first_trials.lines(run.study, run.dataset, run.base, run.budget):
            say(run.console, name, text)
    except Expected as fault:
        raise UserError(run.document.fault("", fault)) from None


def _estimate(run: PreparedRun, trials: int, confirmations: int = 1) -> str:
    options, many = run.options, confirmations if run.options.confirm else 0
    try:
        text = estimates.span(run.study, run.dataset, trials, many, options.jobs).words
    except MemoryError as fault:
        raise UserError(f"the network of the defaults does not fit in memory: {fault}") from None
    except Expected as fault:
        return f"not known, since the trainer cannot train the defaults: {fault.message}"
    if options.time is not None:
        text += f"; no trial is asked after {durations.words(options.time)}"
    return text
