"""Merges the outcomes of a task's pieces, which have some replicates each, into one outcome."""

from dataclasses import replace
from typing import Any

import numpy as np

from sweeps.study.metric_constraints import MetricConstraint
from sweeps.study.objectives import Objective
from sweeps.training import judging
from sweeps.training.task import COUNTS, SCORES, Outcome, stacked


def merge(
    pieces: list[Outcome],
    objectives: tuple[Objective, ...],
    constraints: tuple[MetricConstraint, ...],
) -> Outcome:
    """One outcome of all replicates, in the order of the pieces.

    Their seconds are added, as if the pieces had been trained as one population.
    """
    if len(pieces) == 1:
        return pieces[0]
    final = _concatenated([p.final for p in pieces])
    arrays = _concatenated([p.arrays for p in pieces])
    if not pieces[0].curves:  # of a baseline
        return replace(pieces[0], final=final, arrays=arrays)
    longest = max(pieces, key=lambda p: len(p.curves["epoch"]))
    epochs = len(longest.curves["epoch"])
    curves: dict[str, Any] = {"epoch": longest.curves["epoch"]}
    for name in COUNTS:
        curves[name] = np.max([_stretch(p.curves[name], epochs) for p in pieces], axis=0)
    curves["seconds"] = np.sum([_stretch(p.curves["seconds"], epochs) for p in pieces], axis=0)
    for name in (*SCORES, "diverged"):
        columns = [_stretch(p.curves[name], epochs) for p in pieces]
        curves[name] = np.concatenate(columns, axis=1)
    each = np.concatenate([_stretch(p.each, epochs) for p in pieces], axis=1)
    return Outcome(
        number=longest.number,
        state="complete",
        values=judging.values(final, objectives),
        curves=curves,
        reports=np.array([objectives[0].reduced(values) for values in each]),
        each=each,
        final=final,
        violations=judging.violations(final, constraints),
        arrays=arrays,
    )


def _concatenated(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    """By name, one array of all pieces; names that a piece lacks are left out."""
    names = [name for name in pieces[0] if all(name in piece for piece in pieces)]
    joined = {name: stacked if name.endswith("_outputs") else np.concatenate for name in names}
    return {name: join([piece[name] for piece in pieces]) for name, join in joined.items()}


def _stretch(values: Any, epochs: int) -> Any:
    """Repeat the last epoch up to `epochs`; a piece ends early if all its replicates diverge."""
    missing = epochs - len(values)
    return np.concatenate([values, np.repeat(values[-1:], missing, axis=0)]) if missing else values
