"""The section: every picture that the run has something for, in one order."""

from collections.abc import Iterator

from reports.frames import Run
from reports.sections.blocks import Block, Section, section
from reports.sections.learned.classes import calibration, confusion, ranking
from reports.sections.learned.columns import columns
from reports.sections.learned.numbers import numbers
from reports.sections.learned.plane import plane
from reports.sections.learned.rows import rows
from reports.stats.learned import unseen

TITLE = "What the network learned"
PARTS = (plane, columns, confusion, calibration, ranking, numbers, rows)


def learned(run: Run) -> Section | None:
    """Of the winner; None where nothing is known of what its networks say."""
    if unseen.unseen(run, run.judged) is None:
        return None
    return section("learned", TITLE, _blocks(run))


def _blocks(run: Run) -> Iterator[Block]:
    for part in PARTS:
        yield from part(run)
