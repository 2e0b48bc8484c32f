"""Addresses that a study file or a run folder names: followed only where the user says so too."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import sweeps as package
from sweeps.base import consent
from sweeps.base.consent import Address
from sweeps.base.errors import UserError
from sweeps.engines import make
from sweeps.phases import prepare
from sweeps.running.s3_mirror import S3Mirror
from sweeps.storage import backends
from sweeps.study.file import documents
from tests.sweeps.engines import collect, engine, installed
from tests.sweeps.helpers import TEXT, study, sweeps
from tests.sweeps.hosts import CountingHost

QUICK = TEXT.replace("trials: 24", "trials: 3")
OPTIONS = ("--jobs", "1", "--no-confirm")
SECRET = "not for anybody else"


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[CountingHost]:
    """Also whoever has the user's credentials calls there."""
    made = CountingHost()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "me")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{made.port}")
    monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{made.port}")
    yield made
    made.close()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run."""
    folder = tmp_path_factory.mktemp("done")
    sweeps(str(study(folder, QUICK)), *OPTIONS, cwd=folder)
    return folder / "runs" / "small"


AT = "127.0.0.1:PORT"
NAMED = {
    "dask": f"engine: {{name: dask, address: 'tcp://{AT}'}}",
    "ray": f"engine: {{name: ray, address: '{AT}'}}",
    "ray client": f"engine: {{name: ray, address: 'ray://{AT}'}}",
    "ray anywhere": "engine: {name: ray, address: auto}",
    "server": f"storage: postgresql+psycopg://me@{AT}/db",
    "secret": f"storage: 'postgresql+psycopg://me:${{AWS_SECRET_ACCESS_KEY}}@{AT}/db'",
    "secret alone": "storage: '${AWS_SECRET_ACCESS_KEY}'",
    "secret file": "storage: 'sqlite:///${AWS_SECRET_ACCESS_KEY}.db'",
    "host in the query": "storage: 'postgresql+psycopg:///db?host=127.0.0.1&port=PORT'",
    "service": "storage: 'postgresql+psycopg:///?service=other&passfile=/etc/passwd'",
    "socket": "storage: 'mysql+pymysql://me@/db?unix_socket=/tmp/socket'",
    "options": f"storage: 'mysql+pymysql://me@{AT}/db?read_default_file=/etc/my.cnf'",
    "uri": "storage: 'sqlite:///file:x.db?uri=true&vfs=unix-none'",
    "bucket": "artifacts: s3://records/of",
}


def refused(said: str, host: CountingHost) -> None:
    """In one line, which says what to do; nobody was called, and nothing was told."""
    assert len(said.splitlines()) == 1, said
    assert "expected permission to " in said
    assert "--allow-remote" in said
    assert SECRET not in said
    assert host.calls == 0


@pytest.mark.parametrize("name", NAMED)
def test_what_a_study_names_is_not_followed(
    done: Path, tmp_path: Path, host: CountingHost, name: str
) -> None:
    line = NAMED[name].replace("PORT", str(host.port))
    kind = line.partition(":")[0]
    folder = shutil.copytree(done, tmp_path / "runs" / "small")
    text = (folder / "study.yaml").read_text().replace("engine: {name: loky}\n", "")
    (folder / "study.yaml").write_text(f"{text}{line}\n")
    trials = ("--trials", "5")
    said = sweeps("resume", str(folder), *trials, cwd=tmp_path, code=2, module="sweeps").stderr
    refused(said, host)
    assert said.startswith(f"{folder}/study.yaml:")
    assert f": {kind}" in said
    with pytest.raises(UserError) as caught:
        package.run(study(tmp_path, f"{QUICK}{line}\n"), out=tmp_path / "new", quiet=True)
    refused(str(caught.value), host)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("command", ["dashboard", "export"])
@pytest.mark.parametrize("name", [n for n, line in NAMED.items() if line.startswith("storage")])
def test_what_a_folder_names_is_not_followed(
    done: Path, tmp_path: Path, host: CountingHost, name: str, command: str
) -> None:
    folder = shutil.copytree(done, tmp_path / "small")
    known = json.loads((folder / "provenance.json").read_text())
    known["storage"] = NAMED[name].replace("PORT", str(host.port))[len("storage: ") :].strip("'")
    (folder / "provenance.json").write_text(json.dumps(known))
    options = {"dashboard": ["--no-browser"], "export": ["--storage", "sqlite:///copy.db"]}[command]
    said = sweeps(command, str(folder), *options, cwd=tmp_path, code=2, module="sweeps").stderr
    refused(said, host)
    assert said.startswith(f"{folder}/provenance.json: storage: ")
    assert not (tmp_path / "copy.db").exists()


def test_a_check_says_what_would_be_asked_for_and_asks_nobody(
    tmp_path: Path, host: CountingHost
) -> None:
    installed("dask")  # else the check ends in that
    named = [NAMED[name] for name in ("dask", "server", "bucket")]
    text = "\n".join([QUICK, *named]).replace("PORT", str(host.port))
    said = sweeps("check", str(study(tmp_path, text)), cwd=tmp_path, module="sweeps").stdout
    assert said.count("expected permission to ") == 3
    assert host.calls == 0


@pytest.mark.parametrize(
    ("line", "given"),
    [
        (NAMED["dask"], {"engine": f"dask=tcp://{AT}"}),
        (NAMED["dask"], {"set": [f"engine.address=tcp://{AT}"]}),
        (NAMED["server"], {"storage": f"postgresql+psycopg://me@{AT}/db"}),
        (NAMED["server"], {"set": [f"storage=postgresql+psycopg://me@{AT}/db"]}),
        *((NAMED[name], {"allow_remote": True}) for name in ("dask", "server")),
    ],
)
def test_what_the_user_says_too_is_followed(
    tmp_path: Path, host: CountingHost, line: str, given: dict[str, Any]
) -> None:
    if line == NAMED["dask"]:
        installed("dask")
    port = str(host.port)
    here = json.loads(json.dumps(given).replace("PORT", port))
    path = study(tmp_path, f"{QUICK}{line}\n".replace("PORT", port))
    with pytest.raises(UserError, match=r"expected a (cluster|database)"):
        package.run(path, out=tmp_path, jobs=1, quiet=True, confirm=False, **here)
    assert host.calls > 0


def test_part_of_an_address_on_the_command_line_is_not_the_address(tmp_path: Path) -> None:
    document = documents.read(study(tmp_path, f"{QUICK}engine: {{name: ray, address: 'a:1'}}\n"))
    prepare.prepare(document, tmp_path, ["engine.name=ray", "retries=1"])
    assert not document.is_own("engine.address")
    assert document.is_own("engine.name")


def test_whoever_connects_asks_for_leave(tmp_path: Path) -> None:
    """An address that has none gets nowhere, whatever was checked before."""
    foreign = Address("storage", "postgresql://me:hunter2@h/d", "a file", is_own=False)
    with pytest.raises(
        UserError, match=r"a file: expected permission to use the storage .*me:\*\*\*@h"
    ):
        backends.remote(foreign)
    with pytest.raises(UserError, match="expected permission to send records to s3://b"):
        S3Mirror(Address("artifacts", "s3://b", "a file", is_own=False), tmp_path, "a", None)  # type: ignore[arg-type]
    text = f"{QUICK}engine: {{name: dask, address: 'tcp://h:1'}}\n"
    spec = prepare.prepare(documents.read(study(tmp_path, text)), tmp_path, [])[0]
    with pytest.raises(UserError, match="expected permission to join the cluster tcp://h:1"):
        make(spec.engine, lambda task, shared: None, None, 1, 0)
    assert "hunter2" not in f"{foreign} {foreign!r}"


# Files of SQLite


def database(path: Path, table: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE {table} (a)")
    connection.close()
    return path


def test_a_file_beside_the_study_or_in_the_working_directory_needs_no_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, cwd, other = (tmp_path / name for name in ("base", "cwd", "other"))
    for folder in (base, cwd, other):
        folder.mkdir()
    monkeypatch.chdir(cwd)
    database(base / "studies.db", "studies")
    (cwd / "link.db").symlink_to(other / "x.db")
    os.mkfifo(cwd / "pipe.db")
    here = ("x.db", f"{cwd}/deep/x.db?timeout=3", f"{base}/studies.db")
    elsewhere = (
        *(f"{other}/x.db", "../other/x.db", "link.db", "pipe.db", f"file:{cwd}/x.db"),
        *("x.db?mode=ro", "x.db?vfs=a", f"{database(cwd / 'diary.db', 'diary')}"),
    )
    for name in (*here, *elsewhere):
        address = Address("storage", f"sqlite:///{name}", "a file", is_own=False, base=base)
        assert bool(address.refusal) == (name in elsewhere), name
        begun = replace(address, has_run=True)  # nothing is made for a run that is said to be there
        assert bool(begun.refusal) == ("studies" not in name), name


@pytest.mark.parametrize("key", ["data.source", "search.from"])
@pytest.mark.parametrize("path", [r"\\host\share\x.csv", "//host/share/x.csv", r"\/host/x.csv"])
def test_a_share_of_another_machine_is_not_read(tmp_path: Path, key: str, path: str) -> None:
    document = documents.read(study(tmp_path, QUICK))
    section, _, word = key.partition(".")
    document.values[section][word] = path
    with pytest.raises(UserError, match=f"{key}: expected permission to read from another machine"):
        prepare.prepare(document, tmp_path, [])


@pytest.mark.parametrize(
    ("option", "is_asked"),
    [("", False), ("data.source=openml:cars@1", True), ("allow_remote", True)],
)
def test_a_set_of_another_machine_is_asked_for_with_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, is_asked: bool
) -> None:
    asked = []

    def fetch(name: str, **_: object) -> None:
        asked.append(name)
        raise OSError("no network")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("sklearn.datasets.fetch_openml", fetch)
    document = documents.read(study(tmp_path, QUICK))
    document.values["data"] = {"source": "openml:cars@1"}
    said = r"^openml:cars@1: expected an answer"
    if not is_asked:
        said = (
            r"data\.source: expected permission to read from another machine openml:cars@1, got "
            r"none, .* say --set data\.source=openml:cars@1, or --allow-remote\)"
        )
    assignments = [option] if "=" in option else []
    with pytest.raises(UserError, match=said):
        prepare.prepare(document, tmp_path, assignments, allow_remote=option == "allow_remote")
    assert bool(asked) == is_asked


def test_every_kind_of_address_has_its_words() -> None:
    for kind in consent.USES:
        text = "mysql://x/y" if kind == "storage" else "//x"
        assert consent.USES[kind] in Address(kind, text, "a file", is_own=False).refusal
        assert not consent.from_user(kind, text).refusal


# Modules that lie about


def test_no_module_of_the_working_directory_is_imported(tmp_path: Path) -> None:
    """Not by `sweeps`, nor by its workers: Python's -c and -m would look there first."""
    for name in ("joblib", "numpy", "signal", "argparse", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open('crater {name}', 'w')\nraise ImportError\n")
    script = Path(sys.executable).with_name("sweeps")
    command = [str(script), "run", study(tmp_path, QUICK).name, "--jobs", "2", "--no-confirm"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    assert not list(tmp_path.glob("crater*"))


def test_a_workers_own_programs_have_their_path_as_ever() -> None:
    with engine("loky", jobs=1) as made:
        (found,) = collect(made, [("environment", "PYTHONSAFEPATH")]).values()
    assert found == os.environ.get("PYTHONSAFEPATH")
