"""What `sweeps.run` says of a table's data beside it: arguments that are keys of `data`."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sweeps
from sweeps.base.errors import UserError
from sweeps.data.datasets import loading
from sweeps.running import python_faults
from sweeps.study.data_section import DataSpec
from sweeps.study.file.documents import read
from tests.sweeps.helpers import sweeps as command

ROWS = 120
TINY: dict[str, Any] = {
    **{"space": {"learning_rate": [0.01]}, "fixed": {"hidden": [], "epochs": 1}},
    **{"trials": 1, "jobs": 1, "quiet": True, "target": "y"},
    "set": ["replicates=2", "confirm.replicates=2", "confirm.baselines=[]"],
}


def table(**columns: Any) -> pd.DataFrame:
    comma = [f"{n / 10:.1f}".replace(".", ",") for n in range(ROWS)]
    made = {"blood": comma, "clinic": list("ABCDE") * 24, "code": [3, 4, 5] * 40}
    return pd.DataFrame({**made, **columns, "y": ["no", "yes"] * (ROWS // 2)})


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_argument_is_a_key_of_data() -> None:
    asked: dict[str, Any] = {
        **{"decimal": ",", "missing": ["n.d.", -1], "columns": {"code": "category"}},
        **{"group": "clinic", "weight": "w", "task": "classification"},
        **{"ignore": {"id": "a number of the row"}, "target_gaps": "leave_out"},
    }
    cells = table()["blood"].tolist()
    given = table(blood=["n.d.", *cells[1:]], w=1.0, id=range(ROWS))
    given.loc[ROWS - 1, "y"] = None
    result = sweeps.run(given, **TINY, **asked, confirm=False)
    said = read(result.folder / "study.yaml").values["data"]
    assert {key: said[key] for key in asked} == asked
    told = json.loads((result.folder / "provenance.json").read_text())["data"]["column_table"]
    rows = {row["name"]: row for row in told}
    kinds = ["number", "group", "category", "weight", "ignored", "target"]
    assert [row["kind"] for row in rows.values()] == kinds
    assert rows["blood"]["missing"] == 1


@pytest.mark.parametrize("how", ["argument", "set", "mapping"])
def test_texts_with_a_decimal_comma_are_numbers(how: str) -> None:
    given, options = table(), {**TINY}
    if how == "argument":
        options["decimal"] = ","
    elif how == "set":
        options["set"] = [*TINY["set"], "data.decimal=,"]
    else:
        own = {key: options.pop(key) for key in ("space", "fixed")}
        data = {"source": given, "target": options.pop("target"), "decimal": ","}
        given = {"name": "table", "data": data, **own}  # type: ignore[assignment]
    result = sweeps.run(given, **options)
    rows = pd.DataFrame({"blood": ["3,5", 3.5], "clinic": "A", "code": 3})
    np.testing.assert_array_equal(*result.model.outputs(rows))


@pytest.mark.parametrize("ending", ["parquet", "feather", "xlsx", "jsonl"])
def test_files_with_types_of_their_own_have_a_decimal_comma_too(ending: str) -> None:
    frame = table()
    if ending == "jsonl":
        frame.to_json("t.jsonl", orient="records", lines=True)
    else:
        getattr(frame, {"xlsx": "to_excel"}.get(ending, f"to_{ending}"))(
            f"t.{ending}", **({"index": False} if ending == "xlsx" else {})
        )
    out = command(
        "new", "t", "--data", f"t.{ending}", "--target", "y", cwd=Path.cwd(), module="sweeps"
    )
    assert "blood" in out.stdout
    found = loading.read(DataSpec.model_validate(read(Path("t.yaml")).values["data"]), Path.cwd())
    assert found.spec.decimal == ","
    assert found.features.frame["blood"].tolist() == [n / 10 for n in range(ROWS)]


def test_what_is_refused_is_said_as_arguments() -> None:
    cells = table()["blood"].tolist()
    given = table(blood=["lost", *cells[1:]])
    with pytest.raises(UserError) as caught:
        sweeps.run(given, **TINY, decimal=",")
    assert str(caught.value) == (
        "the table: column 'blood': expected a number in every row, got text in 1 of 120, first "
        "'lost' (missing=[\"lost\"] reads them as gaps, or ignore=['blood'] leaves it out)"
    )
    sweeps.run(given, **TINY, decimal=",", missing=["lost"], confirm=False)


@pytest.mark.parametrize(
    ("said", "as_arguments"),
    [
        ("x (set data.decimal: ',')", "x (decimal=',')"),
        ("data.columns: {zip: category} does", "columns={'zip': 'category'} does"),
        ("data.task: regression, or", "task='regression', or"),
        ("data.words: target", "data.words: target"),
        ("data.target_gaps: leave_out leaves", "target_gaps='leave_out' leaves"),
        ("data.missing: not set there, 'x' here", "data.missing: not set there, 'x' here"),
        ("data.task: 'auto' there, not set", "data.task: 'auto' there, not set"),
    ],
)
def test_keys_are_said_as_arguments(said: str, as_arguments: str) -> None:
    assert python_faults.of_tables(said, is_table=True) == as_arguments
    assert python_faults.of_tables(said, is_table=False) == said


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("desimal", "did you mean 'decimal'?"),
        ("epochs", "fixed={'epochs': …}, or space={'epochs': […]}"),
        ("rare", "set=['data.rare=…']"),
        ("search", "set=['search.KEY=…'], or a study as a mapping"),
        ("windw", "did you mean set=['search.window=…']?"),
    ],
)
def test_another_argument_gets_the_one_that_is_meant(name: str, meant: str) -> None:
    with pytest.raises(TypeError) as caught:
        sweeps.run(table(), **TINY, **{name: 1})
    assert isinstance(caught.value, UserError)
    line = f"sweeps.run: expected a known argument, got '{name}' ({meant})"
    assert str(caught.value) == line


def test_faults_that_have_nothing_to_do_with_each_other_are_told_together() -> None:
    def told(**changes: Any) -> list[str]:
        with pytest.raises(UserError) as caught:
            sweeps.run(table(), **{**TINY, **changes})
        return str(caught.value).splitlines()

    assert told(trails=30, jbs=2) == [
        "sweeps.run: expected a known argument, got 'trails' (did you mean 'trials'?)",
        "sweeps.run: expected a known argument, got 'jbs' (did you mean 'jobs'?)",
    ]
    assert told(jobs=0, trials="9", time="soon") == [
        "sweeps.run: jobs: expected a whole number from 1 to 1024, got 0",
        "sweeps.run: trials: expected a whole number from 1 to 100000, got '9'",
        "sweeps.run: time: expected a time like 90s, 10m or 1.5h, got 'soon'",
    ]
    unknown = told(ignore=["cod"], group="clinik", columns={"y": "number", "z": "number"})
    assert [line.split(": ")[1] for line in unknown] == [
        *("data.ignore", "data.group", "data.columns.z")
    ]
    assert unknown[0].endswith("got 'cod' (did you mean 'code'?)")
    twice = told(decimal=",", ignore=["code"], weight="code", columns={"code": "number"})
    assert [line.split(": ")[1] for line in twice] == ["data.weight", "data.columns.code"]


def test_another_study_of_a_name_is_told_of_arguments() -> None:
    sweeps.run(table(), **TINY, decimal=",", confirm=False)
    with pytest.raises(UserError, match=r"; use another name= or another out=$"):
        sweeps.run(table(), **{**TINY, "set": ["replicates=3"]}, decimal=",", confirm=False)
    data = {"source": table(), "target": "y", "decimal": ","}
    study = {"name": "table", "data": data, "space": TINY["space"], "fixed": TINY["fixed"]}
    with pytest.raises(UserError, match=r"; use another name or another out=$"):
        sweeps.run(study, confirm=False, quiet=True)
