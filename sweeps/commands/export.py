"""`sweeps export RUN`: the study into another Optuna storage; the frames as CSV."""

from pathlib import Path
from typing import Annotated

import typer

from sweeps.base.errors import UserError
from sweeps.commands.common import AllowRemote, Run, console, exit_codes


def export(
    folder: Run,
    storage: Annotated[
        str | None, typer.Option(help="The Optuna storage URL to copy the study to.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", help=r"The storage that holds it. \[default: the run's own]"),
    ] = None,
    allow_remote: AllowRemote = False,
    csv: Annotated[Path | None, typer.Option(help="A folder for the frames as CSV.")] = None,
) -> None:
    """Copy a run's study to another Optuna storage, or its frames as CSV to a folder.

    Nothing is written over: a study of that name, or a file, that is there already is refused.

    For example:
      sweeps export runs/churn --storage sqlite:///churn.db
      sweeps export runs/churn --csv tables
    """
    with exit_codes():
        from sweeps.base.redaction import redact_address
        from sweeps.base.terminal import say
        from sweeps.commands.work import export
        from sweeps.phases import prepare

        if storage is None and csv is None:
            raise UserError("export: expected --storage URL or --csv DIR, got neither")
        printer = console()
        if csv is not None:
            for path in export.to_csv(folder, csv):
                say(printer, "written", str(path))
        if storage is not None:
            prepare.optuna_quietly()
            done = 0
            for done, trials in export.to_storage(folder, storage, source, allow_remote):
                if done % 500 == 0 and done < trials:
                    say(printer, "", f"{done} of {trials} trials")
            say(printer, "copied", f"{done} trials to {redact_address(storage)}")
