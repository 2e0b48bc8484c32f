"""How a study says that its file is read: separator, encoding, decimal, missing, header."""

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweeps.base.errors import Expected, UserError
from sweeps.commands.work import new, predict
from sweeps.data.datasets.loading import load
from sweeps.data.readers import separators
from sweeps.data.source import data_files, file_kinds, sources
from sweeps.data.source.read_options import ReadOptions
from sweeps.results import model_file
from sweeps.study.data_section import DataSpec
from sweeps.study.file import documents, parsing
from tests.needs import shared
from tests.sweeps.helpers import sweeps
from tests.sweeps.test_reading import model_of

# A text, and what separates its fields.
SNIFFED: Mapping[str, tuple[str, str]] = {
    "commas": ("a,b\n1,2\n", ","),
    "a bar": ("a|b,c\n1|2\n", "|"),
    "runs of blanks": (" a   b\t c\n  1 2  3\n", r"\s+"),
    "commas in a quoted header": ('"Area, m2";"Price, EUR, net";y\n1;2;3\n', ";"),
    "commas in an open header": ("Price, EUR;Amount, kg\n1,5;2,5\n2,5;3,5\n", ";"),
    "semicolons in quotes": ('"a;b",c\n"1;2",3\n', ","),
    "decimal commas of all rows": ("a;b;c\n1,5;2,5;3,5\n", ";"),
    "a mistake in one row": ("a,b\n" + "1,2\n" * 30 + "1,2,3\n", ","),
    "breaks in quotes": ('a;b\n"one\ntwo, three";2\n', ";"),
    "blank lines": ("\n\na\tb, c\n\n1\t2\n", "\t"),
    "names of rows": ('x y\n"1" 2 3\n"2" 3 4\n', r"\s+"),
    "one column": ("a\n1\n2\n", ","),
    "nothing": ("", ","),
    "words with blanks": ("name,city\nA B,New York\nC D E,Bonn\n", ","),
}


def spec(**changes: object) -> DataSpec:
    return DataSpec.model_validate({"source": "t.csv", "target": "y", **changes})


def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"größe": rng.normal(size=40).round(3)})
    frame["farbe"] = rng.choice(["grün", "blau"], 40)
    return frame.assign(y=rng.choice(["ja", "nein"], 40))


@pytest.mark.parametrize(("text", "separator"), SNIFFED.values(), ids=SNIFFED.keys())
def test_the_separator_is_what_divides_the_rows_alike(text: str, separator: str) -> None:
    assert separators.of(text) == separator


@pytest.mark.parametrize(
    ("written", "asked"), [("\t", "tab"), (" ", "blanks"), ("^", "^"), (":", ":"), ("\t", "\t")]
)
def test_a_separator_that_the_study_names(tmp_path: Path, written: str, asked: str) -> None:
    table().to_csv(tmp_path / "t.csv", sep=written, index=False)
    assert load(spec(separator=asked), tmp_path, "float32").n_in == 3


def test_an_encoding_is_named_by_the_message_and_seen_by_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table().to_csv("t.csv", index=False)
    expected = load(spec(), tmp_path, "float32")
    for encoding in ("cp1252", "utf-16"):
        table().to_csv("t.csv", index=False, encoding=encoding)
        with pytest.raises(UserError, match=rf"expected UTF-8, .* set data.encoding: {encoding}\)"):
            load(spec(), tmp_path, "float32")
        found = load(spec(encoding=encoding), tmp_path, "float32")
        assert found.encoder.plain() == expected.encoder.plain()
        new.create(encoding, "t.csv", "y")
        assert f"  encoding: {encoding}  #" in Path(f"{encoding}.yaml").read_text()
    with pytest.raises(UserError, match="expected ascii, got byte 0x"):
        load(spec(encoding="ascii"), tmp_path, "float32")


