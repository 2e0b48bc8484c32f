"""A setting's name, as it stands in the tables of all sections."""

from reports import labels, text
from reports.frames import Run
from reports.sections.blocks import Cell


def link(run: Run, config: str) -> Cell:
    """What a setting is called, and its number small, linked to its row among the trials."""
    trial = run.trial_of(config)
    known = trial is not None and bool((run.trials["trial"] == trial).any())
    name, beside = labels.parts(run, config)
    return Cell(text.capital(name), beside, href=f"#trial-{trial}" if known else "")
