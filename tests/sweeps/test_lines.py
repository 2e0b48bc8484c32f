"""Where a message names a line of a data file, it is the file's own, as an editor shows it."""

import gzip
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweeps.base.errors import Expected, UserError
from sweeps.commands.work import predict
from sweeps.data.datasets.loading import load
from sweeps.study.data_section import DataSpec
from tests.needs import shared
from tests.sweeps.helpers import sweeps
from tests.sweeps.test_reading import model_of

HEAD = "a,text,b,y\n"
GOOD = [f"{n % 7}.5,word,{n % 5},{'yes' if n % 2 else 'no'}\n" for n in range(60)]

# What may stand between the header and the row with the fault: how many lines it takes.
BETWEEN: Mapping[str, str] = {
    "nothing": "",
    "blank lines": "\n\n   \n",
    "breaks in quotes": '1,"more\n\nwords",2,yes\n',
    "a quoted blank": '1,"\n",2,yes\n',
    "quotes in a word": '1,wo"rd,2,yes\n1,"wo""rd",2,no\n',
    "a long field": f'1,"{"long " * 40_000}",2,yes\n',
}
ENDS: Mapping[str, str] = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}


def spec(source: str = "t.csv", **changes: object) -> DataSpec:
    return DataSpec.model_validate(
        {"source": source, "target": "y", "ignore": ["text"], "task": "classification", **changes}
    )


def write(path: Path, between: str, row: str, end: str = "\n", head: str = HEAD) -> int:
    """A table whose second row but one is `row`; the line in which that stands."""
    before = head + GOOD[0] + between
    text = before + row + "".join(GOOD) + "\n\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", end).encode())
    return before.count("\n") + 1


@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN.keys())
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_every_fault_of_a_table_names_its_own_line(tmp_path: Path, between: str, end: str) -> None:
    path = tmp_path / "t.csv"
    part = {"ignore": ["text", "y"], "target": "b", "split": {"column": "y"}}
    for row, changes, said in (
        ("oops,word,2,yes\n", {}, "first 'oops' in line {}"),
        ("inf,word,2,yes\n", {}, "infinity in line {}"),
        ("1,word,2,\n", {}, "got none in 1 of "),
        ("1,word,2,\n", {}, "first in line {}"),
        ("1,word,oops,yes\n", {"target": "b", "ignore": ["y"]}, "first 'oops' in line {}"),
        ("1,,2,yes\n", {"group": "text", "ignore": []}, "1 empty, first in line {}"),
        ("1,word,2,yes,5\n", {}, "5 fields in line {} below 4 in the header"),
        ('1,"word,2,yes\n', {}, "quotes in line {} that are not closed"),
        ("1,word,2,yes\n", part | {"ignore": ["text"]}, "got 'no' in line 2"),
    ):
        at = write(path, between, row, end)
        with pytest.raises((UserError, Expected)) as caught:
            load(spec(**changes), tmp_path, "float32")
        assert said.format(at) in str(caught.value)


def test_a_row_of_several_lines_has_the_line_of_the_cell(tmp_path: Path) -> None:
    at = write(tmp_path / "t.csv", "", '1,"two\r\nlines",oops,yes\n')
    with pytest.raises(UserError, match=f"first 'oops' in line {at + 1} "):
        load(spec(), tmp_path, "float32")


def test_other_separators_blank_lines_before_the_header_and_bytes(tmp_path: Path) -> None:
    head = "\n  \n" + HEAD.replace(",", "\t")
    text = head + "\n" + "".join(GOOD).replace(",", "\t")
    (tmp_path / "t.tsv").write_text(text.replace("3.5\tword", "3.5\tw\toops", 1))
    with pytest.raises(UserError, match="5 fields in line 8 below 4 in the header"):
        load(spec("t.tsv"), tmp_path, "float32")
    (tmp_path / "t.tsv").write_text(text.replace("3.5\tword", "oops\tword", 1))
    with pytest.raises(UserError, match="first 'oops' in line 8 "):
        load(spec("t.tsv"), tmp_path, "float32")
    broken = text.replace("\n", "\r").encode().replace(b"3.5\tword", b"3.5\tw\xf6rd", 1)
    (tmp_path / "t.tsv").write_bytes(broken)
    with pytest.raises(UserError, match="got byte 0xf6 in line 8 "):
        load(spec("t.tsv"), tmp_path, "float32")


