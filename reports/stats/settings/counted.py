"""Which epoch's weights and scores count: the last, or the best on dev."""

from reports.frames import Run


def keeps_best(run: Run) -> bool:
    """Whether it is the best on dev, of each network or of all of a setting together."""
    return bool(run.provenance["objective"].get("at", "last") != "last")


def epoch(run: Run, config: str) -> int | None:
    """The one of a confirmed setting's networks; None where each has its own, or it is not told."""
    rows = run.rows_of(config)
    if "counted_epoch" not in rows or not len(rows):
        return None
    found = int(rows["counted_epoch"].max())
    return None if found < 0 else found
