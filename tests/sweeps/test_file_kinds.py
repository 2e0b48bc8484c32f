"""Each kind of file in the table, through each verb that reads data; and what messages say."""

import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweeps.data.datasets.loading import load
from sweeps.data.source import data_files, file_kinds, sources
from sweeps.data.source.file_kinds import FILE_KINDS, FileKind, Reader, alternatives
from sweeps.data.source.read_options import DEFAULTS
from sweeps.study.data_section import DataSpec
from tests.pages import REFERENCE
from tests.sweeps.helpers import sweeps
from tests.sweeps.test_sources_alike import NUMBERS_ALONE, WRITERS

ROOT = Path(__file__).parents[2]
QUICK = (
    *("--trials", "1", "--jobs", "1", "--set", "fixed.epochs=1", "--set", "replicates=2"),
    *("--set", "confirm={top: 1, replicates: 2, baselines: none}"),
)


def rows() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    size = rng.normal(size=60).round(3)
    frame = pd.DataFrame({"size": size, "color": rng.choice(["red", "blue"], 60)})
    frame["kind"] = np.where(size + rng.normal(size=60) > 0, "big", "small")
    frame.loc[3, "size"] = np.nan
    return frame


# One of each reader's.
EACH = {kind.module: end for end, kind in FILE_KINDS.items() if end not in NUMBERS_ALONE}


@pytest.fixture(params=EACH.values())
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of each kind."""
    path = tmp_path / f"rows{request.param}"
    WRITERS[request.param](rows(), path)
    return path


def test_a_study_of_each_kind_is_begun_checked_run_and_predicted(file: Path) -> None:
    folder = file.parent
    for arguments in (
        ("new", "mine", "--data", file.name, "--target", "kind"),
        ("check", "mine.yaml"),
        ("run", "mine.yaml", *QUICK),
    ):
        sweeps(*arguments, cwd=folder, module="sweeps")
    done = sweeps("predict", "runs/mine", file.name, cwd=folder, module="sweeps")
    found = pd.read_csv(StringIO(done.stdout))
    assert len(found) == 60
    assert set(found["prediction"]) <= {"big", "small"}


def test_chunks_of_each_kind_are_the_rows_of_the_whole(file: Path) -> None:
    spec = DataSpec(source=file.name, target="kind")
    dataset = load(spec, file.parent, "float64")
    kind = data_files.expect(file, "")
    whole = data_files.read(file, kind, DEFAULTS)
    pieces = list(data_files.chunks(file, kind, DEFAULTS, {"size"}, rows=7))
    assert [len(piece) for piece in pieces] == [7] * 8 + [4]
    again = np.concatenate([dataset.encoder.encode(piece) for piece in pieces])
    np.testing.assert_array_equal(again, dataset.encoder.encode(whole))


def test_a_kind_that_is_read_whole_is_cut_into_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileKind, "reader", Reader(lambda path, options: rows()))
    (tmp_path / "rows.csv").touch()
    kind = FileKind("none")
    pieces = list(data_files.chunks(tmp_path / "rows.csv", kind, DEFAULTS, (), rows=25))
    pd.testing.assert_frame_equal(pd.concat(pieces), rows(), check_column_type=False)
    assert [len(piece) for piece in pieces] == [25, 25, 10]
    monkeypatch.setattr(FileKind, "reader", Reader(lambda path, options: rows().head(0)))
    (empty,) = data_files.chunks(tmp_path / "rows.csv", kind, DEFAULTS, (), rows=25)
    assert list(empty) == ["size", "color", "kind"]


def test_the_longest_suffix_says_the_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    other = FileKind("other")
    monkeypatch.setattr(file_kinds, "FILE_KINDS", {**FILE_KINDS, ".rows.csv": other})
    names = {"a.CSV": ".csv", "a.csv.gz": ".csv.gz", "a.rows.csv": ".rows.csv", "a": ""}
    names |= {"a.parquet.gz": ".gz", "a.csv.tar.gz": ".gz", "a.xls": ".xls"}
    assert {name: file_kinds.suffix(Path(name)) for name in names} == names
    assert file_kinds.find(Path("a.txt.ZIP")) is FILE_KINDS[".txt"]
    assert file_kinds.find(Path("a.rows.csv")) is other
    for name in ("a.xls", "a.parquet.gz", "a.csv.tar.gz", ".gz"):
        assert file_kinds.find(Path(name)) is None


def test_each_option_of_a_kind_is_a_key_of_the_studys_data() -> None:
    for kind in FILE_KINDS.values():
        assert set(kind.options) <= set(DataSpec.model_fields)
        for name in kind.options:
            assert getattr(DEFAULTS, name) == DataSpec.model_fields[name].default
            file_kinds.expect_options(kind, replace(DEFAULTS, **{name: "other"}))


def test_the_reference_and_the_help_name_each_kind_and_each_set() -> None:
    reference = REFERENCE.read_text()
    (row,) = re.findall(r"^\| `data\.source` .*", reference, re.M)
    assert row.count(alternatives(FILE_KINDS)) == 1
    for prefix, source in sources.SOURCES.items():
        assert f"`{prefix}:NAME`" in row
        options = {option for name in source.names for option in source.options(name)}
        assert {*source.names, *options} <= set(re.findall(r"\w+", row))
    for verb in ("new", "predict"):
        done = sweeps(verb, "--help", cwd=ROOT, module="sweeps")
        assert set(FILE_KINDS) <= set(re.findall(r"\.\w+", done.stdout)), verb


def test_other_kinds_are_refused_with_what_to_do(tmp_path: Path) -> None:
    for suffix, remedy in file_kinds.REMEDIES.items():
        assert suffix not in FILE_KINDS
        (tmp_path / f"rows{suffix}").touch()
        done = sweeps("new", "a", "--data", f"rows{suffix}", cwd=tmp_path, code=2, module="sweeps")
        assert done.stderr == (f"--data: expected {sources.FORMS}, got 'rows{suffix}' ({remedy})\n")
