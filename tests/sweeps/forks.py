"""The command line without the seconds that importing takes: a fork of a process that has imported.

A fork is a process like any other: its own folder, environment, output and exit code. What asks
how a process starts (help, Ctrl-C, `kill -9`) starts one of its own instead.
"""

import atexit
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

# Not the two doors, `sweeps.run` and `sweeps.__main__`: they are what is run.
IMPORTED = (
    *("sweeps.cli", "sweeps.running.runner", "sweeps.storage.journal", "sweeps.results.model_file"),
    "sweeps.dashboard.writer",
    *("reports.page", "reports.sections", "jinja2", "matplotlib.backends.backend_svg", "seaborn"),
    *("optuna.importance", "optuna.samplers", "optuna.storages.journal", "joblib.externals.loky"),
    *("joblib.externals.loky.backend.popen_loky_posix", "narwhals._pandas_like.namespace"),
    *("pyarrow.dataset", "pyarrow.pandas_compat", "scipy.stats", "unittest.mock"),
    *("sklearn.datasets", "sklearn.ensemble", "sklearn.linear_model", "sklearn.model_selection"),
)

# A user's: no terminal settings, and no thread limits but those that we set ourselves.
UNSET = ("COLUMNS", "FORCE_COLOR", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def environment() -> dict[str, str]:
    """What a user's process would see."""
    return {name: value for name, value in os.environ.items() if name not in UNSET}


STARTED = environment()


class Forks:
    """One process that waits for requests, and forks for each."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.sweeps.forks"],
            cwd=Path(__file__).parents[2],
            env=STARTED,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        atexit.register(self.close)

    def run(
        self,
        arguments: list[str],
        cwd: Path,
        environment: dict[str, str],
        timeout: float,
        stdout: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """`python -m …`, as subprocess.run does it; `stdout`: a device in place of what is read.

        Another PYTHONPATH is read at a process's start: so it starts one.
        """
        if environment.get("PYTHONPATH") != STARTED.get("PYTHONPATH"):
            return _process(arguments, cwd, environment, timeout)
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            place = f"/proc/{os.getpid()}/fd/"
            files = [stdout or place + str(out.fileno()), place + str(err.fileno())]
            self._ask(arguments=arguments, cwd=str(cwd), environment=environment, files=files)
            code = self._answer(arguments, timeout)
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(arguments, code, out.read(), err.read())

    def _ask(self, **request: Any) -> None:
        assert self._server.stdin
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()

    def _answer(self, arguments: list[str], timeout: float) -> int:
        assert self._server.stdout
        if not select.select([self._server.stdout], [], [], timeout)[0]:
            self.close()
            forks.cache_clear()
            raise subprocess.TimeoutExpired(arguments, timeout)
        return int(self._server.stdout.readline())

    def close(self) -> None:
        """End the process, and with it what it still runs."""
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.communicate()


def _process(
    arguments: list[str], cwd: Path, environment: dict[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=environment,
    )


@cache
def forks() -> Forks:
    """The one of a test process; it starts with the first request."""
    return Forks()


def main() -> None:
    """Serve until nobody asks; a fork leaves the loop with its request."""
    for name in IMPORTED:
        import_module(name)
    while line := sys.stdin.readline():
        if not (child := os.fork()):
            return _become(**json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(arguments: list[str], cwd: str, environment: dict[str, str], files: list[str]) -> None:
    """What `python -m` would be."""
    for number, path in enumerate(("/dev/null", *files)):
        os.dup2(os.open(path, os.O_WRONLY if number else os.O_RDONLY), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = cwd
    module, *sys.argv[1:] = arguments
    code: Any = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as exit_:
        code = exit_.code or 0
    except BaseException:
        traceback.print_exc()
    _end(code)


def _end(code: Any) -> None:
    """As the interpreter ends, but for the C libraries' own ends.

    Those look for threads that a fork does not have, and some of them abort now and then.
    """
    if not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
    except OSError:
        code = 120
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
