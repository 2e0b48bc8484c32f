"""`sweeps check`: a study's faults, its plan, its first trials, and what it may cost."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from sweeps.base import durations
from sweeps.base.errors import Expected, UserError
from sweeps.base.terminal import say, verbatim
from sweeps.data import Dataset
from sweeps.data.remarks.column_table import rows as rows_of_columns
from sweeps.phases import options, prepare
from sweeps.study.file import documents
from sweeps.study.spec import Study
from sweeps.views import column_table, estimates, first_trials, plan, plan_warnings, wording


def check(
    path: Path,
    assignments: Sequence[str],
    jobs: int | None,
    trials: int | None,
    allow_code: bool,
    console: Console,
    every: bool = False,
) -> None:
    """Say what a study would do. Errors: UserError with every fault that it has.

    every: all columns are shown.
    """
    document = documents.read(path)
    limits = options.limits(jobs, trials)
    workers, wanted = limits["jobs"], limits["trials"]
    over = [*assignments, *([f"search.trials={wanted}"] if wanted else [])]
    study, dataset, divided = prepare.with_rows(
        document, path.parent, over, allow_code, is_checked=True
    )
    storage, bucket = prepare.places(study, document, path.parent)
    prepare.check_usable(study, storage, bucket)
    budget = prepare.trials_of(study)
    prepare.optuna_quietly()
    try:
        first = list(first_trials.lines(study, dataset, path.parent, budget))
    except Expected as fault:
        raise UserError(document.fault("", fault)) from None
    verbatim(console, study.name, style="bold")
    for name, text in plan.lines(study, dataset, budget, workers, "not run"):
        say(console, name, text)
    facts, most = dataset.facts, column_table.IN_CHECK
    if every:
        facts = {**facts, "column_table": rows_of_columns(divided, dataset.encoder)}
        most = len(facts["column_table"])
    column_table.show(console, facts, most, "--all shows them")
    refusals = [one.refusal for one in (storage, bucket, study.engine.known) if one is not None]
    for warning in (*plan_warnings.lines(study, dataset, workers), *filter(None, refusals)):
        say(console, "warning", warning, style="yellow")
    for name, text in first:
        say(console, name, text)
    if study.trainer is None or allow_code:
        try:
            for name, text in costs(study, dataset, budget, workers):
                say(console, name, text)
        except Expected as fault:
            raise UserError(document.fault("trainer", fault)) from None
    else:
        say(console, "trainer", "not imported, and not timed: --allow-code allows it")
    say(console, "faults", "none")


def costs(study: Study, dataset: Dataset, trials: int, jobs: int) -> Iterator[tuple[str, str]]:
    """Seconds of the cheapest and the dearest setting, and of the whole search between them."""
    ends = estimates.extremes(study, dataset)
    names = ("cheapest", "dearest") if len(ends) > 1 else ("defaults",)
    for name, (config, seconds) in zip(names, ends, strict=True):
        searched = {w: v for w, v in config.items() if w in study.space.searched}
        short = f"{seconds:.2g} s" if seconds < 10 else durations.words(seconds)
        yield name, f"{short} a trial: {wording.settings(searched)}"
    low, high = (seconds * trials / jobs for _, seconds in (ends[0], ends[-1]))
    yield (
        "search",
        f"{between(low, high)} for {wording.count(trials, 'unpruned trial')} "
        f"with {wording.count(jobs, 'job')}",
    )
    if study.confirm.until is not None:
        yield "confirm", _confirmation(study, (ends[0][1], ends[-1][1]), jobs)
    yield "baselines", _baselines(study, dataset)
    if study.confirm.nested is not None:
        folds = study.confirm.nested
        more = estimates.span(study, dataset, folds * trials, folds, jobs)
        yield "nested", f"{folds} outer folds besides: {more.words}"


def _confirmation(study: Study, of_trial: tuple[float, float], jobs: int) -> str:
    """How long it may take at most; of_trial: seconds of the cheapest and of the dearest."""
    settings, networks = study.confirm.top + 1, study.confirm.at_most
    low, high = (each * settings * networks / study.replicates.count / jobs for each in of_trial)
    asked = f"{wording.count(settings, 'setting')} × {wording.count(networks, 'network')}"
    return f"{between(low, high)} for {asked}, if it goes on to the last"


def _baselines(study: Study, dataset: Dataset) -> str:
    """What the confirmation trains beside networks, and how long it may take."""
    if not study.confirm.baselines:
        return "none"
    each = [
        f"{name} {'up to its limit of ' if is_long else 'about '}{durations.words(seconds)}"
        for name, seconds, is_long in estimates.beside_networks(study, dataset)
        if seconds >= 1
    ]
    return "; ".join(each) or "less than 1 s each"


def between(low: float, high: float) -> str:
    """Seconds from low to high in words, as far as they can be told apart."""
    shortest, longest = durations.words(low), durations.words(high)
    if high < 1:
        return "less than 1 s"
    if shortest == longest:
        return f"about {longest}"
    return f"up to {longest}" if low < 1 else f"between {shortest} and {longest}"
