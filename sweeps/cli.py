"""The command line: verbs, options, exit codes. What they do stands elsewhere, imported when used.

Exit codes: 0 done, 1 a check that failed or anything unforeseen, 2 the user's input, 130
interrupted.
"""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from sweeps.faults import UserError

app = typer.Typer(
    name="sweeps",
    help="Hyperparameter sweeps for neural networks on a CPU: one YAML study in, one report out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _verbs() -> None:
    """Hyperparameter sweeps for neural networks on a CPU: one YAML study in, one report out."""


@app.command()
def run(
    study: Annotated[Path, typer.Argument(help="The study file (YAML).", show_default=False)],
    jobs: Annotated[int | None, typer.Option(help="Workers. [default: all cores]")] = None,
    trials: Annotated[
        int | None, typer.Option(help="Trials in all, instead of the file's.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the run folder NAME goes.")] = Path("runs"),
    storage: Annotated[
        str | None, typer.Option(help="Optuna storage URL. [default: a journal in the run folder]")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="dotted.key=value over the file's; again and again."),
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="Stop asking after this long (90s, 10m), then confirm.")
    ] = None,
    no_confirm: Annotated[bool, typer.Option("--no-confirm", help="Search only.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but faults.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON summary on stdout; all else on stderr.")
    ] = False,
) -> None:
    """Check, search, confirm and report a study; run it again to go on where it stopped."""
    with _exit_codes():
        from rich.console import Console

        from sweeps import documents, runner

        console = Console(stderr=as_json, quiet=quiet, highlight=False)
        if not console.is_terminal:
            console.width = 160
        options = runner.Options(
            jobs=runner.check_jobs(jobs),
            trials=runner.check_trials(trials),
            out=out,
            storage=storage,
            time=runner.seconds(time),
            confirm=not no_confirm,
            dry_run=dry_run,
            command=runner.reproduce(sys.argv[1:]),
        )
        document = documents.read(study)
        result = runner.execute(document, study.parent, set_ or [], options, console)
        if as_json:
            from sweeps import tables

            summary = tables.summary(result) if result else {}
            print(json.dumps(summary, indent=1))


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="A run folder.", show_default=False)],
) -> None:
    """Rebuild the report from a run folder alone: no Optuna, no training."""
    with _exit_codes():
        from reports import frames, page

        try:
            print(page.build(folder))
        except frames.RunFolderError as fault:
            raise UserError(str(fault)) from None


@app.command()
def gradcheck(
    study: Annotated[Path, typer.Argument(help="The study file (YAML).", show_default=False)],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="dotted.key=value over the file's; again and again."),
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="Training rows to check on.")] = 32,
    most: Annotated[int, typer.Option(min=1, help="Parameters of each block to check.")] = 200,
    epsilon: Annotated[float, typer.Option(help="Step of the differences.")] = 1e-5,
    against_epsilon: Annotated[
        bool, typer.Option("--against-epsilon", help="Also from 1e-2 to 1e-12.")
    ] = False,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="BLOCK=factor scales a gradient, to see the check fail; again and again."
        ),
    ] = None,
) -> None:
    """Check a study's gradients against central differences; exit 1 if they differ."""
    with _exit_codes():
        from rich.console import Console

        from sweeps import gradients

        if not 1e-14 <= epsilon <= 1:
            raise UserError(f"--epsilon: expected a number from 1e-14 to 1, got {epsilon:g}")
        options = gradients.Options(rows, most, epsilon, against_epsilon, fault or ())
        passed = gradients.check(study, set_ or [], options, Console(highlight=False))
        if not passed:
            raise typer.Exit(1)


@app.command()
def schema() -> None:
    """Print the JSON Schema of study files, for editors: sweeps schema > study.schema.json."""
    from sweeps import schemas

    print(json.dumps(schemas.study(), indent=1))


@contextmanager
def _exit_codes() -> Iterator[None]:
    try:
        yield
        # All is said and written; what is left is the workers' end, which nobody need interrupt.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except UserError as fault:
        print(fault, file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt as fault:
        from sweeps.runner import reproduce

        again = reproduce(sys.argv[1:])
        kept = f": {fault}; go on with: {again}" if str(fault) else ""
        print(f"interrupted{kept}", file=sys.stderr)
        raise typer.Exit(130) from None


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A console that has no minus sign must not cost a user the whole run.
            stream.reconfigure(errors="replace")
    app(prog_name="sweeps")


if __name__ == "__main__":
    main()
