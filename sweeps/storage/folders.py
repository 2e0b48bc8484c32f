"""Run folders as they are found: where their files are, read without trust, never written."""

import os
from pathlib import Path
from typing import Any

from sweeps.base import files
from sweeps.base.consent import Address
from sweeps.base.errors import UserError, nearest, printable, show
from sweeps.base.passwords import without_contents
from sweeps.storage import made_again
from sweeps.storage.ownership.holder import holder
from sweeps.study.file import documents

STATES = ("complete", "pruned", "failed")  # in which a trial can end
# The folders in a run folder where a run has files, and these files' suffixes.
PLACES = ("", "artifacts", "artifacts/dashboard", "data")
FILES = frozenset({".csv", ".html", ".json", ".log", ".npz", ".parquet", ".yaml"})
RUNS = "runs"  # the folder of runs, if nothing else is said
MOST_NAMED = 6  # run folders in a line
LOCK = "journal.log.lock"  # Optuna's lock, which may be a link, since nobody opens it


def is_run(folder: Path) -> bool:
    """Whether a run has been begun in this folder."""
    # os.path says False of a name that is too long for the system, where pathlib raises.
    return os.path.isdir(folder / "artifacts") or os.path.isfile(folder / "provenance.json")


def expect_own(folder: Path) -> Path:
    """The folder of a run, begun or not, if it holds nothing that would break the run later.

    It must have no links or pipes, and no folder by the name of a file; this is checked before
    hours of work, not after. The folder itself may be a link. Errors: UserError naming the first
    entry that is amiss.
    """
    for place in map(folder.joinpath, PLACES):
        try:
            with os.scandir(place) as entries:
                found = [Path(entry.path) for entry in entries if not _is_own(entry)]
        except OSError:
            continue  # a folder that cannot be listed: nothing in it can be opened either
        if found:
            first = min(found)
            raise files.not_of_a_run(first, first.lstat().st_mode)
    return folder


def _is_own(entry: "os.DirEntry[str]") -> bool:
    if entry.is_dir(follow_symlinks=False):
        return Path(entry.name).suffix not in FILES
    return entry.is_file(follow_symlinks=False) or entry.name.startswith(LOCK)


def expect(folder: Path) -> Path:
    """The folder, if it is a run's. Errors: UserError, which names the nearest run."""
    if is_run(folder):
        return expect_own(folder)
    got = "a file" if os.path.isfile(folder) else "no such folder"
    if os.path.isdir(folder):
        got = "one without a run's files"
    raise UserError(f"{folder}: expected a run folder, got {got}{meant(folder)}")


def meant(folder: Path) -> str:
    """In brackets the run whose path or name is nearest to it, else those that there are; or ""."""
    held, beside = inside(folder), inside(folder.parent)
    runs = [*inside(folder.parent / RUNS), *beside]
    for name in (folder.name, folder.stem):  # of a study file
        if near := nearest(name, [path.name for path in runs]):
            path = next(path for path in runs if path.name == near)
            return f" (did you mean '{printable(str(path))}'?)"
    there = [path.name for path in held] or [str(path) for path in beside or runs]
    more = ", …" * (len(there) > MOST_NAMED)
    return printable(f" (there are: {', '.join(there[:MOST_NAMED])}{more})") if there else ""


def expect_finished(folder: Path) -> Path:
    """The folder, if it is that of a run that has written its frames. Errors: UserError."""
    path = expect(folder) / "provenance.json"
    if path.exists():
        return folder
    held = holder(folder)
    if not held and (folder / "trials.parquet").exists():
        raise UserError(f"{path}: expected a file, got none{made_again.remedy(path)}")
    again = f"one that was interrupted (sweeps resume {folder} goes on)"
    got = f"one that {held} works on" if held else again
    raise UserError(f"{folder}: expected a run that has come to its end, got {got}")


def inside(folder: Path) -> list[Path]:
    """The run folders of a folder, by name."""
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and is_run(path))
    except OSError:
        return []  # a folder that cannot be listed has no run that could be shown


def provenance(folder: Path) -> dict[str, Any] | None:
    """`provenance.json`; None if the run has not written it yet. Errors: UserError."""
    path = folder / "provenance.json"
    try:
        found = files.read_json(path)
    except FileNotFoundError:
        return None
    except UserError as fault:
        raise UserError(f"{fault}{made_again.remedy(path)}") from None
    if not isinstance(found, dict):
        got = show(found)
        raise UserError(f"{path}: expected a JSON object, got {got}{made_again.remedy(path)}")
    return found


def study(folder: Path) -> documents.Document:
    """`study.yaml`, the study as resolved. Errors: UserError, with what writes it again."""
    path = folder / "study.yaml"
    remedy = "sweeps run with the study's own file writes it again, and goes on"
    if not path.is_file():
        raise UserError(f"{path}: expected the study as resolved, got none ({remedy})")
    try:
        return documents.read(path)
    except UserError as fault:
        first = str(fault).partition("\n")[0]
        raise UserError(f"{first} (it is damaged: {remedy})") from None


def is_confirmed(folder: Path, provenance: dict[str, Any]) -> bool:
    """Whether a finished run has a confirmation. Errors: UserError where that is gone."""
    path = folder / "confirm.parquet"
    if provenance.get("confirm") and not path.exists():
        raise UserError(f"{path}: expected a file, got none{made_again.remedy(path)}")
    return path.exists()


def target_sd(provenance: dict[str, Any]) -> float | None:
    """Of the one number that is predicted, which errors are measured in; None of anything else."""
    data = provenance.get("data")
    found = data.get("target_sd") if isinstance(data, dict) else None
    return float(found) if isinstance(found, (int, float)) else None


def storage(folder: Path, option: str, allow_remote: bool) -> Address | None:
    """The address of the storage, as the run has noted it; None for the journal.

    option: the command line's option that can give the address instead; allow_remote: whether an
    address on another machine may be followed. Errors: UserError, also where the address has a
    password, which is not kept.
    """
    name = (provenance(folder) or {}).get("storage", "journal.log")
    if name == "journal.log":
        return None
    if not isinstance(name, str) or "***" in name:
        got = f"the run's is {show(without_contents(name))}, whose password is not kept"
        raise UserError(f"{folder}: expected {option} URL: {got}")
    where = f"{folder / 'provenance.json'}: storage"
    # Relative paths begin beside the folder of runs, where the study file is.
    beside = folder.resolve().parent.parent
    return Address("storage", name, where, allow_remote, f"{option} {name}", beside, has_run=True)


def record_path(folder: Path, number: int) -> Path:
    """The path of a trial's record."""
    return folder / "artifacts" / f"trial-{number:06d}.npz"


def record_paths(folder: Path) -> list[Path]:
    """The paths of all trials' records, by number."""
    return sorted((folder / "artifacts").glob("trial-*.npz"))
