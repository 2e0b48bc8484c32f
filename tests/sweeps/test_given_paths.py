"""`--set data.source=…`: files that the command line names are of the user's folder."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeps.base.errors import UserError
from sweeps.phases import given_paths
from sweeps.phases.prepare import prepare
from sweeps.study.file.documents import read

STUDY = """
name: small
data: {source: beside.csv, target: y}
space: {learning_rate: [0.01, 0.1]}
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study in one folder; the user is in another, with files of other rows."""
    (tmp_path / "studies").mkdir()
    (tmp_path / "mine").mkdir()
    rng = np.random.default_rng(0)
    for name, rows in {"studies/beside": 90, "mine/rows": 120, "mine/test": 30}.items():
        frame = pd.DataFrame({"a": rng.normal(size=rows), "y": rng.choice(["n", "p"], rows)})
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    path = tmp_path / "studies" / "small.yaml"
    path.write_text(STUDY)
    monkeypatch.chdir(tmp_path / "mine")
    return path


@pytest.mark.parametrize(
    ("assigned", "rows"),
    [
        (["data.source=rows.csv"], 120),
        (["data={source: rows.csv, target: y}"], 120),
        (["data={file: rows.csv, target: y, test: {file: test.csv}}"], 150),
        (["data.test.source=test.csv"], 120),  # beside.csv is the study's
        (["data.dev={file: test.csv}", "data.test={source: test.csv}"], 150),
        ([], 90),
    ],
)
def test_files_are_of_the_folder_that_the_user_is_in(
    study: Path, assigned: list[str], rows: int
) -> None:
    _, dataset = prepare(read(study), study.parent, assigned)
    assert dataset.facts["rows"] == rows


def test_a_file_beside_the_study_is_not_meant(study: Path) -> None:
    with pytest.raises(UserError, match=r"data\.source: expected a file, got 'beside.csv'"):
        prepare(read(study), study.parent, ["data.source=beside.csv"])


@pytest.mark.parametrize(
    ("path", "value", "moved"),
    [
        ("search", {"from": "runs/a", "trials": 3}, {"from": "../mine/runs/a", "trials": 3}),
        ("data.source", "sklearn:iris", "sklearn:iris"),
        ("data.source", "/all/of/it.csv", "/all/of/it.csv"),
        ("data.source", "~/it.csv", "~/it.csv"),
        ("search.from", "s3://bucket/run", "s3://bucket/run"),
        ("data.target", "rows.csv", "rows.csv"),
        ("trainer.folder", "code", "code"),
        ("data.source", 3, 3),
    ],
)
def test_all_else_stays_as_it_is(study: Path, path: str, value: Any, moved: Any) -> None:
    assert given_paths.from_study(path, value, study.parent) == moved
    assert given_paths.from_study(path, value, Path.cwd()) == value