@pytest.mark.parametrize("end", [".csv", ".jsonl", ".parquet"])
def test_words_and_numbers_that_are_gaps(tmp_path: Path, end: str) -> None:
    frame = table().rename(columns={"größe": "size"}).assign(code=np.arange(40) % 7)
    blank = frame.copy()
    blank.loc[3:5, "farbe"], blank.loc[9:12, "code"] = None, np.nan
    frame.loc[3:5, "farbe"], frame.loc[9:12, "code"] = "unknown", -999
    found = []
    for name, one in (("said", frame), ("blank", blank)):
        path = tmp_path / f"{name}{end}"
        if end == ".csv":
            one.to_csv(path, index=False)
        elif end == ".parquet":
            one.to_parquet(path)
        else:
            one.to_json(path, orient="records", lines=True, double_precision=15)
        missing = ["unknown", -999] if name == "said" else []
        data = load(spec(source=path.name, missing=missing), tmp_path, "float64")
        made = model_of(data)
        out = io.StringIO()
        assert not predict.write(made, path, [], out).unknown
        found.append((data.encoder.plain(), data.parts["test"].x.tolist(), out.getvalue()))
    assert found[0] == found[1]


def test_a_file_without_a_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = table()
    rows.to_csv("t.csv", index=False, header=False)
    with pytest.raises(Expected, match=r"where the first row is no header: data\.header: false"):
        load(spec(), tmp_path, "float32")
    with pytest.raises(Expected, match=r"known: x1, x2, x3; data.header is false"):
        load(spec(header=False), tmp_path, "float32")
    data = load(spec(header=False, target="x3"), tmp_path, "float32")
    assert data.facts["rows"] == len(rows)
    out = io.StringIO()
    predict.write(model_of(data), Path("t.csv"), ["x2"], out)
    kept = pd.read_csv(io.StringIO(out.getvalue()))
    assert list(kept["x2"]) == list(rows["farbe"])
    new.create("a", "t.csv", "x3")
    assert "  header: false  #" in Path("a.yaml").read_text()
    Path("t.csv").write_text("oops,1,a\n" + "1.5,2,b\n" * 30)
    with pytest.raises(UserError, match="first 'oops' in line 1 "):
        load(spec(header=False, target="x3"), tmp_path, "float32")
    Path("t.csv").write_text("1,1,a\n1,2,3,b\n")
    with pytest.raises(UserError, match="4 fields in line 2 below 3 in the first row"):
        load(spec(header=False, target="x3"), tmp_path, "float32")


def test_what_was_said_is_kept_with_the_model(tmp_path: Path) -> None:
    table().to_csv(tmp_path / "t.csv", sep="^", index=False, header=False, encoding="utf-16")
    study = (
        "name: a\ndata: {source: t.csv, target: x3, separator: ^, encoding: utf-16, "
        "header: false, missing: ['-', -1]}\nspace: {learning_rate: [0.1]}\n"
        "fixed: {epochs: 1}\nconfirm: {top: 1, replicates: 2, baselines: none}\n"
    )
    (tmp_path / "a.yaml").write_text(study)
    run = ("run", "a.yaml", "--trials", "1", "--jobs", "1", "--set", "replicates=2")
    sweeps(*run, cwd=tmp_path, module="sweeps")
    done = sweeps("predict", "runs/a", "t.csv", cwd=tmp_path, module="sweeps")
    assert done.stdout.count("\n") == 41
    kept = model_file.load(tmp_path / "runs/a/model.npz").reading
    assert kept == ReadOptions("^", "utf-16", ".", ("-", "-1"), header=False)


FAULTS: Mapping[str, str] = {
    "separator: ab": "data.separator: expected one character, or auto, tab, blanks, got 'ab'",
    "separator: x": "data.separator: expected one character, or auto, tab, blanks, got 'x'",
    "encoding: utf-99": "data.encoding: expected an encoding that Python knows, such as utf-8, ",
    "encoding: base64": "data.encoding: expected an encoding that Python knows, such as utf-8, ",
    "separator: ',', decimal: ','": "data: expected a separator that is not the decimal mark, got ",
    "header: maybe": "data.header: expected true or false, got 'maybe'",
}


