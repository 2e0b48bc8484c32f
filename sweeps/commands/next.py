"""`sweeps next RUN`: the study that the report's next steps ask for."""

from pathlib import Path
from typing import Annotated

import typer

from sweeps.commands.common import Run, exit_codes

Steps = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NUMBERS",
        help=r"Which: 1,3; again and again. \[default: all that need nothing of yours]",
    ),
]
More = Annotated[list[str] | None, typer.Argument(hidden=True, metavar="STEP")]  # of `--steps 1 3`


def next_(
    folder: Run,
    more: More = None,
    steps: Steps = None,
    name: Annotated[
        str | None, typer.Option(help=r"The study's. \[default: the run's with the next number]")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help=r"The file. \[default: NAME.yaml]")
    ] = None,
) -> None:
    """Write the study that a report's "Do next" asks for, under a new name.

    It is the run's own study with the lines of the steps in it: your file as you wrote it, comments
    too, or where that is gone in short, without what is as by default. A file is never written
    over.

    For example:
      sweeps next runs/churn
      sweeps next runs/churn --steps 1,3 --name churn-wide
    """
    with exit_codes():
        from sweeps.base.errors import printable
        from sweeps.commands.work import next as work

        made = work.write(folder, [*(steps or []), *(more or [])], name, out)
        for line in made.lines():
            print(printable(line))
