"""Files of a run folder: nothing is waited for, followed, or read that is larger than it says."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reports import files as reports_files
from reports.faults import RunFolderError
from sweeps.base import files
from sweeps.base.errors import UserError
from sweeps.commands.work import predict
from sweeps.data.source import sources
from sweeps.storage import archives, atomic, folders, npz


def a_link(path: Path) -> None:
    (path.parent / "elsewhere").write_text("mine")
    path.symlink_to(path.parent / "elsewhere")


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


# What stands there, and what is said of it: in a run folder, and where the user named it.
ODD: dict[Callable[[Path], None], tuple[str, str | None]] = {
    a_link: ("a link to ", None),
    a_link_to_nothing: ("a link to ", None),
    a_device: ("a link to /dev/zero", "a device"),
    Path.mkdir: ("a folder", "a folder"),
    os.mkfifo: ("a named pipe", "a named pipe"),
}


@pytest.mark.parametrize("make", ODD)
def test_only_plain_files_are_opened(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path, (inside, named) = tmp_path / "x", ODD[make]
    make(path)
    for open_it in (files.open_to_read, files.open_to_update, files.read_json):
        with pytest.raises(UserError, match=f"x: expected a file of the run, got {inside}"):
            open_it(path)
    with pytest.raises(RunFolderError, match="x: expected a file of the run, got"):
        reports_files.text(path)
    if named is not None:
        with pytest.raises(UserError, match=f"x: expected a regular file, got {named}"):
            files.open_named(path)
    assert not (tmp_path / "nowhere").exists()


def test_what_is_larger_than_all_that_a_run_writes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "provenance.json"
    path.touch()
    os.truncate(path, 2**40)
    for said in (files.read_json, reports_files.text):
        with pytest.raises((UserError, RunFolderError), match="at most 50,000,000 bytes, got 1,09"):
            said(path)


def test_a_file_that_is_another_one_too_is_not_written_in_its_place(tmp_path: Path) -> None:
    path, other = tmp_path / ".lock", tmp_path / "other"
    other.write_text("mine")
    path.hardlink_to(other)
    with pytest.raises(UserError, match="expected a file with one name, got one with 2"):
        files.open_to_update(path)
    atomic.write_text(path, "ours")  # a new file takes its name
    assert other.read_text() == "mine"


def test_nobody_knows_a_temporary_file_before(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("mine")
    (tmp_path / ".study.yaml.part").symlink_to(mine)
    (tmp_path / "study.yaml").symlink_to(mine)
    atomic.write_text(tmp_path / "study.yaml", "ours")
    assert (mine.read_text(), (tmp_path / "study.yaml").read_text()) == ("mine", "ours")
    assert not (tmp_path / "study.yaml").is_symlink()
    names = set()
    for _ in range(3):
        file, name = files.create_beside(tmp_path / ("x" * 255))
        file.close()
        names.add(name)
    assert len(names) == 3


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[" * 60 + "]" * 60, '{"a":' * 900 + "1" + "}" * 900, "1" * 4000]
)
def test_json_without_an_end_is_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"deep|digits"):
        files.parse_json(text)
    (tmp_path / "provenance.json").write_text(f'{{"counts": {text}}}')
    with pytest.raises(UserError, match=r"provenance.json: expected JSON, got: (lists|a number)"):
        folders.provenance(tmp_path)


def packed() -> bytes:
    """Sixteen megabytes in sixteen thousand bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        header = io.BytesIO()
        shape = {"descr": "<f8", "fortran_order": False, "shape": (2**21,)}
        np.lib.format.write_array_header_1_0(header, shape)
        with archive.open("a.npy", "w") as member:
            member.write(header.getvalue())
            member.write(bytes(2**24))
    return made.getvalue()


def many() -> bytes:
    """More members than a table of contents can count."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(archives.MEMBERS + 1):
            archive.writestr(f"{number}.npy", b"")
    return made.getvalue()


def overlapping() -> bytes:
    """Members that are all the same bytes."""
    made = io.BytesIO()
    np.savez(made, a=np.zeros(1000))
    with zipfile.ZipFile(made, "a") as archive:
        archive.filelist *= 50
        archive._didModify = True
    return made.getvalue()


def claiming() -> bytes:
    """An array that says that it has terabytes."""
    made, header = io.BytesIO(), io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (2**42,)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.npy", header.getvalue())
    return made.getvalue()


@pytest.mark.parametrize("make", [packed, many, overlapping, claiming])
def test_archives_that_unpack_are_refused(tmp_path: Path, make: Callable[[], bytes]) -> None:
    path = tmp_path / "trial-000001.npz"
    path.write_bytes(make())
    with pytest.raises(files.BROKEN):
        npz.load(path)
    refused = pytest.raises((ValueError, MemoryError, zipfile.BadZipFile))
    with refused, reports_files.archive(path) as archive:
        archive["a"]


def test_data_that_would_be_waited_for_are_refused(tmp_path: Path) -> None:
    for name in ("rows.csv", "rows.parquet"):
        os.mkfifo(tmp_path / name)
        with pytest.raises(UserError, match="expected a regular file, got a named pipe"):
            sources.read(name, "y", {}, tmp_path)
        with pytest.raises(UserError, match="expected a regular file, got a named pipe"):
            predict.write(None, tmp_path / name, [], io.StringIO())  # type: ignore[arg-type]


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    file, name = files.create_beside(tmp_path / "trials.parquet")
    file.close()
    others = [tmp_path / "trials.parquet", tmp_path / ".mine.part", tmp_path / ".lock"]
    for path in others:
        path.touch()
    outside = tmp_path.with_name("outside")
    outside.touch()
    (tmp_path / f".a.{'0' * 16}.part").symlink_to(outside)
    files.remove_unfinished(tmp_path)
    files.remove_unfinished(tmp_path / "none")
    assert sorted(tmp_path.iterdir()) == sorted(others)
    assert outside.exists()
    assert not name.exists()
