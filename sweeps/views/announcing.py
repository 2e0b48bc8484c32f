"""What is said of a run before it begins: the plan, what is known already, what it may cost."""

from sweeps.base import durations
from sweeps.base.errors import Expected, UserError
from sweeps.base.terminal import say, verbatim
from sweeps.phases.prepare import PreparedRun
from sweeps.views import estimates, first_trials, plan


def announce(run: PreparedRun, known: int) -> None:
    """Say what will be done; `known` of the trials are done already. Errors: UserError."""
    study, console, budget = run.study, run.console, run.budget
    verbatim(console, study.name, style="bold")
    if study.description:
        say(console, "", study.description)
    place = f"storage {run.storage}" if run.storage else f"journal in {run.folder}"
    for name, text in plan.lines(study, run.dataset, budget, run.options.jobs, place):
        say(console, name, text)
    for warning in plan.warnings(study, run.dataset, run.options.jobs):
        say(console, "warning", warning, style="yellow")
    if known:
        again = "; the report is made anew" if known == budget else ""
        say(console, "resumed", f"{known} of {budget} trials are done{again}")
    if known < budget and (study.trainer is None or run.options.allow_code):
        say(console, "estimate", _estimate(run, budget - known))


def preview(run: PreparedRun) -> None:
    """The same, and the first trials, of a run that will not be. Errors: UserError."""
    announce(run, 0)
    try:
        for name, text in first_trials.lines(run.study, run.dataset, run.base, run.budget):
            say(run.console, name, text)
    except Expected as fault:
        raise UserError(run.document.fault("", fault)) from None


def _estimate(run: PreparedRun, trials: int) -> str:
    options = run.options
    try:
        about = estimates.seconds(run.study, run.dataset, trials, options.confirm, options.jobs)
    except MemoryError as fault:
        raise UserError(f"the network of the defaults does not fit in memory: {fault}") from None
    except Expected as fault:
        return f"not known, since the trainer cannot train the defaults: {fault.message}"
    text = f"about {durations.words(about)} if no trial is pruned"
    if options.time is not None:
        text += f"; no trial is asked after {durations.words(options.time)}"
    return text
