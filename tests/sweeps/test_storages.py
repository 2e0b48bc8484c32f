"""Storages at an address: sqlite, PostgreSQL, MySQL; passwords; what happens when they go away."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest

from sweeps.base import passwords, redaction, storage_address
from sweeps.base.consent import from_user
from sweeps.base.errors import UserError
from sweeps.base.interrupts import Shield
from sweeps.results import resolved
from sweeps.search import search
from sweeps.search.budgets import Budget
from sweeps.search.delayed import DelayedStudy
from sweeps.storage import backends, retry
from sweeps.storage.run_folder import RunFolder
from tests.databases import PASSWORD, MariaDB, Postgres, Server, missing, missing_mysql
from tests.sweeps.helpers import TEXT, await_records, command, environment, study, sweeps, trials
from tests.sweeps.test_search import Scrambled
from tests.sweeps.test_search import study as tiny

QUICK = TEXT.replace("trials: 24", "trials: 12")
# The study files name servers, and passwords by ${NAME}.
OPTIONS = ("--jobs", "1", "--no-confirm", "--allow-remote")


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", PASSWORD)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run on its journal."""
    folder = tmp_path_factory.mktemp("done")
    sweeps(str(study(folder, QUICK)), *OPTIONS, cwd=folder)
    return folder


SERVERS = {"postgresql": (Postgres, missing), "mysql": (MariaDB, missing_mysql)}


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A database server; where there is none the tests are skipped, but not in CI."""
    kind, lacking = SERVERS[request.param]
    lack = lacking()
    if lack:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(lack)
    with kind() as started:
        yield started


def told(storage: optuna.storages.BaseStorage) -> list[tuple[Any, ...]]:
    found = optuna.load_study(study_name="small", storage=storage).trials
    backends.close(storage)
    # A database is told of fewer epochs than a journal, but of the last one as well.
    last = [max(t.intermediate_values.items(), default=None) for t in found]
    known = [(t.number, t.state.name, t.value, t.params) for t in found]
    return [(*one, value) for one, value in zip(known, last, strict=True)]


def same(folder: Path, address: str, reference: Path) -> None:
    """The records, and what the storage says."""
    runs = [place / "runs" / "small" for place in (folder, reference)]
    # Through JSON, for NaN has to equal NaN.
    assert json.dumps(trials(runs[0])) == json.dumps(trials(runs[1]))
    assert told(backends.remote(from_user("storage", address))) == told(
        backends.journal(runs[1] / "journal.log")
    )


# The same study in each


def test_sqlite_is_the_same_study_in_wal(done: Path, tmp_path: Path) -> None:
    sweeps(str(study(tmp_path, QUICK)), *OPTIONS, "--storage", "sqlite:///x.db", cwd=tmp_path)
    same(tmp_path, f"sqlite:///{tmp_path}/x.db", done)
    with sqlite3.connect(tmp_path / "x.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_server_is_the_same_study(server: Server, done: Path, tmp_path: Path) -> None:
    """Half, then all; the password comes from the environment and is written nowhere."""
    address = server.create("same")
    path = str(study(tmp_path, f"{QUICK}storage: '{address}'\n"))
    said = [
        sweeps(path, *OPTIONS, "--trials", "5", cwd=tmp_path),
        sweeps(path, *OPTIONS, cwd=tmp_path),
    ]
    same(tmp_path, address, done)
    assert [one.stderr for one in said] == ["", ""]
    assert "resumed   5 of 12 trials are done" in said[1].stdout
    for spelled in (PASSWORD, storage_address.expand(address).split("me:")[1].split("@")[0]):
        assert not any(spelled in one.stdout for one in said)
        for file in tmp_path.rglob("*"):
            assert not file.is_file() or spelled.encode() not in file.read_bytes(), file


def test_a_server_that_is_killed_in_mid_run_is_waited_for(
    server: Server, done: Path, tmp_path: Path
) -> None:
    address = server.create("killed")
    process = start(study(tmp_path, f"{QUICK}storage: '{address}'\n"), records=3)
    server.kill()
    time.sleep(1)
    server.start()
    out, said = process.communicate(timeout=90)
    assert (process.returncode, said) == (0, "")
    assert "waiting   the database does not answer (" in out
    assert PASSWORD not in out
    same(tmp_path, address, done)


def test_a_server_that_stays_away_ends_the_run_and_nothing_told_is_lost(
    server: Server, done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "from sweeps.storage import retry\nretry.PATIENCE = 2.0\n"
    )
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    )
    address = server.create("away")
    path = study(tmp_path, f"{QUICK}storage: '{address}'\n")
    process = start(path, records=3)
    server.kill()
    try:
        _, said = process.communicate(timeout=90)
        assert process.returncode == 2, said
        assert said.startswith("runs/small: expected a database that answers, got none for 2 s: ")
        assert "finished trials are saved" in said
        assert len(said.splitlines()) == 1
        assert PASSWORD not in said
        said = sweeps(str(path), *OPTIONS, cwd=tmp_path, code=2).stderr
        expected = f": storage: expected a database, got {redaction.redact(address)}: "
        assert said.startswith(f"{path}:")
        assert expected in said
        assert len(said.splitlines()) == 1
    finally:
        server.start()
    sweeps(str(path), *OPTIONS, cwd=tmp_path)
    same(tmp_path, address, done)


@pytest.mark.parametrize(
    "address", ["sqlite:////data/x:y/a@b.db", "sqlite:///x.db", "postgresql+psycopg://me@host/db"]
)
def test_an_address_without_a_password_is_shown_as_it_is(address: str) -> None:
    assert redaction.redact(address) == address
    passwords.refuse_passwords(["--storage", address])


def test_two_that_make_one_study_at_once_are_decided_by_their_claims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second finds no study, and then one that the first has just made."""
    address = f"sqlite:///{tmp_path / 'both.db'}"
    create, identity = optuna.create_study, {"a": 1}
    owners: list[RunFolder] = []

    def beaten(**given: Any) -> optuna.Study:
        monkeypatch.setattr(optuna, "create_study", create)
        owners.append(RunFolder(tmp_path / "first", print).__enter__())
        owners[0].open("both", from_user("storage", address), identity, ["minimize"])
        return create(**given)

    monkeypatch.setattr(optuna, "create_study", beaten)
    refused = "expected to be alone, got one that is being worked on"
    with RunFolder(tmp_path / "second", print) as second, pytest.raises(UserError, match=refused):
        second.open("both", from_user("storage", address), identity, ["minimize"])
    owners[0].__exit__(None, None, None)
    with RunFolder(tmp_path / "second", print) as second:
        second.open("both", from_user("storage", address), identity, ["minimize"])


