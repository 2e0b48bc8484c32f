"""Run folders that hold what waits for ever, or is far larger than it looks.

`clean` reads no file but frames, and a record is made again where it cannot be read.
"""

import io
import json
import os
import socket
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from tests.soak.outside import Case, Outside

Make = Callable[[Path, Outside], None]

NAMES = (
    *("study.yaml", "provenance.json", "summary.json", "journal.log", ".lock", "best.yaml"),
    *("trials.parquet", "confirm.parquet", "predictions.npz", "learned.npz", "model.npz"),
    *("report.html", "data"),
    *("artifacts/identity.json", "artifacts/trial-000001.npz", "data/trials.csv"),
)
DEEP = "[" * 100_000 + "]" * 100_000
LONG = "1" * 4_000  # digits


def _instead(name: str, put: Callable[[Path], None]) -> Make:
    def make(folder: Path, outside: Outside) -> None:
        path = folder / name
        if path.is_dir():
            path.rename(folder / "moved")
        path.unlink(missing_ok=True)
        put(path)

    return make


def _content(name: str, content: Callable[[bytes], bytes]) -> Make:
    def make(folder: Path, outside: Outside) -> None:
        path = folder / name
        path.write_bytes(content(path.read_bytes()))

    return make


def _socket(path: Path) -> None:
    # By a name of its own folder: the whole would be too long for a socket.
    place = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"/proc/self/fd/{place}/{path.name}")
    os.close(place)


def _device(path: Path) -> None:
    os.mknod(path, 0o20666, os.makedev(1, 5))  # /dev/zero


def _holes(path: Path) -> None:
    path.touch()
    os.truncate(path, 2**42)


def _archive(path: Path) -> None:
    """Half a gigabyte in two megabytes."""
    path.write_bytes(_packed())


@cache
def _packed() -> bytes:
    made = io.BytesIO()
    header = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (2**26,)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in ("theta.npy", "meta.npy", "reports.npy", "test_target.npy", "dev_target.npy"):
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(header.getvalue())
                for _ in range(2**5 if name == "theta.npy" else 1):
                    member.write(bytes(2**24))
    return made.getvalue()


def _claim(path: Path) -> None:
    """Arrays of terabytes, of which there is the beginning."""
    header = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (2**42,)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("theta", "meta", "reports", "test_target", "dev_target", "shuffled/columns"):
            archive.writestr(f"{name}.npy", header.getvalue())


def _table(path: Path) -> None:
    """A column of zeros: gigabytes in a megabyte."""
    path.write_bytes(_zeros())


@cache
def _zeros() -> bytes:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    made, group = io.BytesIO(), pa.table({"trial": pa.array(np.zeros(1_000_000))})
    with ParquetWriter(made, group.schema) as writer:
        for _ in range(400):
            writer.write_table(group)
    return made.getvalue()


def _words(path: Path) -> None:
    """A word of a megabyte that is said ten thousand times, and stands there once."""
    import pyarrow as pa
    from pyarrow.parquet import write_table

    words = pa.DictionaryArray.from_arrays([0] * 10_000, ["x" * 1_000_000])
    table, room = pa.table({"trial": words}), 2**24
    write_table(table, path, dictionary_pagesize_limit=room, store_schema=False)


def _with(key: str, text: str) -> Callable[[bytes], bytes]:
    """A JSON object in which one value is that text."""

    def content(before: bytes) -> bytes:
        values = json.loads(before)
        values[key] = "HERE"
        return json.dumps(values).replace('"HERE"', text).encode()

    return content


def _line(text: str) -> Callable[[bytes], bytes]:
    """A journal with that line in its middle."""

    def content(before: bytes) -> bytes:
        lines = before.splitlines(keepends=True)
        return b"".join([*lines[:20], text.encode() + b"\n", *lines[20:]])

    return content


def _attribute(text: str) -> str:
    return f'{{"op_code":2,"worker_id":"x","study_id":0,"user_attr":{{"a":{text}}}}}'


LAUGHS = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
)
# Who reads what: the others may end as ever.
JOURNAL = ("dashboard", "export", "resume", "run")
FRAMES = ("compare", "export", "ls", "next", "report", "show")
STUDY = ("check", "next", "resume", "run", "show")
TABLES = ("compare", "export", "next", "report", "show")


