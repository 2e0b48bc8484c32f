"""`sweeps new NAME`: a study file to begin with."""

from enum import StrEnum
from typing import Annotated

import typer

from sweeps.commands.common import console, exit_codes
from sweeps.data.source.file_kinds import FILE_KINDS, FOLDER, alternatives


class Task(StrEnum):
    """What `--task` takes, as `data.task`."""

    AUTO = "auto"
    CLASSIFICATION = "classification"
    REGRESSION = "regression"


def new(
    name: Annotated[
        str, typer.Argument(help="The study's name; NAME.yaml is written.", show_default=False)
    ],
    data: Annotated[
        str | None,
        typer.Option(
            help=rf"A {alternatives(FILE_KINDS)} file, or {FOLDER}. "
            r"\[default: an example of scikit-learn]"
        ),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(help="Its column to predict. Again for more: several numbers."),
    ] = None,
    task: Annotated[
        Task,
        typer.Option(
            help="How the target is read: regression (a number), classification, or auto, as it "
            "looks."
        ),
    ] = Task.AUTO,
) -> None:
    """Write a commented study file that runs as it stands, fitted to the data's task and size.

    For example:
      sweeps new churn --data my.csv --target churn
      sweeps new house --data my.csv --target heating --target cooling
      sweeps new size --data my.csv --target rooms --task regression
      sweeps new first && sweeps run first.yaml
    """
    with exit_codes():
        from sweeps.commands.work import new
        from sweeps.views import column_table

        made = new.create(name, data, target, task.value)
        print(made.path)
        more = f"sweeps check {made.path} --all"
        column_table.show(console(), new.table(made), column_table.IN_NEW, more)
        for line in new.remarks(made):
            print(line)
        print(f"go on with: sweeps run {made.path}")
