"""`sweeps predict`: rows in, CSV out, as the winner's networks say it."""

import io
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import studies
from sweeps.base.errors import UserError
from sweeps.commands.work import predict
from sweeps.data.column.number_columns import NumberColumn
from sweeps.data.column.word_columns import CategoryColumn
from sweeps.data.source import data_files
from sweeps.data.source.file_kinds import FILE_KINDS, FOLDER, alternatives
from sweeps.data.source.read_options import ReadOptions
from sweeps.results.result import Result
from tests.sweeps.helpers import command, environment, sweeps

QUICK = (
    "--trials",
    "2",
    "--set",
    "fixed.epochs=2",
    "--set",
    "confirm.replicates=3",
    "--set",
    "final.rows=pool",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of words, numbers and gaps, and a run of it."""
    cwd = tmp_path_factory.mktemp("predict")
    for name in ("csv_example.yaml", "subscriptions.csv"):
        shutil.copy(studies.path("csv_example").parent / name, cwd)
    sweeps("csv_example.yaml", *QUICK, "--jobs", "1", cwd=cwd)
    return cwd


def predicted(made: Path, *arguments: str) -> pd.DataFrame:
    done = sweeps("predict", "runs/csv-example", *arguments, cwd=made, module="sweeps")
    return pd.read_csv(io.StringIO(done.stdout))


def said(made: Path, *arguments: str) -> str:
    done = sweeps("predict", "runs/csv-example", *arguments, cwd=made, code=2, module="sweeps")
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_it_is_what_the_model_says(made: Path) -> None:
    model = Result(made / "runs/csv-example").model
    path = made / "subscriptions.csv"
    numbers = {c.name for c in model.encoder.columns if isinstance(c, NumberColumn)}
    rows = data_files.chunks(path, FILE_KINDS[".csv"], ReadOptions(), numbers, rows=100)
    frame = pd.concat(rows)
    found = predicted(made, "subscriptions.csv", "--keep", "id")
    columns = ["row", "line", "id", "prediction", "p.no", "p.yes", "sd.no", "sd.yes"]
    assert list(found) == columns
    assert found["row"].tolist() == list(range(1, len(found) + 1))
    assert found["line"].tolist() == list(range(2, len(found) + 2))
    assert found["id"].tolist() == frame["id"].astype(int).tolist()
    assert found["prediction"].tolist() == model.predict(frame).tolist()
    np.testing.assert_allclose(found[["p.no", "p.yes"]], model.outputs(frame), rtol=1e-6)
    np.testing.assert_allclose(
        found[["sd.no", "sd.yes"]], model.networks(frame).std(axis=0, ddof=1), rtol=1e-5
    )
    done = sweeps("predict", "runs/csv-example", "subscriptions.csv", cwd=made, module="sweeps")
    unused, advice = done.stderr.splitlines()
    assert unused == "not used: id, customer, churn"
    use = json.loads((made / "runs" / "csv-example" / "summary.json").read_text())
    name = use["recommendation"]["use"]
    assert advice == f"predicted by the networks; the report advises {name}: --model recommended"


def test_chunks_and_kinds_of_files_change_nothing(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Result(made / "runs/csv-example").model
    whole = io.StringIO()
    predict.write(model, made / "subscriptions.csv", [], whole)
    monkeypatch.setattr(predict, "CHUNK", 7)
    frame = pd.read_csv(made / "subscriptions.csv")
    frame.to_parquet(made / "rows.parquet")
    frame.to_csv(made / "rows.tsv", sep="\t", index=False)
    for name in ("subscriptions.csv", "rows.parquet", "rows.tsv"):
        pieces = io.StringIO()
        predict.write(model, made / name, [], pieces)
        first, second = (pd.read_csv(io.StringIO(text.getvalue())) for text in (whole, pieces))
        assert first["prediction"].tolist() == second["prediction"].tolist()
        np.testing.assert_allclose(
            first.drop(columns=["prediction", "line"]),
            second.drop(columns=["prediction", "line"], errors="ignore"),
            rtol=1e-4,
            atol=1e-7,
        )


def test_words_never_seen_in_training_are_told(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.read_csv(made / "subscriptions.csv", keep_default_na=False)
    model = Result(made / "runs/csv-example").model
    name = next(c.name for c in model.encoder.columns if isinstance(c, CategoryColumn))
    frame.loc[3, name] = "x\x1b[1m"
    frame.loc[[1, 500], name] = "Hamburg"
    frame.to_csv(made / "unknown.csv", index=False)
    (seen,) = predict.write(model, made / "subscriptions.csv", [], io.StringIO()).lines()
    assert seen.startswith("not used: ")
    monkeypatch.setattr(predict, "CHUNK", 100)
    notes = predict.write(model, made / "unknown.csv", list(frame), io.StringIO())
    assert notes.lines() == [
        f"{name}: 'Hamburg', 'x\N{REPLACEMENT CHARACTER}[1m' in 3 rows: not in the training "
        "data, so read as none of its categories"
    ]
    done = sweeps("predict", "runs/csv-example", "unknown.csv", cwd=made, module="sweeps")
    assert done.stderr.splitlines()[0].startswith(f"{name}: 'Hamburg', ")


def test_words_that_look_like_numbers_in_one_chunk(tmp_path: Path) -> None:
    """Read chunk by chunk, "07" would become 7 where no other word stands near it."""
    rng = np.random.default_rng(0)
    code = rng.choice(["07", "12", "x"], 200)
    frame = pd.DataFrame({"code": code, "n": rng.normal(size=200), "y": code == "07"})
    frame.to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "t.yaml").write_text(
        "name: t\ndata: {source: t.csv, target: y}\nfixed: {epochs: 20, learning_rate: 0.01}\n"
        "space: {l2: [0]}\nreplicates: 2\nconfirm: {top: 1, replicates: 2}\n"
    )
    sweeps("t.yaml", "--jobs", "1", cwd=tmp_path)
    frame[frame["code"] != "x"].to_csv(tmp_path / "new.csv", index=False)
    done = sweeps("predict", "runs/t", "new.csv", cwd=tmp_path, module="sweeps")
    found = pd.read_csv(io.StringIO(done.stdout))
    right = frame.loc[frame["code"] != "x", "y"].to_numpy()
    assert (found["prediction"].to_numpy() == right).mean() > 0.95


def test_a_number_has_its_own_units(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(
        "name: d\ndata: {source: 'sklearn:diabetes'}\nfixed: {epochs: 2}\n"
        "space: {l2: [0]}\nreplicates: 2\nconfirm: {top: 1, replicates: 2}\n"
    )
    sweeps("d.yaml", "--jobs", "1", cwd=tmp_path)
    from sklearn.datasets import load_diabetes

    frame = load_diabetes(as_frame=True).frame
    frame.to_csv(tmp_path / "rows.csv", index=False)
    done = sweeps("predict", "runs/d", "rows.csv", cwd=tmp_path, module="sweeps")
    found = pd.read_csv(io.StringIO(done.stdout))
    assert list(found) == ["row", "line", "prediction", "sd"]
    assert 50 < found["prediction"].mean() < 250
    assert (found["sd"] > 0).all()


@pytest.fixture(scope="module")
def spelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of amounts, percents and dates, without gaps."""
    cwd = tmp_path_factory.mktemp("spelled")
    lines = [
        f"${n % 7}.50,{n % 9 + 1}%,1{n % 3},2024-0{n % 8 + 1}-03,{'no' if n % 2 else 'yes'}"
        for n in range(80)
    ]
    (cwd / "rows.csv").write_text("\n".join(["price,share,count,day,y", *lines]))
    (cwd / "small.yaml").write_text(
        "name: spelled\ndata: {source: rows.csv, target: y, columns: {count: [10, 11, 12]}}\n"
        "fixed: {hidden: [3], epochs: 2}\nspace: {learning_rate: [0.01, 0.1]}\nreplicates: 1\n"
        "search: {trials: 2}\nconfirm: {top: 1, replicates: 2, baselines: none}\n"
    )
    sweeps("small.yaml", "--jobs", "1", cwd=cwd)
    return cwd


def answer(folder: Path, row: str, code: int = 0) -> str:
    (folder / "new.csv").write_text(f"price,share,count,day\n{row}\n")
    arguments = ("predict", "runs/spelled", "new.csv")
    return sweeps(*arguments, cwd=folder, code=code, module="sweeps").stderr


@pytest.mark.parametrize(
    ("row", "name", "got", "unit"),
    [
        ("€1.50,3%,10,2024-01-01", "price", "'€1.50'", "$"),
        ("5%,3%,10,2024-01-01", "price", "'5%'", "$"),
        ("$1.50,$7,10,2024-01-01", "share", "'$7'", "%"),
    ],
)
def test_another_unit_than_in_training_is_no_number(
    spelled: Path, row: str, name: str, got: str, unit: str
) -> None:
    assert answer(spelled, row, code=2) == (
        f"new.csv: line 2: {name}: expected a finite number, got {got} "
        f"(the study's are in {unit})\n"
    )


def test_a_unit_may_be_spelled_otherwise_and_its_absence_is_noted(spelled: Path) -> None:
    assert answer(spelled, "1.5 USD,3 %,10,2024-01-01") == ""
    assert answer(spelled, "1.50,0.12,10,2024-01-01") == (
        "share: '0.12' in 1 row: without %, read as 0.12 %\n"
    )


def test_gaps_that_training_had_not_are_noted(spelled: Path) -> None:
    assert answer(spelled, ",,11,\n$1.50,-,10,2024-01-01") == (
        "gaps, read as the median of training, which had none: "
        "price (1 row), share (2 rows), day (1 row)\n"
    )


def test_into_a_file_whole_or_not_at_all(made: Path) -> None:
    sweeps(
        *("predict", "runs/csv-example", "subscriptions.csv", "-o", "p.csv"),
        cwd=made,
        module="sweeps",
    )
    assert len(pd.read_csv(made / "p.csv")) == 609
    before = (made / "p.csv").read_bytes()
    frame = pd.read_csv(made / "subscriptions.csv", keep_default_na=False)
    number = Result(made / "runs/csv-example").model.encoder.columns[-1].name
    frame[number] = frame[number].astype(object)
    frame.loc[600, number] = "many"
    frame.to_csv(made / "bad.csv", index=False)
    line = said(made, "bad.csv", "--out", "p.csv")
    assert line == f"bad.csv: line 602: {number}: expected a finite number, got 'many'"
    assert (made / "p.csv").read_bytes() == before
    assert not list(made.glob(".*.part"))
    line = said(made, "bad.csv", "--out", "bad.csv")
    assert line == "--out: expected another file than the rows', got 'bad.csv'"
    assert "folder that is there" in said(made, "subscriptions.csv", "--out", "nowhere/p.csv")


def test_no_file_of_the_run_is_written_over(made: Path) -> None:
    run = made / "runs" / "csv-example"
    for own in (run / "model.npz", run / "data" / "trials.csv", run / "artifacts" / "new.csv"):
        before = own.read_bytes() if own.exists() else None
        line = said(made, "subscriptions.csv", "--out", str(own.relative_to(made)))
        assert line.startswith("--out: expected another file than the run's own, got 'runs/csv-")
        assert (own.read_bytes() if own.exists() else None) == before


def test_a_link_and_a_pipe_stay_what_they_are(made: Path, tmp_path: Path) -> None:
    """As root, a rename onto a device would have done away with it."""
    plain, link, pipe = tmp_path / "plain.csv", tmp_path / "link.csv", tmp_path / "pipe"
    plain.write_text("old")
    link.symlink_to(plain)
    os.mkfifo(pipe)
    arguments = ("predict", "runs/csv-example", "subscriptions.csv", "--out")
    sweeps(*arguments, str(link), cwd=made, module="sweeps")
    assert link.is_symlink()
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True)
    sweeps(*arguments, str(pipe), cwd=made, module="sweeps")
    assert reader.communicate(timeout=60)[0] == plain.read_text() != "old"
    assert pipe.is_fifo()


