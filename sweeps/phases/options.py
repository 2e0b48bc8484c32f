"""The options of a run besides its study, checked; none of them changes a result."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sweeps.base import durations, provenance
from sweeps.base.errors import Expected, UserError
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


def check_jobs(jobs: int | None) -> int:
    """The number of jobs; all cores by default. Errors: UserError."""
    if jobs is not None and not 1 <= jobs <= 1024:
        raise UserError(f"--jobs: expected a whole number from 1 to 1024, got {jobs}")
    return jobs or provenance.cores()


def check_trials(trials: int | None) -> int | None:
    """The number of trials, if given. Errors: UserError."""
    if trials is not None and not 1 <= trials <= 100_000:
        raise UserError(f"--trials: expected a whole number from 1 to 100000, got {trials}")
    return trials


def check_time(text: "str | float | None") -> float | None:
    """`--time` in seconds. Errors: UserError."""
    try:
        return None if text is None else durations.seconds(text)
    except Expected as fault:
        raise UserError(f"--time: {fault.message}") from None


def reproduce(arguments: Sequence[str]) -> str:
    """The command line as the user gave it, without passwords."""
    return shlex.join(["python", "-m", "sweeps", *(redact(argument) for argument in arguments)])
