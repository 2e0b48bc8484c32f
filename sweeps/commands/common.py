"""What the commands share: arguments, the console, exit codes.

Exit codes: 0 done, 1 a check that failed or anything unforeseen, 2 the user's input, 130
interrupted.
"""

import errno
import json
import math
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sweeps.base import passwords
from sweeps.base.errors import UserError, printable
from sweeps.base.redaction import redact
from sweeps.commands import completion

if TYPE_CHECKING:
    from rich.console import Console

    from sweeps.results.result import Result


def _study(path: Path) -> Path:
    """A study file; of a name that is no file, the study that ships under it."""
    if path.suffix or os.path.exists(path) or len(path.parts) != 1:
        return path
    import studies

    try:
        return studies.path(path.name)
    except OSError:  # none of that name, or no name that a file may have
        return path


StudyFile = Annotated[
    Path,
    typer.Argument(
        help="The study file (YAML), or the name of a study that ships, such as quickstart.",
        show_default=False,
        autocompletion=completion.studies,
        callback=_study,
    ),
]
Run = Annotated[
    Path, typer.Argument(help="A run folder.", show_default=False, autocompletion=completion.runs)
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Over the file's, by its dotted key; again and again."
    ),
]


def flag(name: str, help: str) -> Any:  # noqa: A002 - typer's word
    """An option that takes no value, and so shows none in the help."""
    return typer.Option(name, help=help, metavar="")


AllowCode = Annotated[
    bool, flag("--allow-code", help="Let the study's trainer, which is code, be imported.")
]
AllowRemote = Annotated[
    bool,
    flag("--allow-remote", help="Follow addresses that lead elsewhere and only a file names."),
]

Jobs = Annotated[int | None, typer.Option(help=r"Workers. \[default: all cores]")]
Trials = Annotated[int | None, typer.Option(help="Trials in all, instead of the file's.")]
Time = Annotated[
    str | None, typer.Option(help="Stop asking after this long (90s, 10m), then confirm.")
]
NoConfirm = Annotated[bool, flag("--no-confirm", help="Search only.")]
Quiet = Annotated[bool, flag("--quiet", help="Print nothing but faults.")]
Open = Annotated[bool, flag("--open", help="Show the report in the browser at the end.")]
AsJson = Annotated[bool, flag("--json", help="One JSON summary on stdout; all else on stderr.")]

Engine = Annotated[
    str | None,
    typer.Option(help="loky, dask or ray; dask=ADDRESS joins a cluster. [default: loky]"),
]
Artifacts = Annotated[
    str | None, typer.Option(help="s3://bucket/prefix that mirrors records and report.")
]

PIPED = 160  # columns where there is no terminal
# What a path may be at fault, or the disk behind it, wherever a command meets it.
OF_PATHS = (
    *(errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.ENOENT, errno.EEXIST),
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO),
)
LONGEST = 200  # characters of a path in a line


def console(stderr: bool = False, quiet: bool = False) -> "Console":
    """Where a command prints."""
    from rich.console import Console

    # NO_COLOR asks for text without any colour (no-color.org); ours is then without bold, too.
    colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    made = Console(stderr=stderr, quiet=quiet, highlight=False, color_system=colours)
    if not made.is_terminal:
        made.width = PIPED
    return made


def print_json(value: Any) -> None:
    """On stdout, without secrets; JSON knows neither NaN nor infinity, they become null."""
    print(json.dumps(_sayable(value), indent=1))


@contextmanager
def stdout_kept(for_json: bool) -> Iterator[None]:
    """Meanwhile what anything prints, here or in a worker, goes to stderr, if `for_json`."""
    if not for_json or sys.stdout is None or sys.stderr is None:
        yield
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def _sayable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _sayable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_sayable(inner) for inner in value]
    if isinstance(value, str):
        return redact(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def show_in_browser(page: Path) -> None:
    """Open a page of ours; where there is no browser, say how to see it."""
    from sweeps.base import browser
    from sweeps.base.terminal import say

    address = page.absolute().as_uri()
    if not browser.show(address):
        say(console(stderr=True), "open", f"no browser is here; the page is {address}")


def close(result: "Result | None", as_json: bool, confirmed: bool, shown: bool = False) -> None:
    """What is said of a run that is done, None for a dry one; exit code 1 where it came to nothing.

    confirmed: whether a confirmation was asked for. shown: whether the report is to be opened.
    """
    if as_json:
        from sweeps.results import summaries

        print_json(summaries.plain(result) if result else {})
    if result is not None and shown:
        show_in_browser(result.run.folder / "report.html")
    if result is not None and result.is_failure(confirmed):
        raise typer.Exit(1)


def _of_path(fault: OSError) -> str:
    """A fault of the system as a line; the one path that nobody names is where we are."""
    path = printable(str(fault.filename2 or fault.filename or "the current folder"))
    shown = path if len(path) <= LONGEST else f"{path[: LONGEST - 1]}…"
    return f"{shown}: expected a path that can be used, got {fault.strerror}"


@contextmanager
def exit_codes() -> Iterator[None]:
    """The user's faults and interrupts as a line on stderr and an exit code.

    No command is begun whose command line tells a secret.
    """
    try:
        passwords.refuse_passwords(sys.argv[1:])
        yield
        # All is said and written; what is left is the workers' end, which nobody need interrupt.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except UserError as fault:
        print(fault, file=sys.stderr)
        raise typer.Exit(2) from None
    except OSError as fault:
        if fault.errno not in OF_PATHS:
            raise
        print(_of_path(fault), file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt as fault:
        from sweeps.phases.options import reproduce

        again = reproduce(sys.argv[1:])
        kept = f": {fault}; go on with: {again}" if str(fault) else ""
        print(f"interrupted{kept}", file=sys.stderr)
        raise typer.Exit(130) from None