@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN.keys())
def test_predict_names_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, between: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(predict, "CHUNK", 7)
    path = Path("t.csv")
    write(path, between, GOOD[1])
    model = model_of(load(spec(), tmp_path, "float32"))
    at = write(path, between + "".join(GOOD[:20]), "oops,word,2,yes\n")
    with pytest.raises(UserError) as caught:
        predict.write(model, path, [], io.StringIO())
    assert str(caught.value) == f"t.csv: line {at}: a: expected a finite number, got 'oops'"
    at = write(path, between + "".join(GOOD[:20]), "1,word,2,yes,no\n")
    with pytest.raises(UserError, match=f"5 fields in line {at} below 4 in the header"):
        predict.write(model, path, [], io.StringIO())


def test_a_decimal_comma(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=40).round(3)
    frame = pd.DataFrame({"x": x, "y": ["a", "b"] * 20})
    frame.to_csv(tmp_path / "t.csv", index=False, sep=";", decimal=",")
    german = spec(decimal=",", ignore=[])
    model = model_of(load(german, tmp_path, "float32"))
    text = (tmp_path / "t.csv").read_text().splitlines()
    for row in ("oops;a", "1.5;a"):
        (tmp_path / "t.csv").write_text("\n".join([*text[:9], "", "", row, *text[9:]]))
        with pytest.raises(
            UserError, match=f"line 12: x: expected a finite number, got '{row[:-2]}"
        ):
            predict.write(model, tmp_path / "t.csv", [], io.StringIO())
    (tmp_path / "t.csv").write_text("\n".join([*text[:9], "", "", "oops;a", *text[9:]]))
    with pytest.raises(UserError, match=r"first 'oops' in line 12 "):
        load(german, tmp_path, "float32")


def test_the_case_by_the_command_line() -> None:
    folder = shared("cases/line-numbers")
    lines = (folder / "blank.csv").read_text().splitlines()
    (at,) = (number for number, line in enumerate(lines, start=1) if "oops" in line)
    done = sweeps("check", "study.yaml", cwd=folder, code=2, module="sweeps")
    assert done.stderr == (
        "blank.csv: column 'a': expected a number in every row, got text in 1 of 120, first 'oops' "
        f'in line {at} (data.missing: ["oops"] reads them as gaps, or add it to data.ignore)\n'
    )


OTHERS: Mapping[str, tuple[str, Callable[[int], str]]] = {
    ".jsonl": ("", lambda n: f'{{"a": {n % 7}.5, "y": "{"pq"[n % 2]}"}}\n'),
    ".arff": (
        "% a remark\n@relation r\n\n@attribute a real\n@attribute y {p,q}\n@data\n",
        lambda n: f"{n % 7}.5,{'pq'[n % 2]}\n",
    ),
    ".csv.gz": ("a,y\n", lambda n: f"{n % 7}.5,{'pq'[n % 2]}\n"),
}


@pytest.mark.parametrize("end", OTHERS)
def test_other_files_of_text_have_lines(tmp_path: Path, end: str) -> None:
    head, row = OTHERS[end]
    path = tmp_path / f"t{end}"

    def written(last: str) -> int:
        text = head + "".join(map(row, range(30))) + "\n \n" + last
        path.write_bytes(gzip.compress(text.encode()) if end.endswith(".gz") else text.encode())
        return text.count("\n")

    data = DataSpec(source=path.name, target="y")
    written("")
    model = model_of(load(data, tmp_path, "float32"))
    at = written(row(1).replace("1.5", '"oops"' if end == ".jsonl" else "oops"))
    with pytest.raises(UserError, match=f"first 'oops' in line {at} "):
        load(data, tmp_path, "float32")
    with pytest.raises(UserError, match=f"line {at}: a: expected a finite number, got 'oops'"):
        predict.write(model, path, [], io.StringIO())
