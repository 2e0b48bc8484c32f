"""A winner that says the same of every row."""

from collections.abc import Iterator

import numpy as np

from reports import text
from reports.frames import Array, Run
from reports.stats.lints.findings import WARN, Lint

SPREAD = 0.01  # SDs of the target, within which predictions count as one number


def constant(run: Run, config: str | None = None) -> str | None:
    """What a setting's networks together say of all dev and test rows, if it is one thing.

    config: the winner, unless it is said.

    A class in quotes, or "one number"; None where they tell rows apart, or nothing is known.
    """
    config = config or run.winner
    if config is None or not all(run.predictions.has(config, part) for part in run.splits):
        return None
    each = [_together(run, run.predictions.of(config, part)) for part in run.splits]
    together = np.concatenate(each)
    if not np.isfinite(together).all():
        return None
    if run.regression:
        return "one number" if float(together.std(axis=0).max()) < SPREAD else None
    said = set(together.argmax(axis=1).tolist())
    return f"'{run.provenance['classes'][said.pop()]}'" if len(said) == 1 else None


def _together(run: Run, outputs: Array) -> Array:
    """(n, K) mean of probabilities, or of predictions, over networks that give any."""
    alive = outputs[np.isfinite(outputs).any(axis=(1, 2))]
    each = alive if run.regression else np.exp(alive)
    return np.asarray(np.nanmean(each, axis=0)) if len(alive) else outputs[0]


def says_one_thing(run: Run) -> Iterator[Lint]:
    """Of every row."""
    if (said := constant(run)) is None:
        return
    splits = " and ".join(run.splits)
    rows = sum(len(run.predictions.target(part)) for part in run.splits)
    yield Lint(
        "the winner is a constant",
        WARN,
        f"The winner says {said} of all {text.number(rows)} {splits} rows: it tells "
        "none of them apart.",
        "Allow a lower L2 penalty or less dropout, higher learning rates or more epochs; if the "
        "inputs tell nothing of the target, no setting will help.",
        "confirmed",
    )
