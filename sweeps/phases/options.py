"""The options of a run besides its study, checked; none of them changes a result."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import Any, TypedDict

from sweeps.base import durations, provenance
from sweeps.base.errors import Expected, Fault, UserError
from sweeps.base.redaction import redact


@dataclass(frozen=True)
class Options:
    """How to run a study; no option changes a trial's result.

    time: seconds for the search; None for no limit. folder: a run folder to go on in, whatever its
    name; None for `out`/name.
    """

    jobs: int
    trials: int | None = None
    out: Path = Path("runs")
    storage: str | None = None
    engine: str | None = None
    artifacts: str | None = None
    time: float | None = None
    confirm: bool = True
    dry_run: bool = False
    allow_code: bool = False  # whether a trainer's module may be imported
    allow_remote: bool = False  # whether addresses that only the study file names may be used
    command: str = ""
    folder: Path | None = None
    tables: Path | None = None  # the folder of tables that are not in the run folder yet

    @property
    def has_file(self) -> bool:
        """Whether the study is in a file, which a command can be given; or in Python's memory."""
        return not self.command.startswith(("sweeps.run(table", "sweeps.run(study"))

    def folder_of(self, name: str) -> Path:
        """The path of the run folder of a study of that name."""
        return self.folder or self.out / name


class Limits(TypedDict):
    """Of a run, as `Options` has them; time in seconds."""

    jobs: int
    trials: int | None
    time: float | None


def limits(jobs: Any = None, trials: Any = None, time: Any = None) -> Limits:
    """They, checked; by default all cores, and no limit. Errors: UserError, of all three."""
    faults = []
    for name, value, most in (("jobs", jobs, 1024), ("trials", trials, 100_000)):
        if value is not None and not (_is_whole(value) and 1 <= value <= most):
            problem = Expected(f"a whole number from 1 to {most}", value)
            faults.append(Fault(f"--{name}", "", problem.message))
    seconds = None
    try:
        seconds = None if time is None else durations.seconds(time)
    except Expected as fault:
        faults.append(Fault("--time", "", fault.message))
    if faults:
        raise UserError(faults)
    cores = provenance.cores() if jobs is None else int(jobs)
    return {"jobs": cores, "trials": trials, "time": seconds}


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def reproduce(arguments: Sequence[str]) -> str:
    """The command line as the user gave it, without passwords."""
    return shlex.join(["python", "-m", "sweeps", *(redact(argument) for argument in arguments)])