def test_what_no_network_can_take_is_told_with_its_place(made: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(made / "subscriptions.csv")
    model = Result(made / "runs/csv-example").model
    name = next(c.name for c in model.encoder.columns if not isinstance(c, CategoryColumn))
    large = frame.astype({name: float})
    large.loc[2, name] = 1e300
    large.to_csv(tmp_path / "large.csv", index=False)
    line = said(made, str(tmp_path / "large.csv"))
    told = f"line 4: {name}: expected a finite number, got 1e+300 (too large for float32)"
    assert line.endswith(told)
    frame[name] = pd.Timestamp("2020-01-01")
    frame.to_parquet(tmp_path / "dates.parquet")
    line = said(made, str(tmp_path / "dates.parquet"))
    assert f"row 1: {name}: expected a finite number, got 2020-01-01" in line


def test_a_name_that_is_too_long(made: Path) -> None:
    for name in ("x" * 300 + ".csv", "x" * 5000 + ".csv"):
        assert said(made, name).startswith("ROWS: expected a file, got 'xxxx")
        assert "--out: expected a file" in said(made, "subscriptions.csv", "--out", name)
    for name in ("show", "ls", "report", "clean", "resume"):
        done = sweeps(name, "x" * 300, cwd=made, code=2, module="sweeps")
        assert "folder, got no such folder" in done.stderr or "expected a folder" in done.stderr


def test_a_decimal_comma_is_read_as_in_training(made: Path, tmp_path: Path) -> None:
    model = Result(made / "runs/csv-example").model
    frame = pd.read_csv(made / "subscriptions.csv")
    name = next(c.name for c in model.encoder.columns if not isinstance(c, CategoryColumn))
    points, commas = tmp_path / "points.csv", tmp_path / "commas.csv"
    frame.loc[0, name] = 1234.5
    frame.to_csv(points, index=False)
    frame[name] = frame[name].map("{:g}".format, na_action="ignore").str.replace(".", ",")
    frame.loc[0, name] = "1.234,5"
    frame.to_csv(commas, index=False, sep=";", decimal=",")
    whole, same = io.StringIO(), io.StringIO()
    predict.write(model, points, [], whole)
    german = replace(model, reading=ReadOptions(decimal=","))
    predict.write(german, commas, [], same)
    assert same.getvalue() == whole.getvalue()
    frame.loc[0, name] = "12,5"
    frame.to_csv(commas, index=False)
    told = f"{commas}: line 2: {name}: expected a finite number, got "
    with pytest.raises(UserError) as caught:
        predict.write(model, commas, [], io.StringIO())
    assert str(caught.value) == f"{told}'12,5' (the study's data.decimal is '.': write a point)"
    frame.loc[0, name] = "12.5"
    frame.to_csv(commas, index=False)
    with pytest.raises(UserError) as caught:
        predict.write(german, commas, [], io.StringIO())
    assert str(caught.value) == f"{told}'12.5' (the study's data.decimal is ',')"


def test_columns_to_keep_are_a_list_or_repeated(made: Path, tmp_path: Path) -> None:
    model = Result(made / "runs/csv-example").model
    frame = pd.read_csv(made / "subscriptions.csv", nrows=3).assign(**{"a,b": 1})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    text = io.StringIO()
    predict.write(model, tmp_path / "rows.csv", ["id,churn", "a,b", "id"], text)
    assert text.getvalue().startswith('row,line,id,churn,"a,b",prediction,')


def test_its_faults_are_a_line(made: Path) -> None:
    frame = pd.read_csv(made / "subscriptions.csv", keep_default_na=False)
    used = [c.name for c in Result(made / "runs/csv-example").model.encoder.columns]
    frame.drop(columns=used[:2]).to_csv(made / "few.csv", index=False)
    (made / "empty.csv").write_text("")
    (made / "rows.doc").write_text("{}")
    (made / "no.parquet").write_text("none")
    (made / "wide.csv").write_text("a,b\n1,2,3\n")
    line = said(made, "few.csv")
    assert line.startswith(f"few.csv: expected the columns '{used[0]}', '{used[1]}', got none (")
    assert line.endswith("; an empty column would do)")
    for name, message in {
        "empty.csv": "empty.csv: expected a .csv table, got: nothing in it",
        "wides.csv": "ROWS: expected a file, got 'wides.csv' (did you mean 'wide.csv'?)",
        "rows.doc": (
            f"ROWS: expected a {alternatives(FILE_KINDS)} file or {FOLDER}, got 'rows.doc'"
        ),
        "wide.csv": (
            "wide.csv: expected a .csv table, got: 3 fields in line 2 below 2 in the header "
            "(row names of R? name their column, too, in the header)"
        ),
    }.items():
        assert said(made, name) == message
    assert said(made, "no.parquet").startswith("no.parquet: expected a .parquet table, got: ")
    (made / "latin.csv").write_bytes(",".join(used).encode() + "\nKäse\n".encode("latin-1"))
    line = said(made, "latin.csv")
    assert line == (
        "latin.csv: expected UTF-8, got byte 0xe4 in line 2 "
        "(save it as UTF-8, or set data.encoding: cp1252)"
    )
    line = said(made, "subscriptions.csv", "--keep", "idd")
    assert line == (
        "--keep: subscriptions.csv: expected the column 'idd', got none (did you mean 'id'?)"
    )
    (made / "cases.csv").write_text(",".join(name.upper() for name in used) + "\n")
    hints = "; ".join(f"did you mean '{name.upper()}'?" for name in used[:2])
    assert f"({hints}" in said(made, "cases.csv")
    (made / "head.csv").write_text(",".join(used) + "\n")
    assert predicted(made, "head.csv").shape == (0, 7)


def test_a_file_is_no_run(made: Path) -> None:
    (made / "csv-example.yaml").write_text("")
    done = sweeps("predict", "csv-example.yaml", "rows.csv", cwd=made, code=2, module="sweeps")
    assert done.stderr == (
        "csv-example.yaml: expected a run folder, got a file (did you mean 'runs/csv-example'?)\n"
    )


@pytest.mark.parametrize("change", ["pickle", "short", "foreign", "torn", "meta"])
def test_a_model_that_is_none(made: Path, tmp_path: Path, change: str) -> None:
    folder = tmp_path / "run"
    shutil.copytree(made / "runs/csv-example", folder)
    path = folder / "model.npz"
    with np.load(path) as file:
        theta, meta = file["theta"], json.loads(str(file["meta"]))
    text = np.array(json.dumps(meta))
    if change == "pickle":
        np.savez(path, theta=np.array([object()], dtype=object), meta=text)
    elif change == "short":
        np.savez(path, theta=theta[:, :-1], meta=text)
    elif change == "foreign":
        np.savez(path, theta=theta, meta=np.array(json.dumps(meta | {"network": {"hidden": [1]}})))
    elif change == "meta":
        np.savez(path, theta=theta, meta=np.array("[]"))
    else:
        path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UserError, match=r"model\.npz: expected a model of a study, got: "):
        predict.load(folder)


def test_a_reader_that_has_enough(made: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    words = command("predict", "runs/csv-example", "subscriptions.csv", module="sweeps")
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(
            words, cwd=made, stdout=closed, stderr=subprocess.PIPE, env=environment(), timeout=60
        )
    assert (done.returncode, done.stderr) == (0, b"")
