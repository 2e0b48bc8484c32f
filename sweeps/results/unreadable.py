"""A run folder that the reports cannot read, in a line of the command line."""

from pathlib import Path

from sweeps.base.errors import UserError
from sweeps.storage import made_again


def told(fault: ValueError) -> UserError:
    """The fault of `reports.faults`, with what makes the file again that it names first."""
    from reports.faults import OlderRunError

    said = str(fault)
    is_older = isinstance(fault, OlderRunError)  # which says what to do
    return UserError(said if is_older else said + made_again.remedy(Path(said.partition(": ")[0])))
