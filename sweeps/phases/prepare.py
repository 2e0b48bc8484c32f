"""From a study file to a study that is checked, with its data loaded.

`sweeps.phases.prepared_run` makes a run of it.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sweeps import engines
from sweeps.base import s3_address
from sweeps.base.consent import Address
from sweeps.base.errors import Expected, UserError, show
from sweeps.base.storage_address import check
from sweeps.data import Dataset
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.source import openml
from sweeps.phases import (
    given_paths,
    horizon,
    memory,
    nested,
    resampled,
    scales,
)
from sweeps.phases.earlier_run import EarlierRun
from sweeps.search.delayed import max_trials
from sweeps.storage import identities
from sweeps.study import data_consistency, trainer_code
from sweeps.study.file import documents, overrides, parsing
from sweeps.study.spec import Study
from sweeps.study.trainers import Trainer
from sweeps.training import probing


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
