"""One run from the study to the report: check, search, confirm, write, report."""

import os
import re
import shlex
import threading
import time
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from sweeps import (
    agreement,
    buckets,
    checking,
    documents,
    durations,
    engines,
    guests,
    outputs,
    overrides,
    plan,
    provenance,
    resolved,
    spec,
    tables,
    trainers,
    warm,
)
from sweeps import confirm as confirmation
from sweeps.addresses import check, redact
from sweeps.copies import Copies
from sweeps.dashboard.showing import Showing
from sweeps.data import Dataset
from sweeps.data.loading import load
from sweeps.faults import Expected, UserError, show
from sweeps.following import Following
from sweeps.interrupts import Shield
from sweeps.progress import Progress
from sweeps.result import Result
from sweeps.search import Finished, search
from sweeps.search.budgets import Budget, deadline
from sweeps.search.mirror import Mirror, most
from sweeps.spec import Study
from sweeps.store import RunFolder, Store, digest
from sweeps.terminal import tell, verbatim
from sweeps.trial import Outcome


@dataclass(frozen=True)
class Options:
    """How to run; nothing here changes a number. `time` in seconds; None for no limit.

    `folder`: a run folder to go on in, whatever its name; else it is `out`/name.
    """

    jobs: int
    trials: int | None = None
    out: Path = Path("runs")
    storage: str | None = None
    engine: str | None = None
    artifacts: str | None = None
    time: float | None = None
    confirm: bool = True
    dry_run: bool = False
    allow_code: bool = False  # whether a trainer's module may be imported
    command: str = ""
    folder: Path | None = None

    def run_folder(self, study: Study) -> Path:
        """Where the study's run folder stands."""
        return self.folder or self.out / study.name


class Interrupted(KeyboardInterrupt):
    """Ctrl-C: what was told is kept."""

    def __init__(self, done: int, budget: int, folder: Path) -> None:
        self.done, self.budget, self.folder = done, budget, folder
        super().__init__(f"{done} of {budget} trials are kept in {folder}")


def run(
    study: "str | os.PathLike[str] | dict[str, Any]",
    *,
    jobs: int | None = None,
    trials: int | None = None,
    out: "str | os.PathLike[str]" = "runs",
    storage: str | None = None,
    engine: str | None = None,
    artifacts: str | None = None,
    set: Sequence[str] = (),  # noqa: A002 - the command line's word
    time: "str | float | None" = None,
    confirm: bool = True,
    quiet: bool = False,
    allow_code: bool = False,
) -> Result:
    """See `sweeps.run`."""
    console = Console(quiet=quiet, highlight=False)
    document, base = _document(study)
    options = Options(
        jobs=check_jobs(jobs),
        trials=check_trials(trials),
        out=Path(out),
        storage=storage,
        engine=engine,
        artifacts=artifacts,
        time=seconds(time),
        confirm=confirm,
        allow_code=allow_code,
        command=f"sweeps.run({str(study) if not isinstance(study, dict) else '…'!r})",
    )
    result = execute(document, base, list(set), options, console)
    if result is None:  # only a dry run has none
        raise RuntimeError("nothing was run")
    return result


def _document(study: "str | os.PathLike[str] | dict[str, Any]") -> tuple[documents.Document, Path]:
    if isinstance(study, dict):
        return documents.Document(deepcopy(study), {}, "study"), Path()
    path = Path(study)
    return documents.read(path), path.parent


def check_jobs(jobs: int | None) -> int:
    """The number of jobs; all cores by default. Errors: UserError."""
    if jobs is not None and not 1 <= jobs <= 1024:
        raise UserError(f"--jobs: expected a whole number from 1 to 1024, got {jobs}")
    return jobs or provenance.cores()


def check_trials(trials: int | None) -> int | None:
    """The number of trials, if given. Errors: UserError."""
    if trials is not None and not 1 <= trials <= 100_000:
        raise UserError(f"--trials: expected a whole number from 1 to 100000, got {trials}")
    return trials


def seconds(text: "str | float | None") -> float | None:
    """`--time` in seconds. Errors: UserError."""
    try:
        return None if text is None else durations.seconds(text)
    except Expected as fault:
        raise UserError(f"--time: {fault.message}") from None


