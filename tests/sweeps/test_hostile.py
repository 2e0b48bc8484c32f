"""What somebody else may have written: no pickle is read, nothing leaves the run folder."""

import io
import json
import os
import pickle
import shutil
import sqlite3
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeps.base.errors import UserError
from sweeps.study.file import documents, parsing
from tests.sweeps.helpers import TEXT, study, sweeps

QUICK = TEXT.replace("trials: 24", "trials: 12")
OPTIONS = ("--jobs", "1")


class Bomb:
    """Unpickled, it leaves a file behind."""

    def __init__(self, crater: Path) -> None:
        self.crater = crater

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.crater),)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study in a sqlite file, confirmed."""
    folder = tmp_path_factory.mktemp("done")
    sweeps(str(study(folder, QUICK)), *OPTIONS, cwd=folder)
    path = study(folder, QUICK)
    sweeps(str(path), *OPTIONS, "--no-confirm", "--storage", "sqlite:///all.db", cwd=folder)
    return folder


@pytest.fixture
def bomb(tmp_path: Path) -> bytes:
    """A pickle that would tell."""
    made = pickle.dumps(Bomb(tmp_path / "trial crater"))
    pickle.loads(made)  # it works
    (tmp_path / "trial crater").rmdir()
    return pickle.dumps(Bomb(tmp_path / "crater"))


def exploded(folder: Path) -> bool:
    return (folder / "crater").exists()


def of_objects(bomb: bytes) -> bytes:
    """An array of objects, as np.load(allow_pickle=True) would read it."""
    buffer = io.BytesIO()
    header = {"descr": "|O", "fortran_order": False, "shape": (1,)}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue() + bomb


def plant_beside(path: Path, bomb: bytes) -> None:
    """Each array of an archive becomes one of objects."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, of_objects(bomb))


def plant_instead(path: Path, bomb: bytes) -> None:
    """The whole file is a pickle: np.load would take that too."""
    path.write_bytes(bomb)


@pytest.mark.parametrize("plant", [plant_beside, plant_instead])
def test_no_pickle_is_read_from_archives(
    done: Path, tmp_path: Path, bomb: bytes, plant: Callable[[Path, bytes], None]
) -> None:
    shutil.copytree(done, tmp_path, dirs_exist_ok=True)
    run = tmp_path / "runs" / "small"
    archives = list(run.rglob("*.npz"))
    assert len(archives) > 12
    for path in archives:
        plant(path, bomb)
    sweeps("report", str(run), cwd=tmp_path, module="sweeps")
    from sweeps.results.model_file import load

    with pytest.raises(UserError):
        load(run / "model.npz")
    sweeps(str(tmp_path / "small.yaml"), *OPTIONS, cwd=tmp_path)  # all is trained again
    assert not exploded(tmp_path)


def test_no_pickle_is_read_from_journals(done: Path, tmp_path: Path, bomb: bytes) -> None:
    """In each line of its own, and in what Optuna's samplers keep there (CMA-ES: a pickle)."""
    shutil.copytree(done / "runs", tmp_path / "runs")
    path = str(study(tmp_path, QUICK))
    journal = tmp_path / "runs" / "small" / "journal.log"
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    for line in lines:
        for key in ("system_attrs", "user_attrs"):
            if key in line:
                line[key] |= poison(bomb)
    of_study = [
        {"op_code": 3, "worker_id": "x", "study_id": 0, "system_attr": {key: value}}
        for key, value in poison(bomb).items()
    ]
    journal.write_text("".join(json.dumps(line) + "\n" for line in [*lines, *of_study]))
    sweeps(path, *OPTIONS, "--trials", "14", cwd=tmp_path)
    for number in range(len(lines)):
        torn = [json.dumps(line).encode() for line in lines]
        torn[number] = bomb.replace(b"\n", b"")
        journal.write_bytes(b"\n".join(torn) + b"\n")
        if number % 10 == 0:
            sweeps(path, *OPTIONS, cwd=tmp_path, code=2)
    assert not exploded(tmp_path)


def poison(bomb: bytes) -> dict[str, str]:
    """As CMA-ES keeps its state, split as Optuna does."""
    return {"cma:optimizer:0": bomb.hex(), "cma:optimizer": bomb.hex(), "cma:generation:0": "0"}


