"""One thing to do next."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A sentence that says what to do and why, and the lines of the study file that do it."""

    do: str
    lines: str

    def plain(self) -> dict[str, str]:
        """As JSON says it."""
        return {"do": self.do, "lines": self.lines}
