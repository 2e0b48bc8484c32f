"""`sweeps report RUN`: the page again, from the run folder alone."""

from sweeps.base.errors import UserError
from sweeps.commands.common import Run, exit_codes


def report(folder: Run) -> None:
    """Rebuild the report from a run folder alone: no Optuna, no training."""
    with exit_codes():
        from reports import frames
        from sweeps.results import reporting
        from sweeps.results.result import Result
        from sweeps.storage import folders

        try:
            print(reporting.write(Result(folders.expect_finished(folder))))
        except frames.RunFolderError as fault:
            raise UserError(str(fault)) from None
        except OSError as fault:
            where = fault.filename2 or fault.filename or folder
            raise UserError(f"{where}: expected to write there, got {fault.strerror}") from None
