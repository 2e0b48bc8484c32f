"""A setting's name, as it stands in the tables of all sections."""

from reports import labels
from reports.frames import Run
from reports.sections.blocks import Cell


def link(run: Run, config: str) -> Cell:
    """A configuration's name and label, linked to its row among the trials where it has one."""
    trial = int(run.rows_of(config)["trial"].iloc[0])
    known = trial >= 0 and bool((run.trials["trial"] == trial).any())
    label = labels.labels(run).get(config, "")
    return Cell(config, label, href=f"#trial-{trial}" if known else "")
