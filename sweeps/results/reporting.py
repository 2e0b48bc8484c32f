"""The end of a run: its report, and summary.json, whose numbers a list of runs shows."""

from pathlib import Path

from sweeps.results import summaries
from sweeps.results.result import Result


def write(result: Result) -> Path:
    """Write report.html and summary.json into the run folder; the report's path.

    Errors: reports.frames.RunFolderError where a file is missing or is not a run's.
    """
    from threadpoolctl import threadpool_limits

    from reports import page

    warm_up()  # a library that is loaded later has its own number of threads
    # Of products this small several threads only wait for each other; and they may round otherwise.
    with threadpool_limits(1, user_api="blas"):
        path = page.write(result.run)
        summaries.write(result)
    return path


def warm_up() -> None:
    """Import the libraries that draw a report, while the workers are busy."""
    import threadpoolctl  # noqa: F401

    from reports import page

    page.warm_up()
