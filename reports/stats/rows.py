"""Per-row losses of the confirmed configurations, and the shared bootstrap draws of a run."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports import text
from reports.frames import Run, RunFolderError, once
from reports.stats import bootstrap, choosing, intervals, out_of_fold
from reports.stats.bootstrap import RowWeights
from reports.stats.diverged import DIVERGED as DIVERGED
from reports.stats.diverged import all_diverged as all_diverged
from reports.stats.intervals import Array, Interval

SEED = 20270
Confirmed = tuple[Run, str]  # a configuration of a run
FLOOR = float(np.log(np.finfo(np.float32).tiny))  # a log-probability of -inf is scored as this


def row_losses(run: Run, config: str, split: str, kind: str) -> Array:
    """(replicates, n) losses of each row; kind "error" (0 or 1; squared in regression) or "loss".

    Out of fold (passes, n): each row by a network that was not trained on it. A diverged replicate
    has its worst value of confirm.parquet on every row, so that the mean over rows (its root, for
    the RMSE) is that value; and so has each one whose predictions are not known. Raises
    RunFolderError where shapes disagree.
    """
    key = f"rows/{config}/{split}/{kind}"
    if key not in run.memo:
        run.memo[key] = _row_losses(run, config, split, kind)
    found: Array = run.memo[key]
    return found


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
        losses = (predicted[..., 0].astype(float) - target) ** 2
    elif kind == "error":
        losses = (predicted.argmax(axis=-1) != target).astype(float)
    else:
        picked = np.take_along_axis(predicted, target.astype(int)[None, :, None], axis=-1)[..., 0]
        losses = -np.maximum(picked.astype(float), FLOOR)
    diverged = confirm["status"].to_numpy() == "diverged"
    missing = np.isnan(losses)
    lost = (diverged | missing.any(axis=-1))[:, None] if of is None else diverged[of] | missing
    found: Array = np.where(lost, every, losses)
    return found


def values(run: Run, config: str, split: str, kind: str) -> Array:
    """(replicates,) errors or losses; out of fold (passes,), each of all the rows."""
    if not out_of_fold.applies(run, split):
        known: Array = run.rows_of(config)[f"{split}_{kind}"].to_numpy(float)
        return known
    found: Array = row_losses(run, config, split, kind).mean(axis=1)
    return np.sqrt(found) if rooted(run, kind) else found


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
        )
        for number, split in enumerate(("dev", "test"))
    }


def group(run: Run, split: str) -> NDArray[Any] | None:
    """(n,) numbers of the groups whose rows are drawn together; None where each is drawn alone.

    Raises RunFolderError where their number is not that of the rows.
    """
    found, rows = run.predictions.group(split), len(run.predictions.target(split))
    if found is not None and len(found) != rows:
        raise RunFolderError(
            f"{run.predictions.path}: {split}_group: expected {rows} rows, got {len(found)}"
        )
    return found


def rows_of_split(run: Run, split: str) -> RowWeights:
    """The shared row draws of the split "dev" or "test"."""
    return _rows(run)[split]


def seeds_of(run: Run, replicates: int) -> Array:
    """The shared seed draws, (draws, replicates), for that number of replicates.

    Of folds they are widened, for they stand for new training sets, too.
    """
    key = f"seeds/{replicates}"
    if key not in run.memo:
        rng = np.random.default_rng([SEED, 2, replicates])
        drawn = bootstrap.replicate_weights(rng, replicates)
        if run.folds is not None:
            drawn = 1 / replicates + out_of_fold.WIDENING * (drawn - 1 / replicates)
        run.memo[key] = drawn
    found: Array = run.memo[key]
    return found


def new_rows(run: Run, config: str, split: str, kind: str = "error") -> Interval:
    """The interval of a configuration's error (or loss) on new rows.

    For new seeds alone where the predictions are not known; none where every network diverged, for
    the worst value is a convention, and was not measured. The winner's is moved by what it owes to
    being chosen (`reports.stats.choosing`).
    """
    if all_diverged(run, config):
        rows = run.rows_of(config)
        return intervals.none(float(rows[f"{split}_{kind}"].mean()), len(rows), DIVERGED)
    found, name = _new_rows(run, config, split, kind), f"{split}_{kind}"
    if config != run.winner:
        return found
    return found.moved(choosing.gain(run, name)).within(*text.unit(run, name).ends)


def _new_rows(run: Run, config: str, split: str, kind: str) -> Interval:
    if out_of_fold.applies(run, split):
        found, drawn = _parts(run, config, kind), rows_of_split(run, split)
        ends = found.on_odds() if kind == "error" and not run.regression else found.on_log()
        what = crossed(run, split) + drawn.unit
        n, bounds = drawn.group.size, bootstrap.percentiles(ends)
        return Interval(found.estimate, *bounds, n, what, covers(run, drawn.unit))
    if not run.predictions.has(config, split):
        name = f"{split}_{kind}"
        alone = intervals.t_mean(run.rows_of(config)[name].to_numpy(float))
        return alone.within(*text.unit(run, name).ends)
    losses = row_losses(run, config, split, kind)
    seeds, rows = seeds_of(run, len(losses)), rows_of_split(run, split)
    if kind == "error" and not run.regression:
        measured = bootstrap.proportion(losses, seeds, rows)
    else:
        measured = bootstrap.crossed(losses, seeds, rows, rooted(run, kind))
    return measured if len(losses) == 1 else replace(measured, covers=covers(run, rows.unit))


def crossed(run: Run, split: str) -> str:
    """The kind of an interval on new rows, but for what is drawn."""
    return out_of_fold.CROSSED if out_of_fold.applies(run, split) else bootstrap.CROSSED


def covers(run: Run, unit: str) -> str:
    """What an interval on new rows covers, in words; unit: "rows", or "groups" of them."""
    if run.folds is not None:
        return f"new {unit}, networks and training sets"
    return f"new {unit} and new seeds, for this training set"


def _parts(run: Run, config: str, kind: str, rows: RowWeights | None = None) -> bootstrap.Parts:
    """Out of fold."""
    own, rows = (run, config), rows or rows_of_split(run, "dev")
    return out_of_fold.parts(*side(*own, kind), rows, run, shape(own, own, kind))


def side(run: Run, config: str, kind: str) -> out_of_fold.Side:
    """Out of fold: the losses, and the network of each."""
    return row_losses(run, config, "dev", kind), out_of_fold.networks(run, config)


def shape(first: Confirmed, second: Confirmed, kind: str) -> out_of_fold.Shape:
    """Out of fold: what a value is of its rows' losses."""
    run = first[0]
    if rooted(run, kind):
        return "root"
    known = all(one.predictions.has(config, "dev") for one, config in (first, second))
    return "share" if known and kind == "error" and not run.regression else "mean"


