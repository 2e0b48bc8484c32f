"""`sweeps run STUDY`: check, search, confirm, report."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from sweeps.verbs.common import AllowCode, Set, StudyFile, console, exit_codes


def run(
    study: StudyFile,
    jobs: Annotated[int | None, typer.Option(help=r"Workers. \[default: all cores]")] = None,
    trials: Annotated[
        int | None, typer.Option(help="Trials in all, instead of the file's.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the run folder NAME goes.")] = Path("runs"),
    storage: Annotated[
        str | None,
        typer.Option(help=r"Optuna storage URL. \[default: a journal in the run folder]"),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(help="loky, dask or ray; dask=ADDRESS joins a cluster. [default: loky]"),
    ] = None,
    artifacts: Annotated[
        str | None, typer.Option(help="s3://bucket/prefix that mirrors records and report.")
    ] = None,
    set_: Set = None,
    time: Annotated[
        str | None, typer.Option(help="Stop asking after this long (90s, 10m), then confirm.")
    ] = None,
    no_confirm: Annotated[bool, typer.Option("--no-confirm", help="Search only.")] = False,
    allow_code: AllowCode = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but faults.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON summary on stdout; all else on stderr.")
    ] = False,
) -> None:
    """Check, search, confirm and report a study; run it again to go on where it stopped.

    For example:
      sweeps run study.yaml --jobs 4
      sweeps run study.yaml --trials 200 --set fixed.epochs=100
      sweeps run study.yaml --dry-run
    """
    with exit_codes():
        from sweeps import addresses, documents, runner

        addresses.refuse_passwords(storage, set_ or [])
        options = runner.Options(
            jobs=runner.check_jobs(jobs),
            trials=runner.check_trials(trials),
            out=out,
            storage=storage,
            engine=engine,
            artifacts=artifacts,
            time=runner.seconds(time),
            confirm=not no_confirm,
            dry_run=dry_run,
            allow_code=allow_code,
            command=runner.reproduce(sys.argv[1:]),
        )
        document = documents.read(study)
        printer = console(stderr=as_json, quiet=quiet)
        result = runner.execute(document, study.parent, set_ or [], options, printer)
        if as_json:
            from sweeps import tables

            summary = tables.summary(result) if result else {}
            print(json.dumps(summary, indent=1))
