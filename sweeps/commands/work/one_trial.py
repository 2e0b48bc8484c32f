"""One trial of a run, from its record; from the frames where that is gone; or why it failed."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base import files
from sweeps.base.errors import UserError, show
from sweeps.results import unreadable
from sweeps.storage import folders, npz, record_summaries, snapshots
from sweeps.training.task import SCORES


@dataclass(frozen=True)
class TrialView:
    """A trial. value: the objective, a pruned one's last; None of one that failed.

    replicates: each score at the end and whether it diverged, a dict a network. curves: `epoch` and
    each score's mean over the replicates, a list each, NaN where none is left.
    """

    trial: int
    state: str
    value: float | None
    settings: dict[str, Any]
    cause: str = ""
    replicates: list[dict[str, Any]] = field(default_factory=list)
    curves: dict[str, list[float]] = field(default_factory=dict)
    seconds: float = 0.0

    def plain(self) -> dict[str, Any]:
        """As JSON says it."""
        return asdict(self)


def read(folder: Path, number: int) -> TrialView:
    """A trial by its number. Errors: UserError where the run has none of that number."""
    found = _from_record(folder, number) or _from_frames(folder, number)
    if found is not None:
        return found
    failed = snapshots.failure(folder, number)
    if failed is not None:
        return TrialView(number, "failed", None, failed[1], failed[0])
    raise UserError(f"{folder}: expected a trial that is finished, got {show(number)}")


@dataclass(frozen=True)
class TrialUnit:
    """What a trial's value is of, and the SD of the one number that is predicted, if one is."""

    metric: str
    sd: float | None


def unit(folder: Path) -> TrialUnit:
    """Of a run's trials; before it is finished errors of numbers are told in SDs."""
    known = folders.provenance(folder) or {}
    objective = known.get("objective")
    metric = objective.get("metric", "") if isinstance(objective, dict) else ""
    return TrialUnit(str(metric), folders.target_sd(known))


def _from_record(folder: Path, number: int) -> TrialView | None:
    path = folders.record_path(folder, number)
    record = record_summaries.summary(path)
    if record is None:
        return None
    try:
        arrays = npz.load(path)
        final = {score: arrays[f"final/{score}"].astype(float) for score in SCORES}
        diverged = arrays["curves/diverged"][-1].astype(bool)
        replicates = [
            {
                "replicate": row,
                **{score: float(final[score][row]) for score in SCORES},
                "diverged": bool(diverged[row]),
            }
            for row in range(len(diverged))
        ]
        curves = {score: _mean(arrays[f"curves/{score}"]) for score in SCORES}
        curves["epoch"] = arrays["curves/epoch"].astype(float).tolist()
        seconds = float(arrays["curves/seconds"][-1])
    except files.BROKEN as fault:
        raise UserError(f"{path}: expected a trial's record, got: {fault}") from None
    return TrialView(
        number, record.state, record.value, record.params, record.cause, replicates, curves, seconds
    )


def _mean(values: NDArray[Any]) -> list[float]:
    """(E, P) to E means over the networks that are left, NaN where there are none."""
    finite = np.isfinite(values.astype(float))
    sums = np.where(finite, values, 0).sum(axis=1)
    left = finite.sum(axis=1)
    means: list[float] = np.where(left > 0, sums / np.maximum(left, 1), np.nan).tolist()
    return means


def _from_frames(folder: Path, number: int) -> TrialView | None:
    from reports import frames

    if not (folder / "trials.parquet").exists():
        return None
    try:
        run = frames.load(folder)
    except frames.RunFolderError as fault:
        raise unreadable.told(fault) from None
    rows = run.trials[run.trials["trial"] == number]
    if rows.empty:
        return None
    row = rows.iloc[0]
    params = {
        str(name).removeprefix("param."): json.loads(json.dumps(value, default=_plain))
        for name, value in row.filter(like="param.").dropna().items()
    }
    mine = run.curves[(run.curves["phase"] == "search") & (run.curves["trial"] == number)]
    last = mine[mine["epoch"] == mine["epoch"].max()].sort_values("replicate")
    means = mine.groupby("epoch")[list(SCORES)].mean()
    failed = row["state"] == "failed"
    return TrialView(
        number,
        str(row["state"]),
        None if failed else float(row["value"]),
        params,
        str(row["cause"] or ""),
        last[["replicate", *SCORES, "diverged"]].to_dict("records"),
        {} if failed else {"epoch": [float(e) for e in means.index], **means.to_dict("list")},
        float(row["seconds"]),
    )


def _plain(value: Any) -> Any:
    return value.item()
