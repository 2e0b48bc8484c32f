"""`sweeps resume RUN`: go on with a run from its folder alone."""

import shlex
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
    Quiet,
    Run,
    Time,
    Trials,
    close,
    console,
    exit_codes,
    stdout_kept,
)


def resume(
    folder: Run,
    jobs: Jobs = None,
    trials: Trials = None,
    storage: Annotated[
        str | None, typer.Option(help="The Optuna storage URL, if the run was given one.")
    ] = None,
    engine: Engine = None,
    artifacts: Artifacts = None,
    time: Time = None,
    no_confirm: NoConfirm = False,
    allow_code: AllowCode = False,
    allow_remote: AllowRemote = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a run where it stopped, or make it longer, from its folder alone.

    Ctrl-C, a kill and a larger --trials change no number: it is the same study as in one go.

    For example:
      sweeps resume runs/churn
      sweeps resume runs/churn --trials 200 --jobs 4
    """
    with exit_codes():
        from sweeps.commands.work import resume
        from sweeps.phases import options
        from sweeps.running import runner

        study = resume.study_of(folder, storage)
        given = options.Options(
            **options.limits(jobs, trials, time),
            storage=storage,
            engine=engine,
            artifacts=artifacts,
            confirm=not no_confirm,
            allow_code=allow_code,
            allow_remote=allow_remote,
            command=f"python -m sweeps run {shlex.quote(study.name)}",
            folder=folder,
        )
        printer = console(stderr=as_json, quiet=quiet)
        with stdout_kept(for_json=as_json):
            result = runner.execute(study, folder, [], given, printer)
        close(result, as_json, confirmed=not no_confirm)
