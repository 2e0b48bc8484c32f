"""A setting's name, as it stands in the tables of all sections."""

from reports import labels, text
from reports.frames import Run
from reports.sections.blocks import Cell


def link(run: Run, config: str) -> Cell:
    """What a setting is called, and its number small, linked to its row among the trials."""
    trial = int(run.rows_of(config)["trial"].iloc[0])
    known = trial >= 0 and bool((run.trials["trial"] == trial).any())
    name, beside = labels.parts(run, config)
    return Cell(text.capital(name), beside, href=f"#trial-{trial}" if known else "")