@pytest.mark.parametrize("keys", FAULTS)
def test_a_key_that_is_none(keys: str) -> None:
    text = f"name: a\ndata: {{source: t.csv, target: y, {keys}}}\nspace: {{learning_rate: [1]}}\n"
    with pytest.raises(UserError) as caught:
        parsing.study(documents.parse(text, "a.yaml"))
    assert str(caught.value).startswith(f"a.yaml:2: {FAULTS[keys]}")


def test_keys_of_other_kinds_of_files(tmp_path: Path) -> None:
    table().to_parquet(tmp_path / "t.parquet")
    with pytest.raises(Expected, match=r"expected true for all but .csv, .tsv, .txt and .xlsx "):
        load(spec(source="t.parquet", header=False), tmp_path, "float32")
    with pytest.raises(Expected, match=r"expected nothing for all but .*files, got"):
        sources.read("sklearn:iris", None, {}, tmp_path, ReadOptions(missing=("-",)))


def test_the_case_of_commas_in_a_header() -> None:
    folder = shared("cases") / "commas-in-header"
    for name in ("data.csv", "tab.csv"):
        found = load(spec(source=name), folder, "float32")
        assert found.encoder.inputs[:2] == ["Area, m2", "Price, EUR, net"]


def test_a_sheet_is_named_and_the_first_of_several_is_told(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(60) % 7, "y": np.tile(["u", "v"], 30)})
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        frame.assign(a=0.5).to_excel(book, sheet_name="old", index=False)
        frame.to_excel(book, sheet_name="2024", index=False)
    text = "name: a\ndata: {source: t.xlsx, target: y}\nspace: {l2: [0, 1]}\n"
    path = tmp_path / "a.yaml"
    path.write_text(text)
    said = sweeps("check", "a.yaml", cwd=tmp_path, module="sweeps").stdout
    assert "read      sheet 'old', the first (data.sheet names another: '2024')" in said
    named = load(spec(source="t.xlsx", sheet="2024"), tmp_path, "float32")
    assert named.encoder.numbers.scale > 1  # that of the other is constant
    assert "read" not in named.facts
    path.write_text(text.replace("target", "sheet: 2023, target"))
    done = sweeps("check", "a.yaml", cwd=tmp_path, code=2, module="sweeps")
    wrong = "a.yaml:2: data.sheet: expected a sheet of the workbook, got '2023' (sheets: old, 2024)"
    assert done.stderr == f"{wrong}\n"


def test_a_workbook_to_predict_has_the_same_sheet_or_one(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(60) % 7, "y": np.tile(["u", "v"], 30)})
    frame.to_excel(tmp_path / "t.xlsx", sheet_name="mine", index=False)
    model = model_of(load(spec(source="t.xlsx", sheet="mine"), tmp_path, "float32"))
    kind = file_kinds.FILE_KINDS[".xlsx"]

    def rows(path: Path) -> list[int]:
        return [len(some) for some in data_files.chunks(path, kind, model.reading, (), 40)]

    other = tmp_path / "other.xlsx"
    frame.to_excel(other, sheet_name="any", index=False)
    assert rows(other) == [40, 20]
    with pd.ExcelWriter(other) as book:
        frame.iloc[:9].to_excel(book, sheet_name="first", index=False)
        frame.to_excel(book, sheet_name="mine", index=False)
    assert rows(other) == [40, 20]
    with pd.ExcelWriter(other) as book:
        for name in ("first", "mime"):
            frame.to_excel(book, sheet_name=name, index=False)
    expected = r"^other.xlsx: expected a sheet of the workbook, got 'mine' \(did you mean 'mime'\?"
    with pytest.raises(UserError, match=expected):
        rows(other)
