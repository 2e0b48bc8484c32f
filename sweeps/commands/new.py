"""`sweeps new NAME`: a study file to begin with."""

from enum import StrEnum
from typing import Annotated

import typer

from sweeps.commands.common import console, exit_codes
from sweeps.data.file_kinds import FILE_KINDS, FOLDER, alternatives


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
        from sweeps.base.errors import printable, show
        from sweeps.commands.work import new, new_gaps
        from sweeps.views import column_table, doubts

        made = new.create(name, data, target, task.value)
        print(made.path)
        column_table.show(
            console(), made.facts, column_table.IN_NEW, f"sweeps check {made.path} --all"
        )
        for note in made.facts.get("read", ()):
            if "data.target_gaps" in note:
                print(printable(note))
        if made.remark:
            print(made.remark)
        for name, reason in made.columns.ignored.items():
            print(f"ignored {show(name)}: {printable(reason)}")
        for name, reason in made.columns.words.items():
            print(f"read as categories {show(name)}: {printable(reason)}")
        for name, texts in made.columns.gaps.items():
            told = new_gaps.in_words(texts)
            print(f"gaps in {show(name)}: {printable(told)} (data.missing)")
        for name, reason in made.columns.codes.items():
            print(f"read as categories {show(name)}: {printable(reason)}")
        for name, reason in made.columns.rare.items():
            print(f"read by the mean of the target {show(name)}: {reason} (data.words)")
        for name, reason in made.columns.numbers.items():
            print(f"read as a number {show(name)}: {printable(reason)}")
        for name, values in made.columns.groups.items():
            why = "set data.group if the rows of one belong together"
            print(f"perhaps a group {show(name)}: {values}; {why}")
        for word, line in made.facts.get("doubts", ()):
            if word != "groups":
                print(f"warning {line}")
        for line in doubts.dated(made.facts):
            print(f"warning {line}")
        print(f"go on with: sweeps run {made.path}")
