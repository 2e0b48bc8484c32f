"""`sweeps resume RUN`: go on with a run from its folder alone."""

import shlex
from typing import Annotated

import typer

from sweeps.verbs.common import AllowCode, Run, console, exit_codes, print_json


def resume(
    folder: Run,
    jobs: Annotated[int | None, typer.Option(help=r"Workers. \[default: all cores]")] = None,
    trials: Annotated[int | None, typer.Option(help="Trials in all, instead of the run's.")] = None,
    storage: Annotated[
        str | None, typer.Option(help="The Optuna storage URL, if the run was given one.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="Stop asking after this long (90s, 10m), then confirm.")
    ] = None,
    no_confirm: Annotated[bool, typer.Option("--no-confirm", help="Search only.")] = False,
    allow_code: AllowCode = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but faults.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON summary on stdout; all else on stderr.")
    ] = False,
) -> None:
    """Go on with a run where it stopped, or make it longer, from its folder alone.

    Ctrl-C, a kill and a larger --trials change no number: it is the same study as in one go.

    For example:
      sweeps resume runs/churn
      sweeps resume runs/churn --trials 200 --jobs 4
    """
    with exit_codes():
        from sweeps import addresses, documents, resuming, runner

        addresses.refuse_passwords(storage, [])
        study = resuming.study_file(folder, storage)
        options = runner.Options(
            jobs=runner.check_jobs(jobs),
            trials=runner.check_trials(trials),
            storage=storage,
            time=runner.seconds(time),
            confirm=not no_confirm,
            allow_code=allow_code,
            command=f"python -m sweeps run {shlex.quote(str(study))}",
            folder=folder,
        )
        printer = console(stderr=as_json, quiet=quiet)
        result = runner.execute(documents.read(study), folder, [], options, printer)
        if as_json:
            from sweeps import tables

            print_json(tables.summary(result) if result else {})
