"""What `sweeps.run` returns: the frames, the winner, its predictions, the report."""

import html
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sweeps.base.errors import UserError
from sweeps.storage import folders

if TYPE_CHECKING:
    from reports import frames
    from sweeps.results.model import Model


@dataclass(frozen=True)
class Result:
    """A finished run, read from its folder. In a notebook it shows its table of winners."""

    folder: Path

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row a trial of the search."""
        return self._table("trials")

    @cached_property
    def curves(self) -> pd.DataFrame:
        """One row an epoch of each network."""
        return self._table("curves")

    @cached_property
    def confirm(self) -> pd.DataFrame | None:
        """One row a confirmed network or baseline; None if nothing was confirmed."""
        return self._table("confirm") if (self.folder / "confirm.parquet").exists() else None

    def _table(self, name: str) -> pd.DataFrame:
        from reports import files

        return files.table(self.folder / f"{name}.parquet")

    @cached_property
    def run(self) -> "frames.Run":
        """All of the folder, checked. Errors: reports.frames.RunFolderError."""
        from reports import frames

        return frames.load(self.folder)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Winner, runners-up, defaults and baselines with their intervals."""
        from reports import summary

        return summary.table(self.run)

    @cached_property
    def best(self) -> dict[str, Any]:
        """The winner's settings: of the confirmation, or of the search where none was made."""
        if self.confirm is not None:
            winner = self.confirm[self.confirm["rank"] == 1].iloc[0]
            settings: dict[str, Any] = json.loads(winner["settings"])
            return settings
        found = self.trials[self.trials["rank"] == 1]
        if found.empty:
            return {}
        (row,) = found.filter(like="param.").to_dict("records")
        known = {name: value for name, value in row.items() if pd.notna(value)}
        return {str(name).removeprefix("param."): value for name, value in known.items()}

    def is_failure(self, confirmed: bool) -> bool:
        """Whether no trial came to anything, or, where it was asked for, nothing was confirmed."""
        return bool((self.trials["state"] == "failed").all()) or (
            confirmed and self.confirm is None
        )

    @property
    def report(self) -> Path:
        """The HTML report."""
        return self.folder / "report.html"

    @cached_property
    def model(self) -> "Model":
        """The winner's networks. Errors: UserError where nothing was confirmed, or all diverged."""
        from sweeps.results import model

        path = self.folder / "model.npz"
        if not path.exists():
            raise UserError(
                f"{self.folder}: expected a study with a model.npz, got none: {self._why_no_model}"
            )
        return model.load(path)

    @property
    def _why_no_model(self) -> str:
        if self.confirm is None:
            return "nothing was confirmed"
        trainer = (folders.provenance(self.folder) or {}).get("trainer")
        if trainer:
            return f"its models are those of {trainer['call']}, which saves what it wants to"
        return "all networks diverged"

    def predict(self, frame: pd.DataFrame) -> pd.Series:
        """Classes or numbers for raw columns, by the winner's ensemble."""
        return self.model.predict(frame)

    def _repr_html_(self) -> str:
        if self.confirm is None:
            return str(self.trials.to_html())
        from reports.sections.confirmed import winners_table

        table = winners_table(self.run)
        rows = [[cell.in_words for cell in row.cells] for row in table.rows]
        frame = pd.DataFrame(rows, columns=[column.label for column in table.columns])
        return f"{frame.to_html(index=False, justify='left')}\n<p>{html.escape(table.note)}</p>"
