"""`sweeps predict RUN rows.csv`: a data file through the winner's networks."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sweeps.commands.common import Run, exit_codes
from sweeps.data.file_kinds import FILE_KINDS, FOLDER, alternatives


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
) -> None:
    """Predict a file's rows with the winner's networks, preprocessed as in training.

    The columns are those of the training data; a missing value is read as it was there, and a
    category that was not there as none of the known ones: a line on stderr says so. Written are
    each row's number and, of a text, line; the prediction of all networks together, for classes
    each one's probability (p.NAME), and the SD over the networks (sd, sd.NAME).

    For example:
      sweeps predict runs/churn new.csv --out predictions.csv
      sweeps predict runs/churn new.parquet --keep id,name | head
    """
    with exit_codes():
        from sweeps.base import streams
        from sweeps.commands.work import predict

        try:
            if out is not None:
                notes = predict.to_file(folder, rows, keep or [], out)
            else:
                model, shown = predict.load(folder), sys.stdout.isatty()
                notes = predict.write(model, rows, keep or [], streams.WatchedStdout(), shown)
        except BrokenPipeError:  # `| head` has read all that it wants
            return
        for line in [*notes.lines(), *filter(None, [predict.advised(folder)])]:
            print(line, file=sys.stderr)
