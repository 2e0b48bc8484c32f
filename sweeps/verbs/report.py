"""`sweeps report RUN`: the page again, from the run folder alone."""

from sweeps.faults import UserError
from sweeps.verbs.common import Run, exit_codes


def report(folder: Run) -> None:
    """Rebuild the report from a run folder alone: no Optuna, no training."""
    with exit_codes():
        from reports import frames, page

        try:
            print(page.build(folder))
        except frames.RunFolderError as fault:
            raise UserError(str(fault)) from None
