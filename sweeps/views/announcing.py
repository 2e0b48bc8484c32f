"""What is said of a run before it begins: the plan, what is known already, what it may cost."""

from collections.abc import Sequence
from pathlib import Path

from sweeps.base import durations
from sweeps.base.errors import Expected, UserError
from sweeps.base.terminal import say, verbatim
from sweeps.phases.prepared_run import PreparedRun
from sweeps.storage.folders import record_paths
from sweeps.views import column_table, estimates, first_trials, plan, plan_warnings


def announce(run: PreparedRun, known: int) -> None:
    """Say what will be done; `known` of the trials are done already. Errors: UserError."""
    study, console, budget = run.study, run.console, run.budget
    verbatim(console, study.name, style="bold")
    if study.description:
        say(console, "", study.description)
    place = f"storage {run.storage}" if run.storage else f"journal in {run.folder}"
    for name, text in plan.lines(study, run.dataset, budget, run.options.jobs, place):
        say(console, name, text)
    more = f"sweeps check {run.document.name} shows the table" if run.options.has_file else ""
    column_table.show(console, run.dataset.facts, column_table.IN_RUN, more, only_odd=True)
    for warning in plan_warnings.lines(study, run.dataset, run.options.jobs):
        say(console, "warning", warning, style="yellow")
    announce_known(run, known)
    if known < budget and (study.trainer is None or run.options.allow_code):
        say(console, "estimate", _estimate(run, budget - known))


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
    """The same, and the first trials, of a run that will not be. Errors: UserError."""
    announce(run, 0)
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
