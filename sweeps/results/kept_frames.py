"""The frames of a run folder, each read when it is first asked for."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sweeps.storage import folders

if TYPE_CHECKING:
    from reports import frames


@dataclass(frozen=True, repr=False)
class KeptFrames:
    """What a finished run keeps as tables; docs/reference.md says what each column is.

    Args:
        folder: The run folder.
    """

    folder: Path

    @cached_property
    def trials(self) -> pd.DataFrame:
        """The search: `trials.parquet`, one row a trial, by number.

        Returns:
            Its columns are listed in docs/reference.md; `value` is the objective, `seconds` those
            of training, `param.NAME` a setting.

        Raises:
            ValueError: The file is missing or damaged.

        Example:
            >>> import sweeps
            >>> sweeps.load("runs/moons").trials[["trial", "state"]].values.tolist()
            [[0, 'complete'], [1, 'complete']]
        """
        return self._table("trials")

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Learning curves: `curves.parquet`, one row an epoch (0 included) of each network.

        Returns:
            Its columns are listed in docs/reference.md; `phase` is "search" or "confirm".

        Raises:
            ValueError: The file is missing or damaged.

        Example:
            >>> import sweeps
            >>> len(sweeps.load("runs/moons").curves)  # 2 trials × 2 replicates × (5 + 1) epochs
            24
        """
        return self._table("curves")

    @cached_property
    def confirm(self) -> pd.DataFrame | None:
        """The confirmation: `confirm.parquet`, one row a confirmed network or baseline.

        Returns:
            Its columns are listed in docs/reference.md; None if nothing was confirmed.

        Raises:
            UserError: The file is missing though the run has one.
            ValueError: The file is damaged.

        Example:
            >>> import sweeps
            >>> sweeps.load("runs/moons").confirm is None  # that was a search alone
            True
        """
        told = folders.provenance(self.folder) or {}
        return self._table("confirm") if folders.is_confirmed(self.folder, told) else None

    @cached_property
    def nested(self) -> pd.DataFrame | None:
        """The outer folds: `nested.parquet`, one row a fold.

        Returns:
            Its columns are listed in docs/reference.md; None where the study has none, or they
            are not all done.

        Raises:
            ValueError: The file is damaged.

        Example:
            >>> import sweeps
            >>> sweeps.load("runs/moons").nested is None  # without confirm.nested
            True
        """
        return self._table("nested") if (self.folder / "nested.parquet").exists() else None

    @cached_property
    def importance(self) -> pd.DataFrame:
        """How much each searched setting mattered: `importance.parquet`, a row a setting and way.

        Returns:
            Its columns are listed in docs/reference.md; no row where too few trials are complete.

        Raises:
            ValueError: The file is missing or damaged.

        Example:
            >>> import sweeps
            >>> list(sweeps.load("runs/moons").importance)[:3]
            ['evaluator', 'parameter', 'value']
        """
        return self._table("importance")

    @cached_property
    def learning_curve(self) -> pd.DataFrame | None:
        """Error against training rows: `learning_curve.parquet`, one row a network.

        Returns:
            Its columns are listed in docs/reference.md; None where the study asks for none.

        Raises:
            ValueError: The file is damaged.

        Example:
            >>> import sweeps
            >>> sweeps.load("runs/moons").learning_curve is None  # that was a search alone
            True
        """
        is_there = (self.folder / "learning_curve.parquet").exists()
        return self._table("learning_curve") if is_there else None

    def _table(self, name: str) -> pd.DataFrame:
        from reports import files

        return files.table(self.folder / f"{name}.parquet")

    @cached_property
    def run(self) -> "frames.Run":
        """All of the folder, checked, as the report's statistics (`reports.stats`) take it.

        Returns:
            The run; its predictions are read when they are first asked for.

        Raises:
            ValueError: A file is missing, damaged or foreign (`reports.frames.RunFolderError`).

        Example:
            >>> import sweeps
            >>> sweeps.load("runs/moons").run.task
            'binary'
        """
        from reports import frames

        return frames.load(self.folder)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Winner, runners-up, defaults and baselines, one row each, with their 95 % intervals.

        Returns:
            Errors (`test_error`, `dev_error`, `gap`) as shares of rows, in regression as RMSEs in
            SDs of the training target (times `run.target_sd` in its own unit); `NAME_low` and
            `NAME_high` are the bounds. No row where nothing was confirmed.

        Raises:
            ValueError: A file is missing, damaged or foreign (`reports.frames.RunFolderError`).

        Example:
            >>> import sweeps
            >>> len(sweeps.load("runs/moons").table)  # that was a search alone
            0
        """
        from reports import summary

        return summary.table(self.run)
