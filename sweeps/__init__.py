"""A study: YAML to spec, search, records, confirmation, report.

`sweeps.run("study.yaml")` does what `python -m sweeps.run study.yaml` does and returns the result.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sweeps.results.result import Result

__all__ = ["run"]


def run(study: "str | dict[str, Any]", **options: Any) -> "Result":
    """Check, search, confirm and report a study: a path, or the file's content as a dict.

    Options are those of the command line: jobs, trials, out, storage, engine, artifacts, set,
    time, confirm, quiet, allow_code, allow_remote.
    Errors: `sweeps.base.errors.UserError` for the user's input, with every fault it found.
    """
    from sweeps.running.runner import run as run_study

    return run_study(study, **options)
