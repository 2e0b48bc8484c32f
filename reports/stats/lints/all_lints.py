"""Faults of a study that its frames give away, each with its remedy. Add one: write it, name it."""

from collections.abc import Callable, Iterator

from reports.frames import Run
from reports.stats.lints import (
    column_lints,
    confirmed_lints,
    constants,
    curve_lints,
    row_lints,
    search_lints,
)
from reports.stats.lints.findings import WARN, Lint


def lints(run: Run) -> tuple[Lint, ...]:
    """All findings, warnings first, else in the order of the table below."""
    found = [lint for check in LINTS for lint in check(run)]
    return tuple(sorted(found, key=lambda lint: lint.level != WARN))


LINTS: tuple[Callable[[Run], Iterator[Lint]], ...] = (
    confirmed_lints.unconfirmed,
    search_lints.unfinished,
    constants.says_one_thing,
    confirmed_lints.unlearned,
    search_lints.infeasible,
    confirmed_lints.broken,
    search_lints.edges,
    curve_lints.still_improving,
    curve_lints.overfits,
    search_lints.diverged,
    confirmed_lints.diverged_confirmed,
    confirmed_lints.few_replicates,
    *row_lints.LINTS,
    column_lints.numbers_left_out,
    curve_lints.late_noise,
)
