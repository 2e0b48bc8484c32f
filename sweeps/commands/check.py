"""`sweeps check STUDY`: every fault, the space, its size, what it may cost; nothing is run."""

from typing import Annotated

from sweeps.commands.common import (
    AllowCode,
    Jobs,
    Set,
    StudyFile,
    Trials,
    console,
    exit_codes,
    flag,
)


def check(
    study: StudyFile,
    set_: Set = None,
    jobs: Jobs = None,
    trials: Trials = None,
    allow_code: AllowCode = False,
    every: Annotated[bool, flag("--all", help="Show every column, of a wide table too.")] = False,
) -> None:
    """Say what a study would do and every fault it has; exit 2 if there is one.

    Examples: sweeps check study.yaml · sweeps check study.yaml --set search.sampler=grid
    """
    with exit_codes():
        from sweeps.commands.work import check

        check.check(study, set_ or [], jobs, trials, allow_code, console(), every)
