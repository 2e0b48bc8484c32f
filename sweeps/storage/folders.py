"""Run folders as they are found: read without trust, never written, and without Optuna."""

import os
import struct
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.base import files
from sweeps.base.consent import Address
from sweeps.base.errors import UserError, did_you_mean, show
from sweeps.base.passwords import without_contents

if TYPE_CHECKING:
    from numpy.typing import NDArray

STATES = ("complete", "pruned", "failed")  # in which a trial can end
# Where a run has files of its own.
PLACES = ("", "artifacts", "artifacts/dashboard", "data")
LOCK = "journal.log.lock"  # Optuna's, which may be a link: nobody follows it
# What reading a file may raise whose contents are not what they should be: with a bit flipped,
# zipfile takes it for packed or encrypted in some other way.
BROKEN = (
    *(OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError, MemoryError),
    *(OverflowError, RuntimeError, zipfile.BadZipFile, zlib.error, struct.error),
)


def is_run(folder: Path) -> bool:
    """Whether a run has been begun there."""
    # os.path says False of a name that is too long for the system, where pathlib raises.
    return os.path.isdir(folder / "artifacts") or os.path.isfile(folder / "provenance.json")


def expect_own(folder: Path) -> Path:
    """A run's folder, or one that is to be, if all that lies in it is its own: no links or pipes.

    The folder itself may be a link. Errors: UserError naming the first of them.
    """
    for place in map(folder.joinpath, PLACES):
        try:
            with os.scandir(place) as entries:
                found = [Path(entry.path) for entry in entries if not _is_own(entry)]
        except OSError:
            continue  # in what cannot be looked into, nothing is opened either
        if found:
            first = min(found)
            files.expect_own(first, first.lstat().st_mode)
    return folder


def _is_own(entry: "os.DirEntry[str]") -> bool:
    plain = entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)
    return plain or entry.name.startswith(LOCK)


def expect(folder: Path) -> Path:
    """The folder, if it is a run's. Errors: UserError, with the nearest one beside it."""
    if is_run(folder):
        return expect_own(folder)
    if not os.path.exists(folder):
        beside = [path.name for path in inside(folder.parent)]
        hint = f" ({did_you_mean(folder.name, beside)})" if beside else ""
        raise UserError(f"{folder}: expected a run folder, got no such folder{hint}")
    if folder.is_file():
        near = folder.parent / "runs" / folder.stem
        hint = f" (did you mean '{near}'?)" if is_run(near) else ""
        raise UserError(f"{folder}: expected a run folder, got a file{hint}")
    runs = [path.name for path in inside(folder)]
    hint = f" (there are: {', '.join(runs[:6])})" if runs else ""
    raise UserError(f"{folder}: expected a run folder, got one without a run's files{hint}")


def expect_finished(folder: Path) -> Path:
    """The folder, if it is a run's that has come to its frames. Errors: UserError."""
    if (expect(folder) / "provenance.json").exists():
        return folder
    held = holder(folder)
    got = f"one that {held} works on" if held else "one that was interrupted (sweeps resume)"
    raise UserError(f"{folder}: expected a run that has come to its end, got {got}")


def inside(folder: Path) -> list[Path]:
    """The run folders of a folder, by name."""
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and is_run(path))
    except OSError:
        return []  # nothing that can be looked into holds a run that can be shown


def provenance(folder: Path) -> dict[str, Any] | None:
    """`provenance.json`, None where the run has not come so far. Errors: UserError."""
    path = folder / "provenance.json"
    try:
        found = files.read_json(path)
    except FileNotFoundError:
        return None
    if not isinstance(found, dict):
        raise UserError(f"{path}: expected a JSON object, got {show(found)}")
    return found


def storage(folder: Path, option: str, allow_remote: bool) -> Address | None:
    """The storage's address that the run has noted; None for the journal.

    option: what else can say it; allow_remote: whether wherever it leads may be followed.
    Errors: UserError, also where its password is not kept.
    """
    name = (provenance(folder) or {}).get("storage", "journal.log")
    if name == "journal.log":
        return None
    if not isinstance(name, str) or "***" in name:
        got = f"the run's is {show(without_contents(name))}, whose password is not kept"
        raise UserError(f"{folder}: expected {option} URL: {got}")
    where = f"{folder / 'provenance.json'}: storage"
    # Beside the folder of runs stands the study's file, and what it names.
    beside = folder.resolve().parent.parent
    return Address("storage", name, where, allow_remote, f"{option} {name}", beside, has_run=True)


@dataclass(frozen=True)
class Record:
    """What a finished trial's record says of itself."""

    path: Path
    number: int
    state: str
    values: tuple[float, ...]  # an objective each; none of a failed trial
    cause: str
    params: dict[str, Any]

    @property
    def value(self) -> float:
        """The first objective."""
        return self.values[0] if self.values else float("nan")


def record_path(folder: Path, number: int) -> Path:
    """Where a trial's record stands."""
    return folder / "artifacts" / f"trial-{number:06d}.npz"


def record_paths(folder: Path) -> list[Path]:
    """The trials' records, by number."""
    return sorted((folder / "artifacts").glob("trial-*.npz"))


def record(path: Path) -> Record | None:
    """One record's own words; None for a file that is none."""
    from sweeps.storage import npz

    try:
        meta = files.parse_json(str(npz.load(path, "meta")["meta"]))
        return Record(
            path, int(meta["number"]), str(meta["state"]), tuple(map(float, meta["values"])),
            str(meta["cause"]), dict(meta["key"]["params"]),
        )  # fmt: skip
    except BROKEN:
        return None


def final(path: Path) -> "dict[str, NDArray[Any]]":
    """What a record says of its networks at the end (P,), by metric; nothing for none of ours."""
    from sweeps.storage import npz

    try:
        found = npz.load(path, "final/")
        return {name.removeprefix("final/"): values for name, values in found.items()}
    except BROKEN:
        return {}


@dataclass(frozen=True)
class Holder:
    """The process that works on a folder; pid 0 where the system does not say which."""

    pid: int

    def __str__(self) -> str:
        return f"pid {self.pid}" if self.pid else "another process"


def holder(folder: Path) -> Holder | None:
    """Who holds the folder's lock, without disturbing them; None for nobody."""
    try:
        lock = files.open_to_read(folder / ".lock")
    except (OSError, UserError):
        return None  # none was ever taken
    with lock:
        descriptor = lock.fileno()
        return Holder(_pid(os.fstat(descriptor))) if _is_held(descriptor) else None


def _is_held(descriptor: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return True
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        return False
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _pid(status: os.stat_result) -> int:
    """From the kernel's table of locks, where there is one."""
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    try:
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return 0
    for fields in map(str.split, lines):
        if "FLOCK" in fields and device in fields:
            return int(fields[fields.index(device) - 1])
    return 0
