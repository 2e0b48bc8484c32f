"""Settings of which no network is left to judge."""

from reports.frames import Run

DIVERGED = "every network diverged"


def all_diverged(run: Run, config: str) -> bool:
    """Whether no network of a configuration is left to judge: each has its worst value alone."""
    return bool((run.rows_of(config)["status"].to_numpy() == "diverged").all())
