"""Runs the Optuna Dashboard in this process: finds the storage and a port, and stops on Ctrl-C."""

import errno
import logging
import signal
import threading
import warnings
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIServer, make_server

from rich.console import Console

from sweeps.base.browser import show
from sweeps.base.consent import from_user
from sweeps.base.errors import UserError
from sweeps.base.terminal import say
from sweeps.dashboard.answers import Application
from sweeps.dashboard.guard import LOOPBACK, Guard
from sweeps.dashboard.routes import Routes
from sweeps.dashboard.wire import Quiet, Server, Server6
from sweeps.dashboard.writer import artifacts
from sweeps.storage import backends, folders, optuna_private

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

PORT = 8080
TRIES = 20  # ports to try from PORT on, if the user has chosen none
PATIENCE = 5.0  # seconds to wait at the end for a note that is being written


def serve(
    folder: Path,
    storage: str | None,
    allow_remote: bool,
    host: str,
    port: int | None,
    browser: bool,
    console: Console,
) -> None:
    """Show a run until Ctrl-C. Errors: UserError."""
    backend = _backend(folder, storage, allow_remote)
    local = _is_loopback(host)
    failing = partial(say, console, "warning")
    routes = Routes(_application(backend, folder), backend, artifacts(folder), failing)
    guard = Guard(routes, LOOPBACK if local else None)
    with _server(host, port, guard) as server:
        shown = f"[{host}]" if ":" in host else host
        page = f"http://{shown}:{server.server_port}/dashboard{_study(folder, backend)}"
        if not local:
            say(
                console,
                "warning",
                f"--host {host}: anybody who reaches this address can read the study and write "
                "notes into it; there is no password",
                style="yellow",
            )
        say(console, "dashboard", f"{page} (Ctrl-C stops it)")
        if browser:
            threading.Thread(target=show, args=(page,), daemon=True).start()
        _until_interrupted(server)
        # Threads end with the process; wait for one that is writing a note.
        routes.writing.acquire(timeout=PATIENCE)
    say(console, "stopped", f"{folder} is as it was, with your notes")


def _backend(folder: Path, storage: str | None, allow_remote: bool) -> "BaseStorage":
    """The run's storage, which its own process may be writing to. Errors: UserError."""
    journal = folder / "journal.log"
    if not folder.is_dir():
        got = f"no such folder{folders.meant(folder)}"
        raise UserError(f"{folder}: expected a run folder, got {got}")
    folders.expect_own(folder)
    named = from_user("storage", storage) if storage else None
    address = named or folders.storage(folder, "--storage", allow_remote)
    if address is not None:
        return backends.remote(address)
    if not journal.is_file():
        raise UserError(
            f"{journal}: expected the run's journal, got no such file (sweeps resume {folder} "
            "makes it again; if the run has another storage, say --storage URL)"
        )
    return backends.shared(journal)


def _application(backend: "BaseStorage", folder: Path) -> Application:
    """Optuna's WSGI application, which raises its errors: `Routes` warns of them and answers."""
    import optuna
    from optuna.artifacts import FileSystemArtifactStore
    from optuna_dashboard import wsgi

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    # Optuna warns of importances from few trials; the terminal is not the place for that.
    warnings.filterwarnings("ignore", module="optuna")
    logging.getLogger("optuna_dashboard").setLevel(logging.CRITICAL)  # tracebacks
    application = wsgi(backend, artifact_store=FileSystemArtifactStore(artifacts(folder)))
    application.catchall = False
    served: Application = application
    return served


def _study(folder: Path, backend: "BaseStorage") -> str:
    """The path of the run's study below /dashboard; "", the list of studies, if it is not found."""
    name = folder.resolve().name
    found = [study for study in backend.get_all_studies() if study.study_name == name]
    return f"/studies/{optuna_private.study_id(found[0])}" if found else ""


def _server(host: str, port: int | None, guard: Guard) -> WSGIServer:
    """A server that listens on this port, or on the first free one. Errors: UserError."""
    ports = [port] if port is not None else [*range(PORT, PORT + TRIES), 0]
    kind = Server6 if ":" in host else Server
    for one in ports:
        try:
            return make_server(host, one, guard, kind, Quiet)
        except OSError as fault:
            if fault.errno != errno.EADDRINUSE:
                reason = fault.strerror or str(fault)
                raise UserError(
                    f"--host, --port: expected an address to listen on, got {host}:{one}: {reason}"
                ) from None
    raise UserError(f"--port: expected a free port, got {port}, which is taken (leave it out)")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _until_interrupted(server: WSGIServer) -> None:
    """Serve until Ctrl-C or SIGTERM."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {n: signal.signal(n, interrupt) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass  # that is how it ends
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
