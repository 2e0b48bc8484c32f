"""`sweeps export`: a run's study into another Optuna storage, or its frames as CSV."""

from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.base import storage_address
from sweeps.base.consent import from_user
from sweeps.base.errors import UserError
from sweeps.base.redaction import redact_address
from sweeps.results import delimited, unreadable
from sweeps.storage import backends, folders, identities, optuna_private, retry, snapshots
from sweeps.storage.optuna_trials import distributions
from sweeps.study.file import parsing

if TYPE_CHECKING:
    from collections.abc import Iterator

    import optuna
    from optuna.storages import BaseStorage

BATCH = 100  # trials that are added between two words on how far it is
FRAMES = ("trials", "curves", "confirm", "importance")


def to_storage(
    folder: Path, url: str, source: str | None = None, allow_remote: bool = False
) -> "Iterator[tuple[int, int]]":
    """Copy the study of a run's storage (or of `source`) under its own name.

    allow_remote: whether a storage elsewhere, that the run's folder names, may be asked.
    Yields (trials copied, trials in all), a batch at a time; a copy that is not finished is taken
    away again. Errors: UserError where there is nothing to copy, or a study of that name already.
    """
    study = _source(folder, source, allow_remote)
    target = backends.remote(from_user("storage", url))
    with _said_of(url, study.study_name), _whole(study, target) as copy:
        for name, value in study.user_attrs.items():
            copy.set_user_attr(name, value)
        identity = optuna_private.system_attributes(study).get(identities.IDENTITY)
        if identity is not None:
            optuna_private.set_system_attribute(copy, identities.IDENTITY, identity)
        trials = _of_one_space(folder, study.get_trials())
        with _quick(target):
            for start in range(0, len(trials), BATCH):
                copy.add_trials(trials[start : start + BATCH])
                yield min(start + BATCH, len(trials)), len(trials)


def _of_one_space(
    folder: Path, trials: "list[optuna.trial.FrozenTrial]"
) -> "list[optuna.trial.FrozenTrial]":
    """The trials with the study's own choices, as a database wants them.

    An earlier version's with `search.per` had those of their own arm alone.
    Errors: UserError where they may differ, and the run's study cannot be read.
    """
    chosen: dict[str, set[tuple[Any, ...]]] = {}
    for trial in trials:
        for name, one in trial.distributions.items():
            chosen.setdefault(name, set()).add(getattr(one, "choices", ()))
    alone = any(len(one) == 1 for choices in chosen.values() for one in choices)
    if alone or any(len(choices) > 1 for choices in chosen.values()):
        space = parsing.study(folders.study(folder)).space
        for trial in trials:
            trial.distributions = distributions(trial, space)
    return trials


@contextmanager
def _said_of(url: str, name: str) -> "Iterator[None]":
    """Faults of the storage that is copied to, as a UserError."""
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    shown = redact_address(url)
    try:
        yield
    except optuna.exceptions.DuplicatedStudyError:
        raise UserError(
            f"--storage: expected one without the study '{name}', got {shown} with it"
        ) from None
    except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as fault:
        reason = storage_address.without_secrets(retry.reason(fault), url)
        raise UserError(f"--storage: expected to write to {shown}, got: {reason}") from None


@contextmanager
def _whole(study: "optuna.Study", target: "BaseStorage") -> "Iterator[optuna.Study]":
    """A new study of that name in the target, which is taken away again after a fault."""
    import optuna

    name = study.study_name
    copy = optuna.create_study(study_name=name, storage=target, directions=study.directions)
    with ExitStack() as until_whole:
        until_whole.callback(_take_away, name, target)
        yield copy
        until_whole.pop_all()


def _take_away(name: str, target: "BaseStorage") -> None:
    """A study out of a storage. Where the database is gone, it stays: the first fault is told."""
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    with suppress(SQLAlchemyError, optuna.exceptions.StorageInternalError):
        optuna.delete_study(study_name=name, storage=target)


def _source(folder: Path, source: str | None, allow_remote: bool) -> "optuna.Study":
    folders.expect(folder)
    named = from_user("storage", source, "--from") if source else None
    address = named or folders.storage(folder, "--from", allow_remote)
    if address is None:
        return snapshots.study(folder)
    import optuna

    name = str((folders.provenance(folder) or {}).get("name", folder.name))
    try:
        return optuna.load_study(study_name=name, storage=backends.remote(address))
    except KeyError:
        raise UserError(f"--from: expected a study '{name}' in {address}, got none") from None


@contextmanager
def _quick(target: "BaseStorage") -> "Iterator[None]":
    """SQLite waits for the disk at each of many writes; not where only the copy could be lost.

    A power cut may then spoil the database: one that holds other studies is written as ever.
    """
    import optuna
    from optuna.storages import RDBStorage
    from sqlalchemy import event

    backend = optuna_private.without_cache(target)
    alone = len(optuna.get_all_study_names(target)) == 1
    if not (alone and isinstance(backend, RDBStorage) and backend.engine.dialect.name == "sqlite"):
        yield
        return

    def connected(connection: Any, record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    event.listen(backend.engine, "connect", connected)
    backend.engine.dispose()  # so that the connections there are get it too
    try:
        yield
    finally:
        event.remove(backend.engine, "connect", connected)
        backend.engine.dispose()


def to_csv(folder: Path, out: Path) -> list[Path]:
    """The frames as CSV, in a folder that is made if need be. Errors: UserError; nothing is lost.

    Refuses to write over files that are there.
    """
    from reports import frames

    try:
        run = frames.load(folders.expect_finished(folder))
    except frames.RunFolderError as fault:
        raise unreadable.told(fault) from None
    found = {name: frame for name in FRAMES if (frame := getattr(run, name)) is not None}
    paths = [out / f"{name}.csv" for name in found]
    try:
        out.mkdir(parents=True, exist_ok=True)
        there = next((path for path in paths if path.exists() or path.is_symlink()), None)
        if there is not None:
            raise UserError(f"--csv: expected a folder without {there.name}, got {out} with one")
        for path, frame in zip(paths, found.values(), strict=True):
            with path.open("xb") as file:
                delimited.write_csv(file, frame)
    except OSError as fault:
        raise UserError(
            f"--csv: expected a folder to write in, got {out}: {fault.strerror}"
        ) from None
    return paths
