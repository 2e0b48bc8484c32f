"""The files of `malformed.py`: how each is written, and part of the line that it is to end in."""

import gzip
import json
import pickle
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from sweeps.data.source.file_kinds import FILE_KINDS
from tests.sweeps import test_array_files, test_sources_alike

ROWS = 60


@dataclass(frozen=True)
class Malformed:
    """data: the keys of the study's `data:` beside its source."""

    name: str
    file: str
    write: Callable[[Path], object]
    expected: str
    data: Mapping[str, str] = field(default_factory=lambda: {"target": "y"})


def _csv(**cells: Mapping[int, str]) -> Callable[[Path], None]:
    """Rows of numbers x and u, words w, dates and a target y; some cells are others."""

    def write(path: Path) -> None:
        rng = np.random.default_rng(0)
        frame = pd.DataFrame({"x": rng.normal(size=ROWS), "u": rng.normal(size=ROWS)}).astype(str)
        frame["w"] = np.resize(["red", "blue", "green"], ROWS)
        frame["y"] = np.resize(["a", "b"], ROWS)
        for name, changed in cells.items():
            for row, cell in changed.items():
                frame.loc[row, name] = cell
        frame.to_csv(path, index=False)

    return write


def _all(cell: str) -> Mapping[int, str]:
    return dict.fromkeys(range(ROWS), cell)


