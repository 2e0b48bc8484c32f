"""`sweeps clean RUN`: what a run folder holds that nothing needs any more."""

from pathlib import Path
from typing import Annotated

import typer

from sweeps.commands import completion
from sweeps.commands.common import console, exit_codes, flag


def clean(
    folder: Annotated[
        Path,
        typer.Argument(
            help="A run folder, or a folder of them.",
            show_default=False,
            autocompletion=completion.runs,
        ),
    ],
    yes: Annotated[bool, flag("--yes", help="Remove it.")] = False,
    all_: Annotated[bool, flag("--all", help="Also the records of finished runs.")] = False,
) -> None:
    """Say what could be removed from runs, and how much it is; remove it with --yes.

    Unfinished files, stale locks and the Dashboard's copies are needed by nobody. With --all also
    the records of finished runs: the frames hold their numbers and the report needs no more, but a
    longer run would train those trials again. A run that a process works on is left alone.

    For example:
      sweeps clean runs
      sweeps clean runs/churn --all --yes
    """
    with exit_codes():
        from sweeps.base.terminal import say
        from sweeps.commands.work import clean

        printer = console()
        found = clean.find(folder, records=all_)
        for one in found:
            note = f"; left alone: {one.held} works on it" if one.held else ""
            text = f"{one.run}: {one.kind}: {len(one.files)}, {one.size / 1e6:.2f} MB{note}"
            say(printer, "kept" if one.held else "", text)
        free = [one for one in found if not one.held]
        if yes:
            files, size = clean.remove(free)
            say(printer, "removed", f"{files} files, {size / 1e6:.2f} MB")
        else:
            files, size = sum(len(one.files) for one in free), sum(one.size for one in free)
            again = " (--yes removes them)" if files else ""
            say(printer, "could go", f"{files} files, {size / 1e6:.2f} MB{again}")
