"""A run folder is read whole, or refused in one line that says which file and why."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports import checks
from reports.checks import COLUMNS
from reports.frames import RunFolderError, load


def test_every_kind_of_folder_loads(kind: Path) -> None:
    run = load(kind)
    assert list(run.trials["trial"]) == sorted(run.trials["trial"])
    assert (run.winner is None) == (run.confirm is None)


def test_the_winner_comes_first_and_the_defaults_last(make: Callable[..., Path]) -> None:
    run = load(make())
    ranks = run.networks.drop_duplicates("config").set_index("config")["rank"]
    assert ranks[run.winner] == 1
    assert run.configs[-1] == run.default == "defaults"


@pytest.mark.parametrize(
    "name",
    sorted(COLUMNS.keys() - {"confirm.parquet", "learning_curve.parquet", "nested.parquet"}),
)
def test_a_missing_file_is_named(
    make: Callable[..., Path], copy: Callable[[Path], Path], name: str
) -> None:
    folder = copy(make())
    (folder / name).unlink()
    with pytest.raises(RunFolderError, match=rf"{name}: expected .* got no such file"):
        load(folder)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_broken_file_is_named(
    make: Callable[..., Path], copy: Callable[[Path], Path], name: str
) -> None:
    folder = copy(make())
    (folder / name).write_bytes(b"PAR1 not really")
    with pytest.raises(RunFolderError, match=rf"{name}: expected Parquet, got") as fault:
        load(folder)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_foreign_file_is_told_by_its_columns(
    make: Callable[..., Path], copy: Callable[[Path], Path], name: str
) -> None:
    folder = copy(make())
    pd.DataFrame({"a": [1]}).to_parquet(folder / name)
    with pytest.raises(RunFolderError, match=rf"{name}: expected the columns .*, got a"):
        load(folder)


def test_a_foreign_word_is_shown(make: Callable[..., Path], copy: Callable[[Path], Path]) -> None:
    folder = copy(make())
    trials = pd.read_parquet(folder / "trials.parquet")
    trials["state"] = "done"
    trials.to_parquet(folder / "trials.parquet")
    with pytest.raises(RunFolderError, match=r"state: expected one of complete.* got 'done'"):
        load(folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"task": "ranking"}, "task: expected binary, multiclass or regression, got 'ranking'"),
        ({"targets": {"test_error": 0.1}}, "targets: expected one of .* got 'test_error'"),
        ({"targets": 3}, "targets: expected an object, got 3"),
        ({"objectives": None}, "objectives: expected a list, got NoneType"),
        ({"search": []}, "search: expected an object, got list"),
        ({"data": {"rows": 3}}, "data: expected the keys source, columns, .*, got rows"),
    ],
)
def test_provenance_is_checked(
    make: Callable[..., Path], copy: Callable[[Path], Path], change: dict[str, Any], words: str
) -> None:
    folder = copy(make())
    path = folder / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(RunFolderError, match=words):
        load(folder)


def test_the_unit_of_a_number_is_one(
    folder_of: Callable[[str], Path], copy: Callable[[Path], Path]
) -> None:
    path = copy(folder_of("regression")) / "provenance.json"
    found = json.loads(path.read_text())
    found["data"]["target_sd"] = "77.1"
    path.write_text(json.dumps(found))
    with pytest.raises(RunFolderError, match=r"data\.target_sd: expected a number, got '77.1'"):
        load(path.parent)


def test_provenance_that_is_no_json_and_one_that_lacks_keys(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    path = copy(make()) / "provenance.json"
    path.write_text("{")
    with pytest.raises(RunFolderError, match=r"provenance\.json: expected JSON"):
        load(path.parent)
    path.write_text('{"name": "x"}')
    with pytest.raises(RunFolderError, match="expected the keys description, task"):
        load(path.parent)


def test_predictions_are_read_late_and_never_unpickled(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    folder = copy(make())
    np.savez(folder / "predictions.npz", test_target=np.array([{}], dtype=object))
    run = load(folder)
    with pytest.raises(RunFolderError, match="expected an array 'trial"):
        run.predictions.of(run.winner, "test")
    with pytest.raises(RunFolderError, match="test_target: expected a plain array"):
        run.predictions.target("test")
    (folder / "predictions.npz").unlink()
    with pytest.raises(RunFolderError, match=r"predictions.npz: expected a file beside confirm"):
        load(folder)


def test_importing_is_light() -> None:
    heavy = "matplotlib", "seaborn", "scipy", "jinja2"
    script = (
        "import sys, reports, reports.frames, reports.summary, reports.page\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_summary_draws_nothing(make: Callable[..., Path]) -> None:
    script = (
        "import sys\nfrom reports import frames, summary\n"
        "summary.table(frames.load(sys.argv[1]))\nprint('matplotlib' in sys.modules)"
    )
    command = [sys.executable, "-c", script, str(make())]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_a_text_that_is_gone_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"got none \(sweeps run with the study's own file"):
        checks.text(tmp_path / "study.yaml")
