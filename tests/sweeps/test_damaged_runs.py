"""Files of a run folder that are damaged: a line that names the file and what makes it again."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweeps.base.errors import UserError
from sweeps.results.result import Result
from sweeps.views import overview
from tests.sweeps.helpers import sweeps

STUDY = """
name: d
data: {source: t.csv, target: y}
fixed: {hidden: [3], epochs: 2}
space: {l2: [0, 0.1]}
replicates: 2
search: {trials: 2}
confirm: {top: 1, replicates: 2, baselines: [linear]}
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run, confirmed."""
    folder = tmp_path_factory.mktemp("done")
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"a": rng.normal(size=120), "b": rng.normal(size=120)})
    rows.to_csv(folder / "new.csv", index=False)
    rows.assign(y=np.where(rows["a"] > 0, "yes", "no")).to_csv(folder / "t.csv", index=False)
    (folder / "d.yaml").write_text(STUDY)
    sweeps("d.yaml", cwd=folder)
    return folder


def garbled(held: bytes) -> bytes:
    """All but the ends of the file are other bytes."""
    return held[:8] + bytes(255 - byte for byte in held[8:-8]) + held[-8:]


DAMAGES: tuple[Callable[[bytes], bytes], ...] = (
    lambda held: b"",
    lambda held: held[: len(held) // 2],
    garbled,
)
RUN = "runs/d"
COMMANDS: Mapping[str, list[str]] = {
    "report": ["report", RUN],
    "show": ["show", RUN],
    "trial": ["show", RUN, "1"],
    "predict": ["predict", RUN, "new.csv", "--out", "p.csv"],
    "recommended": ["predict", RUN, "new.csv", "--out", "p.csv", "--model", "recommended"],
    "compare": ["compare", RUN, RUN],
    "next": ["next", RUN],
    "ls": ["ls", "runs"],
    "export": ["export", RUN, "--csv", "out"],
    "storage": ["export", RUN, "--storage", "sqlite:///other.db"],
    "dashboard": ["dashboard", RUN, "--port", "8799"],
}
ALL = ("report", "show", "recommended", "compare", "next", "export")
# By file, what cannot be done without it; all else can.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "trials.parquet": ALL,
    "curves.parquet": ALL,
    "confirm.parquet": ALL,
    "importance.parquet": ALL,
    "learning_curve.parquet": ALL,
    "provenance.json": (*ALL, "storage", "dashboard"),
    "predictions.npz": ("report", "show", "recommended", "compare", "next"),
    "learned.npz": ("report",),
    "model.npz": ("predict",),
    "summary.json": (),
    "best.yaml": (),
    "artifacts/trial-000001.npz": (),
}


@pytest.mark.parametrize("name", NEEDED)
def test_what_reads_a_damaged_file_names_it_and_what_makes_it_again(
    done: Path, tmp_path: Path, name: str
) -> None:
    shutil.copytree(done, tmp_path, dirs_exist_ok=True)
    held = (done / RUN / name).read_bytes()
    needed = NEEDED[name]
    for place, command in enumerate(needed or ("report", "show", "compare", "ls")):
        damage = DAMAGES[place % len(DAMAGES)]
        (tmp_path / RUN / name).write_bytes(damage(held))
        code = 2 if needed else 0
        said = sweeps(*COMMANDS[command], cwd=tmp_path, code=code, module="sweeps").stderr
        assert "Traceback" not in said
        if needed:
            assert len(said.splitlines()) == 1, said
            assert f"{RUN}/{name}" in said
            assert f"sweeps resume {RUN} makes it again" in said


@pytest.mark.parametrize(
    ("name", "commands"),
    [
        ("trials.parquet", ("report",)),
        ("confirm.parquet", ("next", "compare", "recommended")),
        ("learning_curve.parquet", ("report",)),
        ("predictions.npz", ("show",)),
        ("model.npz", ("predict",)),
        ("provenance.json", ("export",)),
    ],
)
def test_what_needs_a_file_that_is_gone_names_it(
    done: Path, tmp_path: Path, name: str, commands: tuple[str, ...]
) -> None:
    shutil.copytree(done, tmp_path, dirs_exist_ok=True)
    (tmp_path / RUN / name).unlink()
    for command in commands:
        said = sweeps(*COMMANDS[command], cwd=tmp_path, code=2, module="sweeps").stderr
        assert len(said.splitlines()) == 1, said
        assert said.startswith(f"{RUN}/{name}: expected ")
        assert f"sweeps resume {RUN} makes it again" in said
    if name == "confirm.parquet":  # it is no search alone
        result = Result(tmp_path / RUN)
        for asked in (lambda: result.best, lambda: result.confirm):
            with pytest.raises(UserError, match=r"confirm\.parquet: expected a file, got none"):
                asked()
        assert overview.survey(tmp_path / RUN).state == "damaged"


@pytest.mark.parametrize("command", ["show", "next", "recommended", "resume"])
def test_a_damaged_study_is_written_again_from_its_own_file(
    done: Path, tmp_path: Path, command: str
) -> None:
    shutil.copytree(done, tmp_path, dirs_exist_ok=True)
    path = tmp_path / RUN / "study.yaml"
    held = path.read_bytes()
    path.write_bytes(held[: len(held) // 2])
    given = COMMANDS.get(command, [command, RUN])
    (said,) = sweeps(*given, cwd=tmp_path, code=2, module="sweeps").stderr.splitlines()
    assert said.startswith(f"{RUN}/study.yaml:")
    assert "sweeps run with the study's own file writes it again" in said
    if command == "resume":
        sweeps("d.yaml", cwd=tmp_path)
        assert path.read_bytes() == held


@pytest.mark.parametrize("command", ["storage", "dashboard", "resume"])
def test_a_garbled_journal_may_be_restored_or_removed(
    done: Path, tmp_path: Path, command: str
) -> None:
    shutil.copytree(done, tmp_path, dirs_exist_ok=True)
    path = tmp_path / RUN / "journal.log"
    path.write_bytes(garbled(path.read_bytes()))
    given = COMMANDS.get(command, [command, RUN])
    (said,) = sweeps(*given, cwd=tmp_path, code=2, module="sweeps").stderr.splitlines()
    assert said.startswith(f"{RUN}/journal.log")
    assert "it is damaged: restore it, or remove it" in said


def test_all_of_it_is_made_again_from_the_records(done: Path, tmp_path: Path) -> None:
    shutil.copytree(done, tmp_path, dirs_exist_ok=True)
    made = [name for name in NEEDED if not name.startswith("artifacts")]
    for place, name in enumerate(made):
        path = tmp_path / RUN / name
        path.write_bytes(DAMAGES[place % len(DAMAGES)](path.read_bytes()))
    states = sweeps("ls", "runs", cwd=tmp_path, module="sweeps").stdout
    assert "damaged" in states
    records = {path: path.stat().st_mtime_ns for path in tmp_path.glob(f"{RUN}/artifacts/*.npz")}
    sweeps("resume", RUN, cwd=tmp_path, module="sweeps")
    (tmp_path / RUN / "journal.log").unlink()  # as the message of a damaged one says
    sweeps("resume", RUN, cwd=tmp_path, module="sweeps")
    assert records == {path: path.stat().st_mtime_ns for path in records}  # none trained again
    for name in ("trials.parquet", "curves.parquet", "confirm.parquet", "model.npz"):
        assert (tmp_path / RUN / name).read_bytes() == (done / RUN / name).read_bytes(), name
    for command in ("report", "predict", "storage"):
        sweeps(*COMMANDS[command], cwd=tmp_path, module="sweeps")
