"""The end of a run: its report, and summary.json, whose numbers a list of runs shows."""

from pathlib import Path

from sweeps.results import summaries
from sweeps.results.result import Result


def write(result: Result) -> Path:
    """Write report.html and summary.json into the run folder; the report's path.

    Errors: reports.frames.RunFolderError where a file is missing or is not a run's.
    """
    from reports import page

    path = page.write(result.run)
    summaries.write(result)
    return path


def warm_up() -> None:
    """Import the libraries that draw a report, while the workers are busy."""
    from reports import page

    page.warm_up()