@pytest.mark.parametrize("as_json", [True, False])
def test_no_pickle_is_read_from_databases(
    done: Path, tmp_path: Path, bomb: bytes, as_json: bool
) -> None:
    """In every row of text or bytes there is; and as attributes of each trial."""
    shutil.copytree(done, tmp_path, dirs_exist_ok=True)
    connection = sqlite3.connect(tmp_path / "all.db")
    if as_json:
        for key, value in poison(bomb).items():
            connection.execute(
                "INSERT INTO trial_system_attributes (trial_id, key, value_json) "
                "SELECT trial_id, ?, ? FROM trials",
                (key, json.dumps(value)),
            )
    else:
        for table in ("study_user_attributes", "trial_user_attributes", "trial_system_attributes"):
            connection.execute(f"UPDATE {table} SET value_json = ?", (bomb,))
        connection.execute("UPDATE trial_params SET distribution_json = ?", (bomb,))
    connection.commit()
    connection.close()
    options = (*OPTIONS, "--no-confirm", "--storage", "sqlite:///all.db", "--trials", "14")
    ended = sweeps(str(tmp_path / "small.yaml"), *options, cwd=tmp_path, code=0 if as_json else 2)
    if not as_json:
        assert len(ended.stderr.splitlines()) == 1
        assert "of the storage: expected Optuna's rows, got" in ended.stderr
    assert not exploded(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["../x", "..", "a/b", "/tmp/x", ".hidden", "a\\b", "", "a" * 65, "é", "a\n", "a\x00", "A"],
)
def test_a_name_cannot_leave_the_run_folder(tmp_path: Path, name: str) -> None:
    values = {"name": name, "data": {"source": "synthetic:moons"}, "space": {"l2": [0, 1]}}
    with pytest.raises(UserError, match="name: expected 1 to 64 of a-z, 0-9"):
        parsing.study(documents.Document(values, {}, "study"))


def nested(depth: int) -> str:
    return "a: " + "[" * depth + "]" * depth


def billion_laughs() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    return "\n".join(
        lines + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    )


BASE = "name: x\ndata: {source: 'synthetic:moons'}\nspace:\n"
LARGE = {
    "aliases of aliases": billion_laughs,
    "100 MB": lambda: "a: " + "x" * 100_000_000,
    "a million choices": lambda: f"{BASE}  l2: [{', '.join(map(str, range(1_000_000)))}]",
    "choices as aliases": lambda: (
        f"a: &a [{', '.join(map(str, range(1000)))}]\n{BASE}  l2: [{', '.join(['*a'] * 1000)}]"
    ),
    "deep lists": lambda: nested(100_000),
    "deep mappings": lambda: "{a: " * 50_000,
    "one that holds itself": lambda: "a: &a [*a]",
    "a merge of merges": lambda: (
        "a: &a {b: 1}\n" + "\n".join(f"k{n}: {{<<: *a}}" for n in range(20))
    ),
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE.keys())
def test_what_is_too_large_is_refused_at_once(tmp_path: Path, text: Callable[[], str]) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(text())
    started = time.process_time()
    with pytest.raises(UserError):
        parsing.study(documents.read(path))
    assert time.process_time() - started < 2


def test_a_file_without_an_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="/dev/zero: expected a regular file, got a device"):
        documents.read(Path("/dev/zero"))
    path = tmp_path / "holes.yaml"
    path.touch()
    os.truncate(path, 2**40)
    with pytest.raises(UserError, match="expected at most 1,000,000 bytes, got 1,099,511,627,776"):
        documents.read(path)


@pytest.mark.parametrize(
    "space",
    [
        {"l2": list(range(1_000_000))},
        {"hidden": [[n] for n in range(1, 1_000_001)]},
    ],
    ids=["numbers", "lists"],
)
def test_a_million_choices_from_python_are_refused_at_once(space: dict[str, Any]) -> None:
    values = {"name": "x", "data": {"source": "synthetic:moons"}, "space": space}
    started = time.process_time()
    with pytest.raises(UserError):
        parsing.study(documents.Document(values, {}, "study"))
    assert time.process_time() - started < 2
