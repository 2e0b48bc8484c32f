"""`learned.npz`: what shows what the confirmed networks learned, for the report to draw."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.phases.confirm import Confirmation
from sweeps.phases.prepared_run import PreparedRun
from sweeps.results import layer_spread, plane, rates, shuffled_columns
from sweeps.storage import atomic
from sweeps.training import networks


def save(path: Path, run: PreparedRun, confirmed: list[Confirmation]) -> None:
    """Write the file: rows' places in the table, shuffled columns, learning rates, spread, plane.

    Of an outer fold's run only the rows: nobody reads it for what it learned.
    """
    dataset, rows = run.dataset.for_confirmation, _rows(run)
    found: dict[str, Any] = {f"{part}_row": places for part, places in rows.items()}
    if run.study.data.split.outer is None:
        scaled = networks.scaled(confirmed[0].candidate.config, dataset)
        found |= shuffled_columns.arrays(confirmed[0], scaled)
        found |= rates.arrays(confirmed, dataset)
        found |= layer_spread.arrays(confirmed, dataset, run.study)
        if run.table.plane is not None:
            found |= plane.arrays(confirmed, dataset, run.table.plane, rows)
    atomic.write_npz(path, found)


def _rows(run: PreparedRun) -> dict[str, NDArray[np.intp]]:
    """The numbers, from 0, in the table as it was read, of the rows of predictions.npz."""
    dataset = run.dataset.for_confirmation
    places = dataset.folds.places if dataset.folds else dataset.places
    known = places.numbers if places is not None else {}
    return {part: known[part] for part in ("dev", "test") if part in known}