def _read(name: str, make: Make, *readers: str) -> Case:
    """A case for those who read the file; the others, but for the quick ones, are as ever."""
    quick = tuple(command for command in ("clean", "ls") if command not in readers)
    return Case(name, make, commands=(*readers, *quick), spared=quick)


def _odd(name: str) -> tuple[str, ...]:
    """Who need not meet what stands there in a file's place."""
    return () if name == "study.yaml" else ("check",) if name == ".lock" else ("check", "clean")


HOSTILE: tuple[Case, ...] = (
    *(
        Case(f"{name} is a pipe", _instead(name, os.mkfifo), spared=(*_odd(name), "clean"))
        for name in NAMES
    ),
    *(
        Case(f"study.yaml is a {kind}", _instead("study.yaml", put), spared=("clean",))
        for kind, put in (("socket", _socket), ("device", _device))
    ),
    *(
        _read(f"{name} is a folder", _instead(name, Path.mkdir), *readers)
        for name, readers in (
            ("study.yaml", ("compare", "export", "report", *STUDY)),
            ("report.html", ("report", "resume")),
            ("trials.parquet", TABLES),
            ("journal.log.lock", ("resume",)),
            ("artifacts/identity.json", ("resume",)),
        )
    ),
    *(
        _read(f"{name} is a file", _instead(name, Path.touch), "resume")
        for name in ("data", "artifacts")
    ),
    Case("journal.log is a socket", _instead("journal.log", _socket), spared=("check", "clean")),
    Case("journal.log is a device", _instead("journal.log", _device), spared=("check", "clean")),
    *(
        _read(f"{name} is holes", _instead(name, _holes), *readers)
        for name, readers in (
            ("study.yaml", STUDY),
            ("provenance.json", ("compare", "ls", "report", "show")),
            ("summary.json", ()),
            ("journal.log", JOURNAL),
            ("trials.parquet", ("compare", "report", "show")),
            ("predictions.npz", ("compare", "report", "show")),
            ("learned.npz", ("report",)),
            ("model.npz", ("predict",)),
            ("artifacts/identity.json", ("resume", "run")),
            (".lock", ()),
        )
    ),
    *(
        _read(f"provenance.json, {what}", _content("provenance.json", change), *FRAMES)
        for what, change in (
            ("deep", _with("space", DEEP)),
            ("long", _with("reference", LONG)),
            ("all of it deep", lambda _: DEEP.encode()),
            ("not closed", lambda _: b"[" * 1_000_000),
        )
    ),
    _read("summary.json, deep", _content("summary.json", _with("best", DEEP))),
    _read(
        "identity.json, deep",
        _content("artifacts/identity.json", _with("data", DEEP)),
        "resume",
        "run",
    ),
    _read(
        "identity.json, long",
        _content("artifacts/identity.json", _with("seed", LONG)),
        "resume",
        "run",
    ),
    *(
        _read(f"journal.log, {what}", _content("journal.log", change), *JOURNAL)
        for what, change in (
            ("deep", _line(_attribute(DEEP))),
            ("long", _line(_attribute("1" * 5_000))),
            ("a line of 20 MB", _line(_attribute(f'"{"x" * 20_000_000}"'))),
            ("no object", _line("[]")),
        )
    ),
    *(
        _read(f"study.yaml, {what}", _content("study.yaml", change), *STUDY)
        for what, change in (
            ("deep", lambda b: b + f"\nx: {DEEP}".encode()),
            ("long", lambda b: b + f"\nreference: {LONG}".encode()),
            ("laughing", lambda b: b + f"\n{LAUGHS}".encode()),
        )
    ),
    *(
        _read(f"{name} {what}", _instead(name, put), *readers)
        for what, put in (("unpacks", _archive), ("claims terabytes", _claim))
        for name, readers in (
            ("predictions.npz", ("compare", "report", "show")),
            ("learned.npz", ("report",)),
            ("model.npz", ("predict",)),
            ("artifacts/trial-000001.npz", ()),
        )
    ),
    *(
        _read(f"trials.parquet, {what}", _instead("trials.parquet", put), *TABLES)
        for what, put in (("a column of zeros", _table), ("a word of a megabyte", _words))
    ),
)
