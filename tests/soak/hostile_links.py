"""Run folders whose files and folders are links to what is elsewhere."""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.soak.outside import Case, Outside

FILES = (
    *("study.yaml", "best.yaml", "provenance.json", "summary.json", "journal.log", ".lock"),
    *("trials.parquet", "curves.parquet", "confirm.parquet", "importance.parquet"),
    *("predictions.npz", "model.npz", "report.html", "data/trials.csv"),
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


HOSTILE: tuple[Case, ...] = (
    *(Case(f"{name} is a link", _file(name), spared=("check",)) for name in FILES),
    *(Case(f"{name}/ is a link", _folder(name), spared=("check",)) for name in FOLDERS),
)