def draws(
    run: Run, config: str, split: str, kind: str = "error", rows: RowWeights | None = None
) -> Array:
    """(draws,) resampled means on the shared draws; differences of two such arrays are paired.

    Of a difference on the same rows, the second side has `rows.other` of the first. The winner's
    are moved by what it owes to being chosen.
    """
    gain = choosing.gain(run, f"{split}_{kind}") if config == run.winner else 0.0
    return uncorrected_draws(run, config, split, kind, rows) + gain


def uncorrected_draws(
    run: Run, config: str, split: str, kind: str = "error", rows: RowWeights | None = None
) -> Array:
    """As `draws`, but the winner's as they were measured: of a difference both sides move."""
    key = f"draws/{config}/{split}/{kind}"
    if rows is not None:
        return _draws(run, config, split, kind, rows)
    if key not in run.memo:
        run.memo[key] = _draws(run, config, split, kind, rows_of_split(run, split))
    found: Array = run.memo[key]
    return found


def _draws(run: Run, config: str, split: str, kind: str, rows: RowWeights) -> Array:
    if out_of_fold.applies(run, split):
        is_share = kind == "error" and not run.regression
        return _parts(run, config, kind, rows).added(1.0 if is_share else np.inf)
    losses = row_losses(run, config, split, kind)
    seeds = seeds_of(run, len(losses))
    if kind == "error" and not run.regression and run.predictions.has(config, split):
        return bootstrap.error_draws(losses, seeds, rows)
    return bootstrap.crossed_draws(losses, seeds, rows, rooted(run, kind))


def difference_draws(
    first: Confirmed, second: Confirmed, split: str, kind: str, other: RowWeights | None = None
) -> Array:
    """(draws,) first - second in error or loss, as measured, on the same rows and shared draws.

    other: the row draws of the second, of shares of rows; else those that pair with the first's.
    """
    run = first[0]
    drawn = rows_of_split(run, split)
    if out_of_fold.applies(run, split):
        sides = side(*first, kind), side(*second, kind)
        pair = (drawn, other or drawn.other)
        return out_of_fold.difference_draws(sides, pair, run, shape(first, second, kind))
    if kind == "error" and not run.regression:
        theirs = uncorrected_draws(*second, split, rows=other or drawn.other)
        found: Array = uncorrected_draws(*first, split) - theirs
        return found
    losses = [row_losses(*one, split, kind) for one in (first, second)]
    seeds = (seeds_of(run, len(losses[0])), seeds_of(run, len(losses[1])))
    return bootstrap.number_difference(losses[0], losses[1], seeds, drawn, rooted(run, kind))


def difference_on_new_rows(
    run: Run, first: str, second: str, split: str, kind: str = "error"
) -> Interval:
    """First - second in error or loss on new rows and new seeds."""
    means = [float(values(run, config, split, kind).mean()) for config in (first, second)]
    estimate, n = means[0] - means[1], len(run.predictions.target(split))
    lost = [config for config in (first, second) if all_diverged(run, config)]
    if lost:
        return intervals.none(estimate, n, f"{DIVERGED} of {text.listing(lost)}")
    drawn = difference_draws((run, first), (run, second), split, kind)
    if run.winner in (first, second):
        rival, sign = (second, 1) if first == run.winner else (first, -1)
        drawn = drawn + sign * choosing.gain(run, f"{split}_{kind}", rival)
    unit = rows_of_split(run, split).unit
    kind, what = "paired crossed bootstrap", covers(run, unit)
    if max(len(run.rows_of(config)) for config in (first, second)) == 1:
        kind, what = f"paired bootstrap over {unit}", f"new {unit}, for these two trained models"
    return Interval(estimate, *bootstrap.percentiles(drawn), n, kind, what)
