"""The command line: `sweeps COMMAND …`, the commands of `sweeps.commands`."""

import atexit
import gc
import inspect
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from sweeps.base import streams
from sweeps.commands import COMMANDS, usage

app = typer.Typer(
    name="sweeps",
    help="Hyperparameter sweeps for neural networks on a CPU: one YAML study in, one report out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        print(f"sweeps {version('dnn-sweeps')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="The version.", callback=_version, is_eager=True)
]


@app.callback()
def _options(version: Version = False) -> None:
    """Options that stand before a command."""


def _add(name: str, command: Callable[..., None]) -> None:
    """A command's docstring is its help; its examples stand below the options."""
    about, heading, examples = (inspect.getdoc(command) or "").partition("For example:\n")
    paragraphs = [" ".join(text.split()) for text in about.split("\n\n")]
    app.command(name, help="\n\n".join(paragraphs), epilog=heading + examples)(command)


for _name, _command in COMMANDS.items():
    _add(_name, _command)


def main() -> None:
    """The console script."""
    streams.prepare()
    # What is imported lives to the end. To look for garbage in it, again and again and at the exit,
    # takes most of a second of a run.
    gc.set_threshold(50_000, 20, 50)
    atexit.register(gc.freeze)
    try:
        code = app(prog_name="sweeps", standalone_mode=False)
        sys.stdout.flush()
    except usage.UsageError as fault:
        if sys.argv[1:]:  # without any, typer has shown the help
            print(usage.line(fault), file=sys.stderr)
        code = 2
    except streams.StdoutError as fault:
        print(fault, file=sys.stderr)
        code = 2
    sys.exit(code)


if __name__ == "__main__":
    main()
