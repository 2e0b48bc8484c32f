"""`sweeps show RUN [TRIAL]`: one run, or one trial of it."""

from typing import Annotated

import typer

from sweeps.commands.common import Run, console, exit_codes, flag, print_json


def show(
    folder: Run,
    trial: Annotated[
        int | None, typer.Argument(help="A trial's number.", show_default=False, min=0)
    ] = None,
    as_json: Annotated[bool, flag("--json", help="One object on stdout.")] = False,
) -> None:
    """Show a run, finished or not, or one trial of it with its networks and learning curves.

    For example:
      sweeps show runs/churn
      sweeps show runs/churn 17
      sweeps show runs/churn 17 --json
    """
    with exit_codes():
        from sweeps.commands.work import one_trial, show
        from sweeps.storage import folders

        if trial is not None:
            seen = one_trial.read(folders.expect(folder), trial)
            if as_json:
                print_json(seen.plain())
            else:
                show.trial(seen, console(), one_trial.unit(folder))
        elif as_json:
            print_json(show.run_as_json(folder))
        else:
            show.run(folder, console())
