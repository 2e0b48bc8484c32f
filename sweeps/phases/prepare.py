"""From a study file to a study that can be run: checked, with its data loaded."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from sweeps import engines
from sweeps.base import s3_address
from sweeps.base.consent import Address, from_user
from sweeps.base.errors import Expected, UserError, is_text, show
from sweeps.base.storage_address import check
from sweeps.data import Dataset, openml
from sweeps.data.divided_table import DividedTable
from sweeps.phases import (
    final,
    given_paths,
    horizon,
    learning_curve,
    memory,
    nested,
    resampled,
    scales,
)
from sweeps.phases.earlier_run import EarlierRun
from sweeps.phases.options import Options
from sweeps.phases.table_rows import TableRows
from sweeps.search import warm_start
from sweeps.search.delayed import max_trials
from sweeps.storage import identities
from sweeps.study import data_consistency, trainer_code
from sweeps.study.file import documents, overrides, parsing
from sweeps.study.spec import Study
from sweeps.study.trainers import Trainer
from sweeps.training import probing


@dataclass(frozen=True)
class PreparedRun:
    """A checked study with its data, its options, and the console it prints to.

    base: the folder that the study's paths are relative to. document: the study file, which knows
    the line of each entry. divided: the rows as read, where more is made of them after the
    confirmation, else None; table: what is kept of them in any case.
    """

    study: Study
    dataset: Dataset
    divided: DividedTable | None
    base: Path
    options: Options
    console: Console
    document: documents.Document
    table: TableRows

    @property
    def budget(self) -> int:
        """How many trials the search may have."""
        return trials_of(self.study)

    def with_at_least(self, trials: int) -> "PreparedRun":
        """The same run with at least so many trials, as many as an earlier run has finished."""
        if trials <= self.budget:
            return self
        search = self.study.search.model_copy(update={"trials": trials})
        return replace(self, study=self.study.model_copy(update={"search": search}))

    def as_begun(self, identity: dict[str, Any] | None) -> "PreparedRun":
        """The same run with the search as an earlier version began it, where the file says nothing.

        identity: of the run that is there already; None for a new one.
        """
        search = EarlierRun(identity or {}).as_begun("search", self.study.search)
        return replace(self, study=self.study.model_copy(update={"search": search}))

    @property
    def folder(self) -> Path:
        """The path of the run folder."""
        return self.options.folder_of(self.study.name)

    @property
    def storage(self) -> Address | None:
        """The Optuna storage's address; None for a journal in the run folder."""
        return self._address("storage", self.options.storage, self.study.storage)

    @property
    def bucket(self) -> Address | None:
        """The address that the records are mirrored to; None if they are not."""
        return self._address("artifacts", self.options.artifacts, self.study.artifacts)

    def _address(self, key: str, given: str | None, there: str | None) -> Address | None:
        """The address that the options give, else the one that the study names."""
        if given is not None:
            return from_user(key, given)
        if there is None:
            return None
        return named(self.document, key, there, self.base, self.options.allow_remote)


def accept(
    document: documents.Document,
    base: Path,
    assignments: list[str],
    options: Options,
    console: Console,
) -> PreparedRun:
    """The study with the command line's overrides, fully checked. Errors: UserError."""
    if options.engine is not None:
        overrides.choose_engine(document, options.engine)
    if options.trials:
        assignments = [*assignments, f"search.trials={options.trials}"]
    allowed = options.allow_code, options.allow_remote
    study, dataset, divided = with_rows(document, base, assignments, *allowed, options.folder_of)
    if study.trainer is not None and not (options.allow_code or options.dry_run):
        problem = Expected("--allow-code, since it runs code of its own", study.trainer.call)
        raise UserError(document.fault("trainer", problem))
    is_needed = learning_curve.is_wanted(study) or final.is_wanted(study)
    kept = divided if is_needed else None
    table = TableRows.of(divided)
    prepared = PreparedRun(study, dataset, kept, base, options, console, document, table)
    if not is_text(str(prepared.folder)):
        raise UserError(f"--out: expected a path in UTF-8, got {show(str(prepared.folder))}")
    study.engine.follow()
    for address in (prepared.storage, prepared.bucket):
        if address is not None:
            address.follow()
    check_usable(study, prepared.storage, prepared.bucket)
    try:
        warm_start.check(study, base, prepared.folder, dataset.identity(study.data))
    except Expected as fault:
        raise UserError(document.fault("", fault)) from None
    return prepared


def check_usable(study: Study, storage: Address | None, bucket: Address | None) -> None:
    """Expect that the packages for engine, storage and bucket are installed. Errors: UserError."""
    engines.check(study.engine)
    s3_address.check_usable(bucket.text if bucket else None)
    if storage is not None:
        check(storage.text, storage.where)


def places(
    study: Study, document: documents.Document, base: Path
) -> tuple[Address | None, Address | None]:
    """The addresses of the storage and the bucket that a study names; None for each it does not."""
    texts = {"storage": study.storage, "artifacts": study.artifacts}
    storage, bucket = (
        None if text is None else named(document, path, text, base, allow_remote=False)
        for path, text in texts.items()
    )
    return storage, bucket


