"""Of several targets, the error of each in its own unit, for all confirmed settings."""

from reports import text, winners
from reports.frames import Run
from reports.sections.blocks import Cell, Column, Row, Table
from reports.sections.links import link
from reports.stats.learned import unseen
from reports.stats.sampling.intervals import Array
from reports.stats.settings import by_target as stats


def by_target(run: Run) -> Table | None:
    """A row a setting or baseline; None of one target, or where no outputs are known."""
    if not run.several:
        return None
    configs = [entry.config for entry in winners.table(run).entries]
    each = {config: stats.rmse(run, config, run.judged) for config in configs}
    rows = tuple(
        Row((link(run, config), *_cells(found)), tone="winner" if config == run.winner else "")
        for config, found in each.items()
        if found is not None
    )
    if not rows:
        return None
    columns = (Column("Setting"), *(Column(one.name, True) for one in run.several))
    note = (
        f"Root mean squared errors on the {unseen.NAMES.get(run.judged, run.judged)}, each in its "
        "target's own unit: of one network, on average. The error above is the root of the mean "
        "over targets of the squares, each in SDs of its training target, so that no unit decides."
    )
    return Table("targets-table", "RMSE of each target", columns, rows, sortable=True, note=note)


def _cells(found: Array) -> list[Cell]:
    return [Cell(text.number(float(one)), key=float(one)) for one in found]
