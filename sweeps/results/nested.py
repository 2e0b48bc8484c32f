"""What search and confirmation gave on the rows of each outer fold: nested.parquet, nested.npz.

All is in the study's units, whatever a fold's own training rows made of its target.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import UserError
from sweeps.data.arrays.dataset import Target, TargetScale
from sweeps.data.divided.split import Rows
from sweeps.results import delimited
from sweeps.results.result import Result
from sweeps.storage import atomic
from sweeps.study import scoring

FILES = ("nested.parquet", "nested.npz", "data/nested.csv")
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OuterResult:
    """A fold's finished run. number: from 1 on. rows: its test rows. target: as it had it."""

    number: int
    rows: Rows
    target: Target
    result: Result


@dataclass(frozen=True)
class _Model:
    """A fold's ensemble or its best baseline. outputs: (n, K′), NaN where there are none."""

    name: str
    outputs: Floats
    error: float
    loss: float


def remove(folder: Path) -> None:
    """Remove what an earlier run left of its folds: this one may be another search."""
    for name in FILES:
        (folder / name).unlink(missing_ok=True)


def write(folder: Path, target: Target, folds: Sequence[OuterResult]) -> None:
    """Write them into the study's run folder. Errors: UserError for a fold that confirmed nothing.

    target: the study's.
    """
    from reports.stats.settings import differences

    rows: list[dict[str, Any]] = []
    arrays: dict[str, list[NDArray[Any]]] = {}
    for fold in folds:
        run, winner = fold.result.run, fold.result.run.winner
        if winner is None:
            raise UserError(f"outer fold {fold.number}: nothing was confirmed")
        scale = TargetScale.between(fold.target, target)
        own = _model(fold.result, winner, scale)
        best = differences.best_baseline(run)
        beside = None if best is None else _model(fold.result, best, scale)
        rows.append(_row(fold, own, beside))
        known = {
            "target": _in_units(run.predictions.target("test"), run.regression, scale),
            "fold": np.full(len(fold.rows), fold.number),
            "row": fold.rows,
            "ensemble": own.outputs,
            **({} if beside is None else {"baseline": beside.outputs}),
        }
        beside_rows = {"group": run.predictions.group("test"), "weight": _weight(fold.result)}
        known |= {name: array for name, array in beside_rows.items() if array is not None}
        for name, array in known.items():
            arrays.setdefault(name, []).append(array)
    frame, order = pd.DataFrame(rows), np.argsort(np.concatenate(arrays["row"]))
    with atomic.AtomicFile(folder / "data" / "nested.csv") as file:
        delimited.write_csv(file, frame)
    together = {name: np.concatenate(each)[order] for name, each in arrays.items()}
    atomic.write_npz(folder / "nested.npz", together)
    with atomic.AtomicFile(folder / "nested.parquet") as file:
        frame.to_parquet(file, index=False)


def _row(fold: OuterResult, own: _Model, beside: _Model | None) -> dict[str, Any]:
    rows = fold.result.run.rows_of(own.name)
    return {
        "fold": fold.number,
        "rows": len(fold.rows),
        "config": own.name,
        "error": own.error,
        "loss": own.loss,
        "networks": len(rows),
        "diverged": int((rows["status"] == "diverged").sum()),
        "baseline": "" if beside is None else beside.name,
        "baseline_error": np.nan if beside is None else beside.error,
        "baseline_loss": np.nan if beside is None else beside.loss,
        "settings": rows["settings"].iloc[0],
        "searched": json.dumps(_searched(fold.result, own.name)),
    }


def _searched(result: Result, config: str) -> dict[str, Any]:
    from reports import labels

    return labels.searched(result.run, config)


def _model(result: Result, config: str, scale: TargetScale) -> _Model:
    """All models of a configuration as one: the mean of their probabilities, or predictions.

    Where none is left, or their outputs are not known, the scores are the mean of the models' own,
    and NaN of several targets, each of which has a unit of its own in the fold.
    """
    run = result.run
    rows, target = run.rows_of(config), run.predictions.target("test")
    alive = (rows["status"] == "ok").to_numpy()
    if not alive.any() or not run.predictions.has(config, "test"):
        factor = scale.of_score("error") if scale.keeps_scores else np.nan
        error, loss = (float(rows[f"test_{kind}"].mean()) for kind in ("error", "loss"))
        width = len(result.run.provenance["classes"]) or target[:1].size
        outputs = np.full((len(target), width), np.nan)
        return _Model(config, outputs, error * factor, loss * factor**2)
    each = run.predictions.of(config, "test")[alive].astype(float)
    if run.regression:
        outputs = scale.outputs(each.mean(axis=0))
        squares = scoring.squares(outputs, scale.outputs(target))
        square = float(scoring.mean(squares, _weight(result)))
        return _Model(config, outputs, square**0.5, square)
    outputs = np.log(np.maximum(np.exp(each).mean(axis=0), np.finfo(np.float32).tiny))
    picked = outputs[np.arange(len(target)), target.astype(int)]
    wrong = outputs.argmax(axis=1) != target
    error, loss = (float(scoring.mean(each, _weight(result))) for each in (wrong, -picked))
    return _Model(config, outputs, error, loss)


def _weight(result: Result) -> NDArray[Any] | None:
    """How much each test row counts; None where all count alike."""
    return result.run.predictions.weight("test")


def _in_units(target: NDArray[Any], regression: bool, scale: TargetScale) -> NDArray[Any]:
    return scale.outputs(target) if regression else target
