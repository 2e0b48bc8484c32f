"""Where the study does not say how replicates are resampled: folds of few rows, else one split."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sweeps.base.errors import UserError
from sweeps.data import Dataset
from sweeps.phases import prepare, resampled
from sweeps.results import resolved
from sweeps.study.file import documents
from sweeps.study.spec import Study
from sweeps.views import plan
from tests.sweeps.test_resampling import table

KFOLD = {"count": 5, "resample": "kfold", "folds": 5}
NONE = {"count": 5, "resample": "none"}


def prepared(folder: Path, rest: str = "", run: Path | None = None, **data: Any) -> Any:
    """Study and data of 82 rows that are not test, of two classes (42 and 40 of them)."""
    given = {"source": "t.csv", "target": "y", "ignore": ["patient", "part"], **data}
    text = f"name: s\ndata: {json.dumps(given)}\nspace: {{l2: [0, 1]}}\n{rest}"
    document = documents.parse(text, "s.yaml")
    return prepare.prepare(document, folder, [], folder_of=None if run is None else lambda _: run)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    frame = table().assign(part="train")
    frame.loc[:20, "part"], frame.loc[21:40, "part"] = "test", "dev"
    frame.to_csv(tmp_path / "t.csv", index=False)
    return tmp_path


def line(study: Study, data: Dataset) -> str:
    """What the plan says of it; "" if nothing."""
    return dict(plan.lines(study, data, 2, 1, "")).get("resampled", "")


@pytest.mark.parametrize(
    ("rest", "replicates"),
    [
        ("", KFOLD),
        ("replicates: {resample: auto}", KFOLD),
        ("replicates: 10", {"count": 10, "resample": "kfold", "folds": 5}),
        ("replicates: 3", {"count": 3, "resample": "kfold", "folds": 3}),
        ("replicates: 7", {"count": 7, "resample": "kfold", "folds": 7}),
        ("replicates: {resample: none}", NONE),
    ],
)
def test_few_rows_are_folded_by_rule(folder: Path, rest: str, replicates: Any) -> None:
    study, data = prepared(folder, rest)
    assert study.replicates.written == replicates
    is_folded = replicates["resample"] == "kfold"
    assert (data.folded is not None) == (data.resampled is not None) == is_folded
    words = f"{study.replicates.in_words} of the 82 rows that are not test; folds of its own in"
    assert line(study, data) == f"{words} the confirmation" * is_folded
    said = YAML(typ="safe").load(resolved.study_yaml(study, folder, folder / "runs" / "s"))
    assert said["replicates"] == replicates


def test_many_rows_and_rows_that_are_divided_already_are_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [prepared(folder, split={"column": "part"}, ignore=["patient"])]
    found.append(prepared(folder, "replicates: 1"))
    monkeypatch.setattr(resampled, "MANY", 82)
    found.append(prepared(folder))
    assert [line(*one) for one in found] == [
        "no: data.split.column says which rows are dev",
        "no: one replicate makes no folds",
        "no: 82 rows that are not test are enough for one split",
    ]
    for study, data in found:
        assert study.replicates.resample == "none"
        assert resolved.identity(study, data)["replicates"] == study.replicates.count
    monkeypatch.setattr(resampled, "MANY", 83)
    assert prepared(folder)[0].replicates.resample == "kfold"


def test_fewer_folds_or_none_where_a_class_has_too_few_rows(folder: Path) -> None:
    frame = table().assign(part="train")
    frame["y"] = [*["rare"] * 5, *frame["y"].iloc[5:]]  # 4 of them are not test
    frame.to_csv(folder / "t.csv", index=False)
    why = "at least 5 rows of every class, one for each fold, got 4 of class 'rare'"
    study, data = prepared(folder, "replicates: 10")
    assert study.replicates.written == {"count": 10, "resample": "kfold", "folds": 2}
    assert data.folded.folds.design.in_words == "4 folds × 5 repeats"
    assert line(study, data).startswith("2 folds × 5 repeats of the 82 rows")
    assert why in line(study, data)
    for rest in ("replicates: 5", "replicates: 4\nconfirm: {replicates: 5}"):
        study, data = prepared(folder, rest)
        assert study.replicates.resample == "none"
        assert data.folded is data.resampled is None
        assert line(study, data).startswith("no: ")
        assert why in line(study, data)


def test_fewer_folds_where_there_are_few_groups(folder: Path) -> None:
    table(regression=True).assign(patient=lambda t: t["patient"] % 4).to_csv(folder / "t.csv")
    study, data = prepared(folder, "replicates: 6", ignore=["Unnamed: 0"], group="patient")
    assert study.replicates.written == {"count": 6, "resample": "kfold", "folds": 3}
    assert data.folded.folds.design.folds == 2  # of 20
    assert not line(study, data).startswith("no")


def test_an_earlier_run_goes_on_as_it_was(folder: Path) -> None:
    """Also where the study's own file, which leaves it open, is given again."""
    path = folder / "run" / "artifacts" / "identity.json"
    path.parent.mkdir(parents=True)

    def going_on(stored: Any, rest: str = "") -> Any:
        path.write_text(json.dumps({"replicates": stored}))
        return prepared(folder, rest, folder / "run")

    study, data = going_on(5)
    assert study.replicates.written == NONE
    assert line(study, data) == "no: as in the earlier run"
    assert resolved.identity(study, data)["replicates"] == 5
    stored = {"count": 10, "resample": "kfold", "folds": 2}
    assert going_on(stored, "replicates: 10")[0].replicates.written == stored
    assert going_on(5, "replicates: {resample: kfold}")[0].replicates.written == KFOLD
    going_on(5)
    study, _ = prepared(folder, "search: {from: run}")  # what is learned from has to be alike
    assert study.replicates.written == NONE
    assert going_on("?")[0].replicates.written == KFOLD  # refused when it is compared


def test_folds_of_a_confirmation_on_one_split_are_refused(folder: Path) -> None:
    with pytest.raises(UserError) as raised:
        prepared(folder, "replicates: {resample: none}\nconfirm: {seeds: 2}")
    (fault,) = raised.value.faults
    assert str(fault) == (
        "s.yaml:5: confirm.seeds: expected no seeds where replicates are not resampled, got 2 (the "
        "confirmation is on the one split; replicates: {resample: kfold} changes it)"
    )