def named(
    document: documents.Document, path: str, text: str, base: Path, allow_remote: bool
) -> Address:
    """An address that the study names, with whether the user's command has allowed it."""
    where = ": ".join(filter(None, (document.where(path), path)))
    is_own = allow_remote or document.is_own(path)
    kind = path.partition(".")[0]
    return Address(kind, text, where, is_own, f"--{kind} {text}", base)


def prepare(
    document: documents.Document,
    base: Path,
    assignments: list[str],
    allow_code: bool = False,
    allow_remote: bool = False,
    folder_of: Callable[[str], Path] | None = None,
) -> tuple[Study, Dataset]:
    """The study, checked, and its data. Errors: UserError.

    base: the folder that the paths of both are relative to, but those of files that the assignments
    name, which are of the working directory. folder_of: the run folder of a study of
    that name; an earlier run in it settles what the file leaves open. A trainer's module is
    searched for, but imported only if code is allowed, and in a worker. No address is used yet; the
    engine's remembers where it was given.
    """
    allowed = allow_code, allow_remote
    study, dataset, _ = with_rows(document, base, assignments, *allowed, folder_of)
    return study, dataset


def with_rows(
    document: documents.Document,
    base: Path,
    assignments: list[str],
    allow_code: bool = False,
    allow_remote: bool = False,
    folder_of: Callable[[str], Path] | None = None,
    is_checked: bool = False,
) -> tuple[Study, Dataset, DividedTable]:
    """As `prepare`, and the rows as they were read.

    is_checked: whether the study is only checked, so that no replicate's own inputs are made.
    """
    given = [_assignment(text) for text in assignments]
    here = [(path, given_paths.from_study(path, value, base)) for path, value in given]
    overrides.override(document, here)
    study = parsing.study(document)
    _expect_files_of_this_machine(study, document, base, allow_remote)
    if study.engine.address is not None:
        engine = named(document, "engine.address", study.engine.address, base, allow_remote)
        known = replace(engine, option=f"--engine {study.engine.name}={study.engine.address}")
        study = study.model_copy(update={"engine": study.engine.coming_from(known)})
    if study.trainer is not None:
        study = _with_trainer(study, study.trainer, document, base, allow_code)
    begun = identities.of_folder(folder_of(study.name)) if folder_of else None
    learned = identities.of_folder(base / study.search.from_) if study.search.from_ else None
    earlier = EarlierRun(begun or learned or {})
    study, dataset, divided = resampled.load(study, document, base, earlier, is_checked)
    said_at = horizon.says_at(document.values.get("objective"))
    study = horizon.resolved(study, dataset, said_at, earlier)
    if study.confirm.nested is not None:
        nested.expect_folds(study, document, base)
    if found := data_consistency.faults(study, dataset.target):
        raise UserError([document.fault(path, fault) for path, fault in found])
    try:
        memory.expect_room(study, dataset)
        scales.expect_possible(study.space, dataset)
    except Expected as fault:
        raise UserError(document.fault("", fault)) from None
    return study, dataset, divided


def _expect_files_of_this_machine(
    study: Study, document: documents.Document, base: Path, allow_remote: bool
) -> None:
    """Errors: UserError for a path of the study that leads to another machine."""
    paths = {
        "data.source": study.data.source,
        **{f"data.{part}.source": one.source for part, one in study.data.apart.items()},
        "search.from": study.search.from_,
        "trainer.folder": study.trainer.folder if study.trainer else None,
    }
    for path, text in paths.items():
        if text is not None and not _is_kept(path, text):
            known = named(document, path, text, base, allow_remote)
            replace(known, kind="data", option=f"--set {path}={text}").follow()


def _is_kept(path: str, text: str) -> bool:
    """Whether it is a set that was fetched before, for which nobody is asked."""
    return path == "data.source" and text.startswith(openml.PREFIX) and openml.is_kept(text)


def _with_trainer(
    study: Study,
    trainer: Trainer,
    document: documents.Document,
    base: Path,
    allow_code: bool,
) -> Study:
    try:
        found = trainer_code.find(trainer, base)
        if allow_code:
            probing.expect_importable(found, study)
    except Expected as fault:
        raise UserError(document.fault("trainer", fault)) from None
    return study.model_copy(update={"trainer": found})


def _assignment(text: str) -> tuple[str, Any]:
    path, equals, value = text.partition("=")
    if not equals or not re.fullmatch(r"[A-Za-z_][\w.]*", path.strip()):
        raise UserError(f"--set: expected dotted.key=value, got {show(text)}")
    return path.strip(), documents.value(value, f"--set {path.strip()}")


def trials_of(study: Study) -> int:
    """The number of trials that the search may have: `search.trials`, or all that a grid has."""
    if not study.space.dimensions:
        return 1
    return int(min(study.search.trials, max_trials(study)))


def optuna_quietly() -> None:
    """Silence Optuna's log lines, which would break into our progress lines; keep its warnings."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
