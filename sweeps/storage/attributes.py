"""What the Dashboard's table shows of a trial besides its parameters and its value."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.training.task import Outcome


def of(outcome: Outcome) -> dict[str, Any]:
    """The user attributes of a trial: a column each, a write each.

    scores: mean ± SD over replicates, as text; gap: dev − train error, a number to sort by;
    status: how many replicates diverged, that only some were trained, or that it failed; cause: why
    it failed; constraints: by how much each is broken, 0 or less where it is kept.
    """
    if not outcome.final:
        return {"status": outcome.state, "cause": outcome.cause}
    parts = [
        f"{part} {kind} {mean_and_sd(outcome.final[f'{part}_{kind}'])}"
        for kind in ("error", "loss")
        for part in ("train", "dev")
        if f"{part}_{kind}" in outcome.final  # a user's training function may not report it
    ]
    scores = "; ".join([*parts, f"{float(outcome.curves['seconds'][-1]):.3g} s"])
    gone = outcome.arrays["gone"]
    lost = int(gone.sum())
    status = f"{lost} of {gone.size} diverged" if lost else outcome.cause or "ok"
    shown: dict[str, Any] = {"scores": scores, "status": status}
    apart = float(generalization_gap(outcome).mean())
    shown |= {"gap": apart} if math.isfinite(apart) else {}
    # The Dashboard does not show constraints themselves.
    return shown | ({"constraints": outcome.violations} if outcome.violations else {})


def generalization_gap(outcome: Outcome) -> NDArray[np.float64]:
    """(P,) dev − train error of each replicate; NaN where one of the two is not known."""
    unknown = np.full(outcome.arrays["gone"].shape, np.nan)
    errors = (outcome.final.get(f"{part}_error", unknown) for part in ("dev", "train"))
    return np.asarray(np.subtract(*errors), dtype=np.float64)


def mean_and_sd(values: NDArray[np.float64]) -> str:
    """Mean ± sample SD, as in "0.0351 ± 0.0042"; the mean alone of a single value."""
    mean = f"{values.mean():.4g}"
    return f"{mean} ± {values.std(ddof=1):.2g}" if values.size > 1 else mean
