"""PostgreSQL and MariaDB on 127.0.0.1 for tests: a server of one's own, with a password."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

PASSWORD = "p@ss/{wort}%"  # what an address has to quote
REFERENCE = "${DATABASE_PASSWORD}"
DEBIAN = Path("/usr/lib/postgresql")


def missing() -> str:
    """What PostgreSQL lacks here, with the remedy; "" if nothing."""
    if not _binaries():
        return "no PostgreSQL server (apt-get install postgresql)"
    return _driver("psycopg", "postgres")


def missing_mysql() -> str:
    """The same for MySQL."""
    if not shutil.which("mariadbd", path=_path()) or not shutil.which("mariadb-install-db"):
        return "no MariaDB server (apt-get install mariadb-server)"
    return _driver("pymysql", "mysql")


def _driver(name: str, extra: str) -> str:
    return "" if find_spec(name) else f"no {name} (pip install -e '.[{extra}]')"


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def _binaries() -> Path | None:
    """The folder of initdb and postgres: on the PATH, or Debian's newest."""
    places = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    places += sorted(DEBIAN.glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


class Server(ABC):
    """A database server in a folder of its own; both end with the block."""

    user = ""  # a database does not run as root
    ending = signal.SIGKILL  # what ends it at once, and all that it has of the system

    def __init__(self) -> None:
        self.port = free_port()
        self._user = self.user if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        # Not below a test's folder, which nobody else may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="sweeps-database-", dir="/tmp"))
        if self._user:
            shutil.chown(self.folder, self._user)
        with ExitStack() as until_ready:
            until_ready.push(self)
            self._make()
            self.start()
            self._prepare()
            until_ready.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end(self.ending)
        shutil.rmtree(self.folder, ignore_errors=True)  # its last children may still write

    def start(self) -> None:
        """Start it, and wait until it answers."""
        deadline = time.monotonic() + 60
        while True:
            if self._process is None or self._process.poll() is not None:
                # Again, too: one that was killed takes a while to let go of everything.
                self._process = self._launch()
            if self._answers():
                return
            assert time.monotonic() < deadline, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.1)

    def _launch(self) -> "subprocess.Popen[bytes]":
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                self._command(),
                user=self._user,
                cwd=self.folder,
                env=self._environment(),
                stdout=log,
                stderr=log,
            )

    def _environment(self, **variables: str) -> dict[str, str]:
        """Its temporary files lie in its own folder: it may not enter a test's."""
        return os.environ | {"TMPDIR": str(self.folder)} | variables

    def kill(self) -> None:
        """`kill -9`."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(number)
            self._process.send_signal(signal.SIGCONT)
            self._process.wait()

    def pause(self) -> None:
        """It is there, and does not answer: as behind a network that is cut."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def _run(self, *arguments: str | Path, **variables: str) -> str:
        done = subprocess.run(
            [str(argument) for argument in arguments],
            capture_output=True,
            text=True,
            user=self._user,
            cwd=self.folder,
            env=self._environment(**variables),
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @abstractmethod
    def _make(self) -> None:
        """Its data folder."""

    @abstractmethod
    def _prepare(self) -> None:
        """Its users, once it runs."""

    @abstractmethod
    def _command(self) -> list[str]:
        """What starts it."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether it is there."""

    @abstractmethod
    def create(self, name: str) -> str:
        """A new, empty database; its address, `${DATABASE_PASSWORD}` in the password's place."""


class Postgres(Server):
    """PostgreSQL."""

    user = "postgres"
    ending = signal.SIGQUIT

    def _make(self) -> None:
        found = _binaries()
        assert found
        self._binaries = found
        password = self.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        data = self.folder / "data"
        given = ("--username=me", "--auth=scram-sha-256", f"--pwfile={password}", "--no-sync")
        self._run(self._binaries / "initdb", "-D", data, *given)

    def _command(self) -> list[str]:
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.folder)]
        # In its folder, and not in /dev/shm, where a kill would leave it.
        shared = ["-c", "dynamic_shared_memory_type=mmap"]
        return [str(self._binaries / "postgres"), "-D", str(self.folder / "data"), *where, *shared]

    def _answers(self) -> bool:
        given = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "me", "-d", "postgres", "-q"]
        return subprocess.run([str(self._binaries / "pg_isready"), *given]).returncode == 0

    def _prepare(self) -> None:
        """Nothing: initdb has made its user."""

    def create(self, name: str) -> str:
        given = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "me", name)
        self._run(self._binaries / "createdb", *given, PGPASSWORD=PASSWORD)
        return f"postgresql+psycopg://me:{REFERENCE}@127.0.0.1:{self.port}/{name}"


class MariaDB(Server):
    """MariaDB, which speaks as MySQL does."""

    user = "mysql"

    def _make(self) -> None:
        data = self.folder / "data"
        given = ("--auth-root-authentication-method=normal", "--skip-test-db")
        self._run("mariadb-install-db", "--no-defaults", f"--datadir={data}", *given)

    def _command(self) -> list[str]:
        found = shutil.which("mariadbd", path=_path())
        assert found
        where = [f"--datadir={self.folder / 'data'}", f"--socket={self.folder / 'socket'}"]
        listen = [f"--port={self.port}", "--bind-address=127.0.0.1"]
        return [found, "--no-defaults", *where, *listen]

    def _client(self, statement: str) -> str:
        socket_file = f"--socket={self.folder / 'socket'}"
        return self._run("mariadb", "--no-defaults", socket_file, "-uroot", "-e", statement)

    def _prepare(self) -> None:
        self._client(f"CREATE USER me@'%' IDENTIFIED BY '{PASSWORD}'; GRANT ALL ON *.* TO me@'%'")

    def _answers(self) -> bool:
        try:
            return bool(self._client("SELECT 1"))
        except AssertionError:
            return False

    def create(self, name: str) -> str:
        self._client(f"CREATE DATABASE {name}")
        return f"mysql+pymysql://me:{REFERENCE}@127.0.0.1:{self.port}/{name}?charset=utf8mb4"
