"""`sweeps compare RUN RUN …`: winners side by side; a gate for CI."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sweeps.faults import UserError
from sweeps.verbs.common import console, exit_codes, flag, print_json
from sweeps.verbs.completion import runs


class Split(StrEnum):
    """The rows that errors are compared on."""

    DEV = "dev"
    TEST = "test"


def compare(
    folders: Annotated[
        list[Path],
        typer.Argument(
            help="Run folders, the one to compare with first.",
            show_default=False,
            autocompletion=runs,
        ),
    ],
    split: Annotated[
        Split, typer.Option(help="The rows that errors are compared on.")
    ] = Split.TEST,
    fail_if_worse: Annotated[
        bool, flag("--fail-if-worse", help="Exit 1 if the last is worse than the first.")
    ] = False,
    margin: Annotated[
        float, typer.Option(help="How much worse it may be: a share of rows, or of an SD.")
    ] = 0.0,
    as_json: Annotated[bool, flag("--json", help="One object on stdout.")] = False,
) -> None:
    """Compare the winners of runs: settings, errors, and their difference with its interval.

    On the same rows the difference is paired (t over seeds, and a bootstrap for new rows).
    With --fail-if-worse the whole interval of the last's difference to the first must lie above
    the margin to fail: on these rows where they are the same, else on new rows.

    For example:
      sweeps compare runs/before runs/after
      sweeps compare runs/main runs/branch --fail-if-worse --margin 0.005
    """
    with exit_codes():
        from sweeps.views import comparing

        if not 0 <= margin < float("inf"):
            raise UserError(f"--margin: expected a number >= 0, got {margin:g}")
        found = comparing.compare(folders, split.value)
        if as_json:
            print_json(found.plain())
        else:
            comparing.show(found, console())
        last = found.differences[-1]
        if fail_if_worse and last.is_worse(margin):
            regression = found.runs[0].regression
            print(f"failed: {comparing.failure(last, margin, regression)}", file=sys.stderr)
            raise typer.Exit(1)