def execute(
    document: documents.Document,
    base: Path,
    assignments: list[str],
    options: Options,
    console: Console,
) -> Result | None:
    """Run a study; None for a dry run. Errors: UserError, Interrupted."""
    study, dataset = _accepted(document, base, assignments, options)
    budget, folder = trials_of(study), options.run_folder(study)
    storage = options.storage or study.storage
    bucket = options.artifacts or study.artifacts
    if options.dry_run:
        _tell(study, dataset, budget, 0, storage, options, console)
        optuna_quietly()
        for name, text in checking.first(study, budget):
            tell(console, name, text)
        return None
    started = datetime.now(UTC)
    shield = Shield()
    optuna_quietly()
    waiting = partial(tell, console, "waiting", style="yellow")
    with RunFolder(folder, waiting) as run_folder, shield.installed():
        known_before = warm.start(study, base, folder, resolved.data(study, dataset))
        identity = resolved.identity(study, dataset, known_before)
        goals = [objective.goal for objective in study.objectives]
        store = run_folder.open(study.name, storage, identity, goals)
        outputs.write_study(folder, study, base)
        following = Following(shield, console)
        following.add("dashboard", Showing(study, store.study, folder, budget))
        if bucket is not None:
            following.add("artifacts", Copies(bucket, folder, study.name, console))
        known = store.finished_among(budget)
        if study.search.start is not None:
            tell(console, "from", f"{len(known_before)} trials of {study.search.start} fit")
        _tell(study, dataset, budget, known, storage, options, console)
        clock = time.monotonic()
        try:
            mirror = Mirror(study, known_before)
            finished = _search(
                study, dataset, store, budget, mirror, options, shield, following, console
            )
            seconds_searched = time.monotonic() - clock
            following.searched()
            networks, others, seconds_confirmed = _confirm(
                study, dataset, finished, folder, digest(identity), options, console
            )
            run_facts = _facts(study, options, base) | {
                "study_hash": digest(identity),
                "confirm": study.confirm.model_dump() if networks else None,
                "seconds": {"search": seconds_searched, "confirm": seconds_confirmed},
                "started": started.isoformat(timespec="seconds"),
                "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            with shield:
                outputs.write(folder, study, dataset, store, finished, networks, others, base)
                outputs.write_provenance(folder, study, dataset, finished, budget, run_facts)
                tell(console, "report", "…")
                _report(folder)
            following.reported()
        except KeyboardInterrupt:
            raise Interrupted(store.finished_among(budget), budget, folder) from None
        finally:
            following.closed()
    result = Result(folder)
    tables.closing(result, study, storage, console)
    return result


def _accepted(
    document: documents.Document, base: Path, assignments: list[str], options: Options
) -> tuple[Study, Dataset]:
    """The study with what the command line says over it, and nothing amiss. Errors: UserError."""
    if options.engine is not None:
        overrides.choose_engine(document, options.engine)
    if options.trials:
        assignments = [*assignments, f"search.trials={options.trials}"]
    study, dataset = prepare(document, base, assignments, options.allow_code)
    if study.trainer is not None and not (options.allow_code or options.dry_run):
        problem = Expected("--allow-code, since it runs code of its own", study.trainer.call)
        raise UserError(document.fault("trainer", problem))
    check_usable(study, options.storage or study.storage, options.artifacts or study.artifacts)
    return study, dataset


def check_usable(study: Study, storage: str | None, bucket: str | None) -> None:
    """What engine, storage and bucket need has to be here. Errors: UserError."""
    engines.check(study.engine)
    buckets.check_usable(bucket)
    if storage:
        check(storage)


def _facts(study: Study, options: Options, base: Path) -> dict[str, Any]:
    """What is known of a run before it begins, for its provenance."""
    storage = options.storage or study.storage
    budgets = study.budgets.model_dump(exclude_none=True)
    return {
        "command": options.command,
        "budgets": budgets | ({"time": options.time} if options.time is not None else {}),
        "jobs": options.jobs,
        "engine": str(study.engine),
        "storage": redact(storage) if storage else "journal.log",
        "commit": provenance.commit(base),
    }


def trials_of(study: Study) -> int:
    """How many trials the search may have: a grid, or no space at all, has an end."""
    if not study.space.dimensions:
        return 1
    return int(min(study.search.trials, most(study)))


def prepare(
    document: documents.Document, base: Path, assignments: list[str], allow_code: bool = False
) -> tuple[Study, Dataset]:
    """The study, checked, and its data; `base` is where their paths begin. Errors: UserError.

    A trainer's module is found, but imported only where code is allowed.
    """
    overrides.override(document, [_assignment(text) for text in assignments])
    study = spec.check(document)
    if study.trainer is not None:
        study = _with_trainer(study, study.trainer, document, base, allow_code)
    dataset = _load(study, document, base)
    agreement.with_data(study, dataset, document)
    return study, dataset


def _with_trainer(
    study: Study,
    trainer: trainers.Trainer,
    document: documents.Document,
    base: Path,
    allow_code: bool,
) -> Study:
    try:
        found = trainers.find(trainer, base)
        if allow_code:
            trainers.load(found)
    except Expected as fault:
        raise UserError(document.fault("trainer", fault)) from None
    return study.model_copy(update={"trainer": found})


def optuna_quietly() -> None:
    """Optuna's own log lines would break into the progress; its warnings stay."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)


def _assignment(text: str) -> tuple[str, Any]:
    path, equals, value = text.partition("=")
    if not equals or not re.fullmatch(r"[A-Za-z_][\w.]*", path.strip()):
        raise UserError(f"--set: expected dotted.key=value, got {show(text)}")
    return path.strip(), documents.value(value, f"--set {path.strip()}")


def _load(study: Study, document: documents.Document, base: Path) -> Dataset:
    try:
        return load(study.data, base, study.dtype)
    except Expected as fault:
        raise UserError(document.fault("data", fault)) from None


def _tell(
    study: Study,
    dataset: Dataset,
    budget: int,
    known: int,
    storage: str | None,
    options: Options,
    console: Console,
) -> None:
    verbatim(console, study.name, style="bold")
    if study.description:
        tell(console, "", study.description)
    place = f"storage {redact(storage)}" if storage else f"journal in {options.run_folder(study)}"
    for name, text in plan.lines(study, dataset, budget, options.jobs, place):
        tell(console, name, text)
    for warning in plan.warnings(study, dataset, options.jobs):
        tell(console, "warning", warning, style="yellow")
    if known:
        again = "; the report is made anew" if known == budget else ""
        tell(console, "resumed", f"{known} of {budget} trials are done{again}")
    if known < budget and (study.trainer is None or options.allow_code):
        tell(console, "estimate", _estimate(study, dataset, budget - known, options))


def _estimate(study: Study, dataset: Dataset, trials: int, options: Options) -> str:
    try:
        about = plan.estimate(study, dataset, trials, options.confirm, options.jobs)
    except MemoryError as fault:
        raise UserError(f"the network of the defaults does not fit in memory: {fault}") from None
    except Expected as fault:
        return f"not known, since the trainer cannot train the defaults: {fault.message}"
    text = f"about {durations.words(about)} if no trial is pruned"
    if options.time is not None:
        text += f"; no trial is asked after {durations.words(options.time)}"
    return text


def _search(
    study: Study,
    dataset: Dataset,
    store: Store,
    budget: int,
    mirror: Mirror,
    options: Options,
    shield: Shield,
    following: Following,
    console: Console,
) -> list[Finished]:
    limit = Budget(study, budget, deadline(study, options.time))
    seen = dataset.without("test")
    packed = seen if study.trainer is None else None
    engine = engines.make(
        study.engine, guests.searching(study), seen, options.jobs, study.retries, study.hung_after
    )
    finished = []
    try:
        with Progress(console, budget, study) as progress:
            for one in search(study, store, engine, limit, mirror, shield, packed):
                finished.append(one)
                progress.update(one)
                following.trial(one)
    finally:
        engine.close()
    if limit.met:
        tell(console, "budget", f"{limit.met}; {len(finished)} of {budget} trials were asked")
    return finished


def _confirm(
    study: Study,
    dataset: Dataset,
    finished: list[Finished],
    folder: Path,
    identity: str,
    options: Options,
    console: Console,
) -> tuple[list[confirmation.Confirmed], dict[str, Outcome], float]:
    if not options.confirm:
        return [], {}, 0.0
    clock = time.monotonic()
    chosen = confirmation.candidates(study, finished)
    work = confirmation.prepare(study, dataset, chosen, folder, identity)
    if work.calls:
        settings = sum(candidate.label not in work.known for candidate in chosen)
        tell(console, "confirm", f"{settings} settings × {study.confirm.replicates} fresh seeds …")
    # The workers train meanwhile; this process has time to load what the report draws with.
    threading.Thread(target=_warm_up, daemon=True).start()
    networks, others, lost = confirmation.confirm(work, study, dataset, folder, options.jobs)
    for label, cause in lost.items():
        tell(console, "failed", f"confirmation of {label}: {cause}", style="red")
    return networks, others, time.monotonic() - clock


def _warm_up() -> None:
    from reports import page

    page.warm_up()


def _report(folder: Path) -> None:
    from reports import page

    page.build(folder)


def reproduce(arguments: Sequence[str]) -> str:
    """The command line as it was given, passwords left out."""
    return shlex.join(["python", "-m", "sweeps", *(redact(argument) for argument in arguments)])
