"""A run that can begin: a checked study with its data, its options and its addresses."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from sweeps.base.consent import Address, from_user
from sweeps.base.errors import Expected, UserError, is_text, show
from sweeps.data import Dataset
from sweeps.data.divided.divided_table import DividedTable
from sweeps.phases import final, learning_curve, prepare
from sweeps.phases.earlier_run import EarlierRun
from sweeps.phases.options import Options
from sweeps.phases.table_rows import TableRows
from sweeps.search import warm_start
from sweeps.study.file import documents, overrides
from sweeps.study.spec import Study


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
        return prepare.trials_of(self.study)

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
        return prepare.named(self.document, key, there, self.base, self.options.allow_remote)


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
    study, dataset, divided = prepare.with_rows(
        document, base, assignments, *allowed, options.folder_of
    )
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
    prepare.check_usable(study, prepared.storage, prepared.bucket)
    try:
        warm_start.check(study, base, prepared.folder, dataset.identity(study.data))
    except Expected as fault:
        raise UserError(document.fault("", fault)) from None
    return prepared
