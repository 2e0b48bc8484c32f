"""`sweeps dashboard RUN`: the Optuna Dashboard on a run, also while it is going on."""

from typing import Annotated

import typer

from sweeps.commands.common import AllowRemote, Run, console, exit_codes, flag


def dashboard(
    folder: Run,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port. [default: the first free one from 8080]"),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    storage: Annotated[
        str | None, typer.Option(help="The run's Optuna storage URL. [default: its journal]")
    ] = None,
    allow_remote: AllowRemote = False,
    no_browser: Annotated[bool, flag("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Show a run, finished or going on, in the Optuna Dashboard; Ctrl-C stops it."""
    with exit_codes():
        from sweeps.dashboard import server

        server.serve(folder, storage, allow_remote, host, port, not no_browser, console())
