"""`sweeps clean`: what a run folder holds that nothing needs any more, and its removal.

Only plain files that are known by name, directly in the run folder, its artifacts or its data:
no link is followed, and nothing is removed from a run that a process works on.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sweeps.base import files
from sweeps.base.errors import UserError
from sweeps.storage import folders
from sweeps.storage.ownership import locks
from sweeps.storage.ownership.holder import holder

INSIDE = ("", "artifacts", "data")
LEFT = {
    "unfinished files": re.compile(r"\..+\.part"),
    "Optuna's stale locks": re.compile(r"journal\.log\.lock.*"),
    # Optuna's own names for what was uploaded: copies, which the Dashboard alone shows.
    "the Dashboard's copies": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}.*"),
}
RECORDS = re.compile(r"(trial-\d{6,}|confirm-[0-9a-f]{12})\.npz")


@dataclass(frozen=True)
class Rubbish:
    """Files of one kind in one run; size in bytes. `held`: by whom, and so not to be touched."""

    run: Path
    kind: str
    files: list[Path]
    size: int
    held: str = ""


def find(folder: Path, records: bool) -> list[Rubbish]:
    """What could go from a run, or from each run of a folder. Errors: UserError where none is.

    With `records`, also those of finished runs: the frames hold their numbers, but a longer run
    would have to train them again.
    """
    runs = [folder] if folders.is_run(folder) else folders.inside(folder)
    if not runs:
        folders.expect(folder)
    return [
        one for run in runs if not run.is_symlink() or run == folder for one in _of(run, records)
    ]


def _of(run: Path, records: bool) -> Iterator[Rubbish]:
    held = holder(run)
    note = str(held) if held else ""
    for kind, name in LEFT.items():
        yield from _rubbish(run, kind, [p for p in _files(run) if name.fullmatch(p.name)], note)
    if records and _is_finished(run):
        found = [p for p in _files(run) if RECORDS.fullmatch(p.name)]
        yield from _rubbish(run, "records", found, note)


def _rubbish(run: Path, kind: str, files: list[Path], held: str) -> Iterator[Rubbish]:
    if files:
        yield Rubbish(run, kind, files, sum(path.lstat().st_size for path in files), held)


def _files(run: Path) -> Iterator[Path]:
    """Plain files of the run's own folders, by name; links are neither followed nor named."""
    for name in INSIDE:
        place = run / name
        if not place.is_dir() or (name and place.is_symlink()):
            continue
        for path in sorted(place.iterdir()):
            if path.is_file() and not path.is_symlink():
                yield path


def _is_finished(run: Path) -> bool:
    """Whether frames that can be read hold every record's trial."""
    from reports import frames

    try:
        trials = frames.load(run).trials
    except (frames.RunFolderError, *files.BROKEN):
        return False
    known = {folders.record_path(run, int(number)) for number in trials["trial"]}
    return known.issuperset(folders.record_paths(run))


def remove(found: list[Rubbish]) -> tuple[int, int]:
    """(files, bytes) removed. Runs at work are left alone. Errors: UserError."""
    files = size = 0
    with ExitStack() as held:
        locked: dict[Path, bool] = {}
        for one in found:
            if one.run not in locked:
                locked[one.run] = _lock(one.run, held)
            if not locked[one.run]:
                continue
            for path in one.files:
                try:
                    size += path.lstat().st_size
                    path.unlink()
                except FileNotFoundError:
                    continue  # whoever took it away meant the same
                except OSError as fault:
                    raise UserError(
                        f"{path}: expected a file to remove, got {fault.strerror}"
                    ) from None
                files += 1
    return files, size


def _lock(run: Path, held: ExitStack) -> bool:
    """Hold a run while its files go; False where another process works on it."""
    path = run / ".lock"
    if path.is_symlink():
        raise UserError(f"{path}: expected a lock of a run, got a link")
    try:
        held.enter_context(locks.take(path))
    except BlockingIOError:
        return False
    except OSError as fault:
        raise UserError(f"{run}: expected a folder to write in, got {fault.strerror}") from None
    return True
