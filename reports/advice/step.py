"""One thing to do next."""

from dataclasses import dataclass
from typing import Any

SAME_STUDY = ("confirm:", "search: {trials:")  # what a run goes on with


@dataclass(frozen=True)
class Step:
    """A sentence that says what to do and why, and the lines of the study file that do it.

    is_command: whether they are a command instead.
    """

    do: str
    lines: str
    is_command: bool = False

    @property
    def needs_a_name(self) -> bool:
        """Whether the study becomes another one, which has to have another name."""
        return not self.is_command and not self.lines.startswith(SAME_STUDY)

    def plain(self) -> dict[str, Any]:
        """As JSON says it."""
        return {"do": self.do, "lines": self.lines, "needs_a_name": self.needs_a_name}


def where(steps: tuple[Step, ...]) -> str:
    """Where the lines of these go; "" of commands."""
    if any(step.needs_a_name for step in steps):
        return "in a copy of the study file, with a new name"
    one_run = "in the study file"
    return one_run * any(not step.is_command for step in steps)
