"""The end of a run: its report, and summary.json, whose numbers a list of runs shows."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sweeps.results import summaries
from sweeps.results.result import Result


def write(result: Result) -> Path:
    """Write report.html and summary.json into the run folder; the report's path.

    Errors: reports.frames.RunFolderError where a file is missing or is not a run's.
    """
    from reports import page

    with undisturbed():
        path = page.write(result.run)
        summaries.write(result)
    return path


@contextmanager
def undisturbed() -> Iterator[None]:
    """In one BLAS thread, and without the collector of garbage.

    The products are small: more threads only wait for each other, and may round otherwise. The
    collector would look through all that the run has loaded, over and over, to find little.
    """
    from threadpoolctl import threadpool_limits

    collects = gc.isenabled()
    gc.disable()
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        if collects:
            gc.enable()


def warm_up() -> None:
    """Import the libraries that draw a report, while the workers are busy."""
    import threadpoolctl  # noqa: F401

    from reports import page

    page.warm_up()
