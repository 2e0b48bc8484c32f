"""`sweeps predict RUN rows.csv`: a data file through the winner's networks, or another model."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sweeps.commands.common import Run, exit_codes
from sweeps.data.source.file_kinds import FILE_KINDS, FOLDER, alternatives


def predict(
    folder: Run,
    rows: Annotated[
        Path,
        typer.Argument(
            help=f"Rows: a {alternatives(FILE_KINDS)} file, or {FOLDER}.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help=r"The CSV to write. \[default: stdout]")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Columns to copy beside the prediction: a,b; again and again."
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            "--model",
            "-m",
            metavar="NAME",
            help="winner (its saved networks), recommended (what the report says to use), or a "
            r"baseline: 'logistic regression', 'gradient boosting' … \[default: winner]",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Predict a file's rows with the winner's networks, preprocessed as in training.

    The columns are those of the training data; a missing value is read as it was there, and a
    category that was not there as none of the known ones: a line on stderr says so. Written are
    each row's number and, of a text, line; the prediction of all networks together, for classes
    each one's probability (p.NAME), and the SD over the networks (sd, sd.NAME).

    A baseline (--model) is fitted again on the study's own rows, which have to be as they were; it
    has no SD.

    For example:
      sweeps predict runs/churn new.csv --out predictions.csv
      sweeps predict runs/churn new.csv --model recommended
      sweeps predict runs/churn new.parquet --keep id,name | head
    """
    with exit_codes():
        from sweeps.base import streams
        from sweeps.commands.work import predict
        from sweeps.results import named_models

        used = predict.load(folder, model or named_models.WINNER)
        try:
            if out is not None:
                notes = predict.to_file(folder, used, rows, keep or [], out)
            else:
                shown, stdout = sys.stdout.isatty(), streams.WatchedStdout()
                notes = predict.write(used, rows, keep or [], stdout, shown)
        except BrokenPipeError:  # `| head` has read all that it wants
            return
        said = predict.predicted_by(folder, used, model)
        for line in [*notes.lines(), *filter(None, [said])]:
            print(line, file=sys.stderr)
