"""Balanced error and AUC of the confirmed settings, where classes are uneven.

Plain error may then be small though the rarest class is never found.
"""

import numpy as np

from reports import text, units
from reports.frames import Run
from reports.sections.blocks import Column, Row, Table
from reports.sections.links import link
from reports.sections.pareto import fresh_cell
from reports.stats import measures
from reports.stats.measures import Measure

UNEVEN = 9  # rows of the commonest class for one of the rarest, as is said before a run
BESIDE = (Measure("balanced_error", "balanced_error", 1), Measure("auc", "auc", -1))


def uneven(run: Run) -> Table | None:
    """A row a setting; None where classes are even, or what was said of the rows is not known."""
    names = run.provenance["classes"]
    known = [one for one in run.configs if run.predictions.has(one, run.judged)]
    if not names or not known:
        return None
    counts = np.bincount(run.predictions.target(run.judged).astype(int), minlength=len(names))
    if counts.max() < UNEVEN * counts.min():
        return None
    scales = [by.unit(run) for by in BESIDE]
    rows = []
    for config in known:
        found = [measures.on_new_rows(run, config, by) for by in BESIDE]
        cells = [fresh_cell(unit, one) for unit, one in zip(scales, found, strict=True)]
        rows.append(Row((link(run, config), *cells), tone="winner" if config == run.winner else ""))
    rarest, commonest = names[int(counts.argmin())], names[int(counts.argmax())]
    error = units.unit(run, f"{run.judged}_error").value(float(1 - counts.max() / counts.sum()))
    note = (
        f"Of {counts.sum():,} rows {counts.min():,} are {rarest} and {counts.max():,} {commonest}: "
        f"{commonest} for every row has an error of {error}, "
        "a balanced error of 1 - 1/classes, and an AUC of 0.5."
    )
    columns = (Column("Setting"), *(Column(text.capital(one.name), True) for one in scales))
    return Table("uneven-table", "Each class counted alike", columns, tuple(rows), note=note)
