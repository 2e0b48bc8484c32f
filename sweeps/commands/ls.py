"""`sweeps ls [DIR]`: the runs of a folder."""

from pathlib import Path
from typing import Annotated

import typer

from sweeps.commands.common import console, exit_codes, flag, print_json


def ls(
    folder: Annotated[Path, typer.Argument(help="A folder of run folders.")] = Path("runs"),
    as_json: Annotated[bool, flag("--json", help="A list of objects on stdout.")] = False,
) -> None:
    """List the runs of a folder: state, trials, the search's best value, the winner's test error.

    running: a process is at work on it; interrupted: `sweeps resume` goes on with it; complete:
    searched, and not confirmed; confirmed: the best were trained again, and met the test rows;
    older: made by a version that wrote less than this one reads.

    For example:
      sweeps ls
      sweeps ls old-runs --json
    """
    with exit_codes():
        from sweeps.commands.work import ls

        found = ls.survey(folder)
        if as_json:
            print_json([one.plain() for one in found])
        else:
            ls.show(found, console())
