"""Run folders whose files and folders are links to what is elsewhere.

`clean` leaves links alone, but for the lock that it takes; `check` reads the study alone.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.soak.outside import COMMANDS, Case, Outside

FILES = (
    *("study.yaml", "best.yaml", "provenance.json", "summary.json", "journal.log", ".lock"),
    *("trials.parquet", "curves.parquet", "confirm.parquet", "importance.parquet"),
    *("predictions.npz", "learned.npz", "model.npz", "report.html", "data/trials.csv"),
    *("artifacts/identity.json", "artifacts/trial-000001.npz"),
)
FOLDERS = ("artifacts", "data", "artifacts/dashboard")


def _file(name: str) -> Callable[[Path, Outside], None]:
    def make(folder: Path, outside: Outside) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(outside.precious)

    return make


def _folder(name: str) -> Callable[[Path, Outside], None]:
    def make(folder: Path, outside: Outside) -> None:
        shutil.copytree(folder / name, outside.folder / "moved")
        shutil.rmtree(folder / name)
        (folder / name).symlink_to(outside.folder / "moved")

    return make


def _hard(name: str) -> Callable[[Path, Outside], None]:
    def make(folder: Path, outside: Outside) -> None:
        if (folder / name).exists():
            shutil.move(folder / name, outside.folder / "moved")
        else:
            (outside.folder / "moved").write_text("not yours\n" * 200)
        (folder / name).hardlink_to(outside.folder / "moved")

    return make


def _parts(folder: Path, outside: Outside) -> None:
    """Where every version before this one wrote first."""
    for path in [*folder.rglob("*.*")]:
        path.with_name(f".{path.name}.part").symlink_to(outside.precious)


WRITING = ("resume", "run")
UNTOUCHED = tuple(command for command in COMMANDS if command not in WRITING)
SPARED = {".lock": ("check",)}

HOSTILE: tuple[Case, ...] = (
    *(
        Case(f"{name} is a link", _file(name), spared=SPARED.get(name, ("check", "clean")))
        for name in FILES
    ),
    *(Case(f"{name}/ is a link", _folder(name), spared=("check", "clean")) for name in FOLDERS),
    Case("each file's .part is a link", _parts, spared=("check", "clean")),
    Case("journal.log is a hard link", _hard("journal.log"), spared=UNTOUCHED),
    Case(".lock is a hard link", _hard(".lock"), spared=UNTOUCHED),
    Case("report.html is a hard link", _hard("report.html"), spared=COMMANDS),
    Case("study.yaml is a hard link", _hard("study.yaml"), spared=COMMANDS),
)
