"""What a lint is: a fault of a study with its remedy."""

from dataclasses import dataclass

WARN, NOTE = "warning", "note"


@dataclass(frozen=True)
class Lint:
    """One finding: how grave, what was found, what to do, and the section that shows it."""

    name: str
    level: str
    finding: str
    remedy: str
    section: str
