"""`sweeps run STUDY`: check, search, confirm, report."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sweeps.commands.common import (
    AllowCode,
    AllowRemote,
    Artifacts,
    AsJson,
    Engine,
    Jobs,
    NoConfirm,
    Open,
    Quiet,
    Set,
    StudyFile,
    Time,
    Trials,
    close,
    console,
    exit_codes,
    flag,
    stdout_kept,
)

Out = Annotated[Path, typer.Option("--out", "-o", help="Where the run folder NAME goes.")]
Storage = Annotated[
    str | None, typer.Option(help=r"Optuna storage URL. \[default: a journal in the run folder]")
]
DryRun = Annotated[bool, flag("--dry-run", help="Say what would happen.")]


def run(
    study: StudyFile,
    jobs: Jobs = None,
    trials: Trials = None,
    out: Out = Path("runs"),
    storage: Storage = None,
    engine: Engine = None,
    artifacts: Artifacts = None,
    set_: Set = None,
    time: Time = None,
    no_confirm: NoConfirm = False,
    allow_code: AllowCode = False,
    allow_remote: AllowRemote = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    open_: Open = False,
    as_json: AsJson = False,
) -> None:
    """Check, search, confirm and report a study; run it again to go on where it stopped.

    For example:
      sweeps run study.yaml --jobs 4
      sweeps run study.yaml --trials 200 --set fixed.epochs=100
      sweeps run study.yaml --dry-run
    """
    with exit_codes():
        from sweeps.phases import options
        from sweeps.running import runner
        from sweeps.study.file import documents

        given = options.Options(
            **options.limits(jobs, trials, time),
            out=out,
            storage=storage,
            engine=engine,
            artifacts=artifacts,
            confirm=not no_confirm,
            dry_run=dry_run,
            allow_code=allow_code,
            allow_remote=allow_remote,
            command=options.reproduce(sys.argv[1:]),
        )
        document = documents.read(study)
        printer = console(stderr=as_json, quiet=quiet)
        with stdout_kept(for_json=as_json):
            result = runner.execute(document, study.parent, set_ or [], given, printer)
        close(result, as_json, confirmed=not no_confirm, shown=open_)
