"""Per-row losses of the confirmed configurations, and the shared bootstrap draws of a run."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.frames import Run, RunFolderError, once
from reports.stats.sampling import bootstrap, numbers, out_of_fold, resampling, weighing
from reports.stats.sampling.bootstrap import RowWeights
from reports.stats.sampling.intervals import Array

SEED = 20270
FLOOR = float(np.log(np.finfo(np.float32).tiny))  # a log-probability of -inf is scored as this


def row_losses(run: Run, config: str, split: str, kind: str) -> Array:
    """(replicates, n) losses of each row; kind "error" (0 or 1; squared in regression) or "loss".

    Out of fold (passes, n): each row by a network that was not trained on it. A diverged replicate
    has its worst value of confirm.parquet on every row, so that the mean over rows (its root, for
    the RMSE) is that value; and so has each one whose predictions are not known. Raises
    RunFolderError where shapes disagree.
    """
    return run.kept(f"rows/{config}/{split}/{kind}", lambda: _row_losses(run, config, split, kind))


def _row_losses(run: Run, config: str, split: str, kind: str) -> Array:
    confirm, target = run.rows_of(config), run.predictions.target(split)
    of = None
    if out_of_fold.applies(run, split):
        of = out_of_fold.networks(run, config)
    worst = confirm[f"{split}_{kind}"].to_numpy(float)
    worst = worst**2 if rooted(run, kind) else worst
    every = np.repeat(worst[:, None], len(target), axis=1) if of is None else worst[of]
    if not run.predictions.has(config, split):
        return every
    predicted = run.predictions.of(config, split)
    if predicted.shape[:2] != every.shape:
        raise RunFolderError(
            f"{run.predictions.path}: {config}/{split}: expected "
            f"({len(every)}, {len(target)}, ...), got shape {predicted.shape}"
        )
    if run.regression:
        losses = numbers.squares(predicted.astype(float), target)
    elif kind == "error":
        losses = (predicted.argmax(axis=-1) != target).astype(float)
    else:
        picked = np.take_along_axis(predicted, target.astype(int)[None, :, None], axis=-1)[..., 0]
        losses = -np.maximum(picked.astype(float), FLOOR)
    diverged = (confirm["status"] == "diverged").to_numpy()
    missing = np.isnan(losses)
    lost = (diverged | missing.any(axis=-1))[:, None] if of is None else diverged[of] | missing
    found: Array = np.where(lost, every, losses)
    return found


def values(run: Run, config: str, split: str, kind: str) -> Array:
    """(replicates,) errors or losses; out of fold (passes,), each of all the rows."""
    if not out_of_fold.applies(run, split):
        known: Array = run.rows_of(config)[f"{split}_{kind}"].to_numpy(float)
        return known
    found = resampling.mean(row_losses(run, config, split, kind), weighing.of_rows(run, split))
    return np.asarray(np.sqrt(found)) if rooted(run, kind) else found


def rooted(run: Run, kind: str) -> bool:
    """Whether a replicate's value is the root of its mean row loss: the RMSE."""
    return run.regression and kind == "error"


@once
def _rows(run: Run) -> dict[str, RowWeights]:
    """The row draws of the two splits: one set for all configurations, so differences pair up."""
    return {
        split: bootstrap.row_weights(
            np.random.default_rng([SEED, number]),
            len(run.predictions.target(split)),
            of=group(run, split),
            widening=out_of_fold.WIDENING if out_of_fold.applies(run, split) else 1.0,
            weight=weighing.of_rows(run, split),
        )
        for number, split in enumerate(run.splits)
    }


def group(run: Run, split: str) -> NDArray[Any] | None:
    """(n,) numbers of the groups whose rows are drawn together; None where each is drawn alone.

    Raises RunFolderError where their number is not that of the rows.
    """
    if split not in run.splits:
        return None
    found, rows = run.predictions.group(split), len(run.predictions.target(split))
    if found is not None and len(found) != rows:
        raise RunFolderError(
            f"{run.predictions.path}: {split}_group: expected {rows} rows, got {len(found)}"
        )
    return found


def rows_of_split(run: Run, split: str) -> RowWeights:
    """The shared row draws of the split "dev" or "test"."""
    return _rows(run)[split]


def units_of_split(run: Run, split: str) -> int:
    """How many there are of what is drawn, rows or groups: of `rows_of_split`'s unit."""
    of = group(run, split)
    return len(run.predictions.target(split)) if of is None else len(np.unique(of))


def seeds_of(run: Run, replicates: int) -> Array:
    """The shared seed draws, (draws, replicates), for that number of replicates.

    Of folds they are widened, for they stand for new training sets, too.
    """
    return run.kept(f"seeds/{replicates}", lambda: _seeds(run, replicates))


def _seeds(run: Run, replicates: int) -> Array:
    drawn = bootstrap.replicate_weights(np.random.default_rng([SEED, 2, replicates]), replicates)
    if run.folds is None:
        return drawn
    widened: Array = 1 / replicates + out_of_fold.WIDENING * (drawn - 1 / replicates)
    return widened


def side(run: Run, config: str, kind: str) -> out_of_fold.Side:
    """Out of fold: the losses, and the network of each."""
    return row_losses(run, config, "dev", kind), out_of_fold.networks(run, config)


def others(run: Run, config: str, kind: str) -> out_of_fold.Others:
    """Out of fold: how the networks differ on the rows that each predicts."""
    losses, of = side(run, config, kind)
    rows = rows_of_split(run, "dev")
    told = bootstrap.by_row(losses, rooted(run, kind), rows)[1]
    return out_of_fold.others(told, of, rows)