def test_a_wrong_password_is_said_without_it(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = server.create("wrong")
    monkeypatch.setenv("DATABASE_PASSWORD", "hunter2")
    path = study(tmp_path, f"{QUICK}storage: '{address}'\n")
    said = sweeps(path.name, *OPTIONS, cwd=tmp_path, code=2).stderr
    place, expected = said.split(": storage: ")
    assert place.startswith("small.yaml:")
    assert expected.startswith(f"expected a database, got {redaction.redact(address)}: ")
    assert "hunter2" not in said
    assert len(said.splitlines()) == 1


def start(path: Path, records: int) -> "subprocess.Popen[str]":
    """A run that has so many records."""
    process = subprocess.Popen(
        command(str(path), "--jobs", "2", "--no-confirm", "--allow-remote"),
        cwd=path.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    await_records(process, path.parent / "runs" / "small", records)
    return process


# Going away


def test_a_sqlite_file_that_another_holds_is_waited_for(done: Path, tmp_path: Path) -> None:
    """A transaction of somebody else's for three seconds, and no lock of ours fails."""
    address = f"sqlite:///{tmp_path}/x.db?timeout=0.2"
    process = start(study(tmp_path, f"{QUICK}storage: '{address}'\n"), records=3)
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None, timeout=10)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(3)
    other.execute("ROLLBACK")
    other.close()
    out, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")
    assert "does not answer (database is locked)" in out
    same(tmp_path, address, done)


def test_a_trial_whose_answer_was_lost_is_not_added_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database has written it; the connection broke before it said so."""
    import sweeps as package

    monkeypatch.setattr(retry, "PATIENCE", 5.0)
    address = f"sqlite:///{tmp_path}/x.db"
    database = type(optuna.storages.get_storage("sqlite://"))  # as Optuna wraps one
    add, lose = database.create_new_trial, iter([False, True, False, True, True])

    def written_and_lost(self: Any, study_id: int, template_trial: Any = None) -> int:
        added = add(self, study_id, template_trial)
        if next(lose, False):
            raise _lost()
        return added

    monkeypatch.setattr(database, "create_new_trial", written_and_lost)
    package.run(
        study(tmp_path, QUICK), out=tmp_path, jobs=1, storage=address, confirm=False, quiet=True
    )
    numbers = [number for number, *_ in told(backends.remote(from_user("storage", address)))]
    assert numbers == list(range(12))
    assert next(lose, None) is None


def _lost() -> Exception:
    from sqlalchemy.exc import OperationalError

    fault = optuna.exceptions.StorageInternalError("commit")
    fault.__cause__ = OperationalError("INSERT", {}, Exception("server closed the connection"))
    return fault


def test_what_waiting_does_not_cure_is_not_waited_for(tmp_path: Path) -> None:
    """A database that is no database."""
    (tmp_path / "x.db").write_bytes(b"not a database at all" * 100)
    started = time.monotonic()
    with pytest.raises(UserError, match=r"expected a database, got sqlite:///.*: file is not"):
        backends.remote(from_user("storage", f"sqlite:///{tmp_path}/x.db"))
    assert time.monotonic() - started < 10


def test_a_storage_that_is_none_is_told_where_it_was_given(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/nowhere/x.db"
    path = study(tmp_path, f"{QUICK}storage: '{address}'\n")
    lines = path.read_text().splitlines()
    (line,) = (n for n, text in enumerate(lines, 1) if text.startswith("storage:"))
    said = f"expected a database, got {address}: unable to open database file\n"
    of_the_file = sweeps(path.name, *OPTIONS, cwd=tmp_path, code=2)
    assert of_the_file.stderr == f"small.yaml:{line}: storage: {said}"
    plain = study(tmp_path, QUICK)
    given = sweeps(plain.name, *OPTIONS, "--storage", address, cwd=tmp_path, code=2)
    assert given.stderr == f"--storage: {said}"


@pytest.mark.parametrize("has_database", [False, True])
def test_a_study_that_somebody_deletes_in_mid_run(tmp_path: Path, has_database: bool) -> None:
    """It is said in a line; the same again makes it anew from its records."""
    of, folder = tiny(), tmp_path / "run"
    address = f"sqlite:///{tmp_path}/x.db" if has_database else None
    known = from_user("storage", address) if address else None

    def search_all(delete: Callable[[], None] | None = None) -> list[bool]:
        new = []
        with RunFolder(folder, print) as held:
            store = held.open("tiny", known, resolved.identity(*of), ["minimize"])
            engine, budget = Scrambled(of[1], 1), Budget(of[0], 5)
            for one in search(of[0], store, engine, budget, DelayedStudy(of[0]), Shield(), of[1]):
                new.append(one.new)
                if delete and len(new) == 2:
                    delete()
            assert len(store.trials()) == 5
        return new

    def delete() -> None:
        journal = folder / "journal.log"
        optuna.delete_study(study_name="tiny", storage=address or backends.shared(journal))

    with pytest.raises(UserError, match="the study 'tiny' of the storage: expected it to stay"):
        search_all(delete)
    kept = len(list(folder.glob("artifacts/trial-*.npz")))
    assert kept >= 2
    assert sum(search_all()) == 5 - kept


def test_a_second_interrupt_does_not_wait_for_a_database(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/x.db?timeout=0.2"
    process = start(study(tmp_path, f"{QUICK}storage: '{address}'\n"), records=3)
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None, timeout=10)
    other.execute("BEGIN IMMEDIATE")  # and no end of it
    time.sleep(1)
    started = time.monotonic()
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
    process.communicate(timeout=60)
    other.close()
    assert process.returncode == 130
    assert time.monotonic() - started < 15


# Addresses


def test_names_of_the_environment_are_quoted_unless_they_are_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PART", "a@b/c{d}%:e")
    monkeypatch.setenv("WHOLE", "sqlite:///x.db?timeout=3")
    assert (
        storage_address.expand("mysql://me:${PART}@h/d") == "mysql://me:a%40b%2Fc%7Bd%7D%25%3Ae@h/d"
    )
    assert storage_address.expand("${WHOLE}") == "sqlite:///x.db?timeout=3"
    with pytest.raises(UserError, match="expected the environment variable GONE for mysql://me:"):
        storage_address.expand("mysql://me:${GONE}@h/d")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("mssql+nothing://h/d", "--storage: expected a database, got mssql+nothing://h/d: "),
        ("mysql+oursql://h/d", "--storage: expected a d"),
        ("nonsense", "--storage: expected a database, got nonsense: Could not parse"),
        ("postgresql+psycopg://me:pw@127.0.0.1:1/d", "--storage: expected a d"),
    ],
)
def test_addresses_that_lead_nowhere(address: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        backends.remote(from_user("storage", address))
    assert str(caught.value).startswith(message)
    assert len(str(caught.value).splitlines()) == 1
    assert "pw@" not in str(caught.value)


def test_a_driver_that_is_missing_is_said_with_its_install_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import sys

    from sweeps.base import storage_address

    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UserError) as caught:
        storage_address.check("postgresql+psycopg://me:pw@h/d")
    assert str(caught.value).startswith(
        "--storage: expected a driver for postgresql+psycopg://me:***@h/d, got "
    )
    assert "pip install 'psycopg[binary]'" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no route to me:s%40cret@h", "no route to me:***@h"),
        ("password 's@cret' is wrong", "password '***' is wrong"),
        ("postgresql://me:s%40cret@h/d?x=1", "postgresql://me:***@h/d?x=1"),
    ],
)
def test_passwords_are_taken_out_of_what_drivers_say(text: str, said: str) -> None:
    assert storage_address.without_secrets(text, "postgresql://me:s%40cret@h/d?x=1") == said


@pytest.mark.parametrize(
    "given",
    [
        ("--storage", "mysql+pymysql://me:hunter2@h/d"),
        ("--storage", "mysql+pymysql://h/d?user=me&password=hunter2"),
        ("--set", "storage=mysql+pymysql://me:hunter2@h/d"),
    ],
)
def test_a_password_on_the_command_line_is_refused(tmp_path: Path, given: tuple[str, str]) -> None:
    said = sweeps(str(study(tmp_path, QUICK)), *given, cwd=tmp_path, code=2).stderr
    assert said.startswith(f"{given[0]}: expected an address without a password, got ")
    assert "hunter2" not in said
    assert "${NAME}" in said


@pytest.mark.parametrize(
    ("query", "busy"), [("?mode=rwc&timeout=7&uri=true", 7000), ("?uri=true", 60_000)]
)
def test_an_address_keeps_its_query(tmp_path: Path, query: str, busy: int) -> None:
    """What it says goes before what is set otherwise."""
    storage = backends.remote(from_user("storage", f"sqlite:///file:{tmp_path}/x.db{query}"))
    assert isinstance(storage, optuna.storages.RDBStorage)
    assert storage.engine.url.render_as_string().endswith(query)
    with storage.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == busy
    backends.close(storage)
