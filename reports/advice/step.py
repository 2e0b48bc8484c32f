"""One thing to do next."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports import text

SAME_STUDY = ("confirm:", "search: {trials:", "reference:")  # what a run goes on with


@dataclass(frozen=True)
class Step:
    """A sentence that says what to do and why, and the lines of the study file that do it.

    is_command: whether they are a command instead. yours: what the user alone can put into them,
    "" where they can stand as they are.
    """

    do: str
    lines: str
    is_command: bool = False
    yours: str = ""

    @property
    def needs_a_name(self) -> bool:
        """Whether the study becomes another one, which has to have another name."""
        return not self.is_command and not self.lines.startswith(SAME_STUDY)

    @property
    def is_whole(self) -> bool:
        """Whether its lines can be written into a study as they stand."""
        return not self.is_command and not self.yours

    def plain(self) -> dict[str, Any]:
        """As JSON says it."""
        return {"do": self.do, "lines": self.lines, "needs_a_name": self.needs_a_name}


def written_by(steps: tuple[Step, ...], folder: Path) -> str:
    """The command that writes a study with these, of the run in a folder; "" where none can be."""
    can_be = any(step.is_whole for step in steps)
    return f"sweeps next {text.quoted(folder.as_posix())}" * can_be


def where(steps: tuple[Step, ...]) -> str:
    """Where the lines of these go by hand; "" of commands."""
    if any(step.needs_a_name for step in steps):
        return "in a copy of the study file, with a new 'name'"
    one_run = "in the study file"
    return one_run * any(not step.is_command for step in steps)


def how(steps: tuple[Step, ...], command: str) -> str:
    """What is said after the command that writes these, or in its place where there is none."""
    if not command:
        return where(steps)
    is_other = any(step.needs_a_name for step in steps)
    return "or edit a copy of the study with a new 'name'" if is_other else "or edit the study file"
