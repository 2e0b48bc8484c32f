"""The end of a run: its page, and the few numbers of it that a list of runs shows."""

from pathlib import Path

from sweeps.results import summaries
from sweeps.results.result import Result


def write(result: Result) -> Path:
    """Write report.html and summary.json into the run folder; the page's path.

    Errors: reports.frames.RunFolderError where a file is missing or foreign.
    """
    from reports import page

    path = page.write(result.run)
    summaries.write(result)
    return path


def warm_up() -> None:
    """Load what a report is drawn with, while there is time."""
    from reports import page

    page.warm_up()
