"""`sweeps gradcheck STUDY`: backpropagation against central differences."""

from pathlib import Path
from typing import Annotated

import typer

from sweeps.base.errors import UserError
from sweeps.commands.common import Set, StudyFile, console, exit_codes, flag


def gradcheck(
    study: StudyFile,
    set_: Set = None,
    rows: Annotated[int, typer.Option(min=1, help="Training rows to check on.")] = 32,
    most: Annotated[int, typer.Option(min=1, help="Parameters of each block to check.")] = 200,
    epsilon: Annotated[float, typer.Option(help="Step of the differences.")] = 1e-5,
    against_epsilon: Annotated[
        bool, flag("--against-epsilon", help="Also from 1e-2 to 1e-12.")
    ] = False,
    figure: Annotated[
        Path | None,
        typer.Option(help="Draw the difference against the step, .svg, .pdf or .png."),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="BLOCK=factor scales a gradient, to see the check fail; again and again."
        ),
    ] = None,
) -> None:
    """Check a study's gradients against central differences; exit 1 if they differ."""
    with exit_codes():
        from sweeps.commands.work import gradcheck

        if not 1e-14 <= epsilon <= 1:
            raise UserError(f"--epsilon: expected a number from 1e-14 to 1, got {epsilon:g}")
        options = gradcheck.GradcheckOptions(
            rows, most, epsilon, against_epsilon, fault or (), figure
        )
        if not gradcheck.check(study, set_ or [], options, console()):
            raise typer.Exit(1)
