"""`sweeps compare RUN RUN …`: winners side by side; a gate for CI."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sweeps.base.errors import UserError
from sweeps.base.terminal import say
from sweeps.commands.common import console, exit_codes, flag, print_json
from sweeps.commands.completion import runs


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
        Split | None,
        typer.Option(
            help="The rows that errors are compared on: if not said, those that decide in all runs."
        ),
    ] = None,
    fail_if_worse: Annotated[
        bool, flag("--fail-if-worse", help="Exit 1 if the last is worse than the first.")
    ] = False,
    margin: Annotated[
        float,
        typer.Option(
            help="How much worse it may be: a share of rows, of a number SDs of the first run's "
            "target, or as the objective counts."
        ),
    ] = 0.0,
    as_json: Annotated[bool, flag("--json", help="One object on stdout.")] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A page of it, too.", show_default=False)
    ] = None,
) -> None:
    """Compare the winners of runs: settings, errors, and their difference with its interval.

    They are compared by the first objective of both (by plain error, with a note, where these
    differ), and the plain error stands beside it. Two intervals: for new rows and seeds, and for
    new seeds on these rows alone; on the same rows both are paired.

    --fail-if-worse exits 1 if the last run is worse than the first by more than --margin over the
    whole interval for new rows: networks trained again, scored on rows that nobody has seen. Of
    two equal settings no more than one comparison in twenty fails. Of one network a run the gate
    speaks of these two networks alone; a cost (parameters, epochs_to_target) goes by its networks.

    For example:
      sweeps compare runs/before runs/after
      sweeps compare runs/before runs/after --html comparison.html
      sweeps compare runs/main runs/branch --fail-if-worse --margin 0.005
    """
    with exit_codes():
        from sweeps.commands.work import compare, compare_words

        if not 0 <= margin < float("inf"):
            raise UserError(f"--margin: expected a number >= 0, got {margin:g}")
        found = compare.compare(folders, split.value if split else None)
        if as_json:
            print_json(found.plain())
        else:
            compare_words.show(found, console())
        if html is not None:
            from sweeps.commands.work import compare_page

            page = compare_page.write(found, html)
            say(console(stderr=as_json), "page", str(page))
        last = found.differences[-1]
        if fail_if_worse and last.is_worse(margin):
            print(f"failed: {compare_words.failure(last, margin, found.runs[0])}", file=sys.stderr)
            raise typer.Exit(1)
