"""Networks that are saved after training on all rows, of which the report tells no error."""

from dataclasses import dataclass
from typing import Any

from reports import text
from reports.frames import Run, RunFolderError

KEYS = ("networks", "rows", "judged")


@dataclass(frozen=True)
class AllRows:
    """How many networks, on how many rows; and on how many those whose error is told."""

    networks: int
    rows: int
    judged: int

    @property
    def in_words(self) -> str:
        """Whose error is told, and whose is saved."""
        share = f"{100 * self.judged / self.rows:.0f}{text.SPACE}% of the rows"
        return (
            f"Saved are {text.count(self.networks, 'network')} trained on all {self.rows} rows, "
            f"test rows too; every error here is that of networks trained on {share}."
        )


def all_rows(run: Run) -> AllRows | None:
    """None where the saved networks are the confirmation's. Errors: RunFolderError."""
    said = run.provenance.get("final")
    if said is None:
        return None
    found: list[Any] = [said.get(key) for key in KEYS] if isinstance(said, dict) else []
    if not found or not all(type(one) is int and one > 0 for one in found):
        path = run.folder / "provenance.json"
        raise RunFolderError(f"{path}: final: expected whole numbers above 0 of {', '.join(KEYS)}")
    return AllRows(*found)