def _bytes(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


HEAD = "x,u,y\n" + "".join(f"{n / 7},{n % 5},{'ab'[n % 2]}\n" for n in range(ROWS))
TEXTS: tuple[Malformed, ...] = (
    Malformed(
        "a word among numbers",
        "t.csv",
        _csv(x={7: "seven"}),
        "column 'x': expected a number in every row, got text in 1 of 60, first 'seven' in line 9",
    ),
    Malformed(
        "infinity",
        "t.csv",
        _csv(x={7: "inf"}),
        "column 'x': expected finite numbers, got infinity in line 9",
    ),
    Malformed(
        "a column without values",
        "t.csv",
        _csv(x=_all("")),
        "column 'x': expected values, got none",
    ),
    Malformed(
        "a word in every row",
        "t.csv",
        _csv(w={n: f"w{n}" for n in range(ROWS)}),
        "column 'w': it looks like an id, or free text: ",
    ),
    Malformed("a gap in the target", "t.csv", _csv(y={4: ""}), "line 6"),
    Malformed("one class", "t.csv", _csv(y=_all("a")), "target 'y'"),
    Malformed(
        "a number too large",
        "t.csv",
        _csv(x={3: "1e300"}),
        "column 'x': expected numbers that float32 can hold, got larger ones in line 5",
    ),
    Malformed("a row too long", "t.csv", _bytes((HEAD + "1,2,a,4,5\n").encode()), "line 62"),
    Malformed("an open quote", "t.csv", _bytes((HEAD + '1,2,"a\n').encode()), "t.csv"),
    Malformed("no rows", "t.csv", _bytes(b"x,y\n"), "expected rows below a header, got none"),
    Malformed("an empty file", "t.csv", _bytes(b""), "t.csv"),
    Malformed("a column twice", "t.csv", _bytes(HEAD.replace("u", "x", 1).encode()), "t.csv"),
    Malformed(
        "latin letters", "t.csv", _bytes(HEAD.replace("a", "é").encode("cp1252")), "encoding"
    ),
    Malformed("utf-16", "t.csv", _bytes(HEAD.encode("utf-16")), "encoding"),
    Malformed("zeros", "t.csv", _bytes(bytes(10_000)), "t.csv"),
    Malformed("the target's name", "t.csv", _csv(), "data.target: expected", {"target": "Y"}),
    Malformed(
        "an ignored name",
        "t.csv",
        _csv(),
        "data.ignore: expected a column of the data, got 'xx'",
        {"target": "y", "ignore": "[xx]"},
    ),
    Malformed(
        "a declared name",
        "t.csv",
        _csv(),
        "data.columns.ww: expected a column of the data",
        {"target": "y", "columns": "{ww: category}"},
    ),
    Malformed(
        "words said to be numbers",
        "t.csv",
        _csv(),
        "data.columns.w: expected numbers in all of its cells, got 'red'",
        {"target": "y", "columns": "{w: number}"},
    ),
    Malformed(
        "words said to be dates",
        "t.csv",
        _csv(),
        "data.columns.w: expected dates in all of its cells, got 'red'",
        {"target": "y", "columns": "{w: date}"},
    ),
    Malformed(
        "words not in the order",
        "t.csv",
        _csv(),
        "data.columns.w: expected",
        {"target": "y", "columns": "{w: [red, blue]}"},
    ),
    Malformed(
        "the group's name",
        "t.csv",
        _csv(),
        "data.group: expected a column of the data",
        {"target": "y", "group": "ww"},
    ),
    Malformed(
        "a split of other words",
        "t.csv",
        _csv(),
        "data.split.column: expected",
        {"target": "y", "split": "{column: w}"},
    ),
    Malformed(
        "a time that is none", "t.csv", _csv(), "data.split.time: expected", {"target": "y", "split": "{time: w}"}
    ),
    Malformed("a separator that is not there", "t.csv", _csv(), "data.target: expected a column of the data, got 'y'", {"target": "y", "separator": '";"'}),
)  # fmt: skip


def _nested(path: Path) -> None:
    values = [{"a": [1, 2]}] * ROWS
    pd.DataFrame({"x": values, "y": np.resize(["a", "b"], ROWS)}).to_parquet(path)


def _lists(path: Path) -> None:
    rows = [{"x": [1, n], "y": "ab"[n % 2]} for n in range(ROWS)]
    path.write_text("\n".join(map(json.dumps, rows)))


def _gzip_bomb(path: Path) -> None:
    """Three gigabytes in three megabytes: members of a stream, one after the other."""
    member = gzip.compress(b"0," * 16_000_000)
    path.write_bytes(member * 100)


def _zip_bomb(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("t.csv", "w", force_zip64=True) as member,
    ):
        for _ in range(200):
            member.write(bytes(16_000_000))


def _two_in_a_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("a.csv", "b.csv"):
            archive.writestr(name, HEAD)


PACKED: tuple[Malformed, ...] = (
    Malformed("a bomb in gzip", "t.csv.gz", _gzip_bomb, "unpack"),
    Malformed("a bomb in a zip", "t.csv.zip", _zip_bomb, "unpack"),
    Malformed("two files in a zip", "t.csv.zip", _two_in_a_zip, "2 files in it"),
    Malformed(
        "a pickled table",
        "t.pkl",
        _bytes(pickle.dumps({"x": [1]})),
        "it could run code when it is read",
    ),
    Malformed(
        "a joblib file",
        "t.joblib",
        _bytes(pickle.dumps({"x": [1]})),
        "it could run code when it is read",
    ),
    Malformed("structs in Parquet", "t.parquet", _nested, "column 'x': expected numbers or"),
    Malformed("lists in JSON lines", "t.jsonl", _lists, "column 'x': expected numbers or"),
    Malformed("a broken JSON line", "t.jsonl", _bytes(b'{"x": 1, "y": "a"}\n{"x": \n'), "line 2"),
    Malformed(
        "a column far out", "t.svm", _bytes(b"1 1:2\n0 2000000000:1\n" * 99), "GB of numbers"
    ),
)


def _broken(how: str) -> Iterator[Malformed]:
    """A file of each kind that has come to harm, but for texts, half of which may be a table."""
    damage = test_sources_alike.BROKEN[how]
    for end in FILE_KINDS:
        if (how, end) in test_sources_alike.MAY_BE_READ:
            continue
        file = f"rows{end}"

        def write(path: Path, end: str = end) -> None:
            alone = end in test_sources_alike.NUMBERS_ALONE
            test_sources_alike.written(path.parent, end, test_sources_alike.rows(alone))
            path.write_bytes(damage(path.read_bytes()))

        yield Malformed(f"{how}: {end}", file, write, file)


def _arrays() -> Iterator[Malformed]:
    for name, (file, write, data, expected) in test_array_files.MALFORMED.items():
        yield Malformed(f"arrays: {name}", file, write, expected, data)


CASES: tuple[Malformed, ...] = (
    *TEXTS,
    *PACKED,
    *_arrays(),
    *_broken("truncated"),
    *_broken("another kind"),
)
