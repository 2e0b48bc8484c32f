"""What a confirmed setting's loss is made of, in a run that was resampled.

All of a setting's networks predict the test rows, so what training sets change and what random
starts do are told apart there. Of the rows out of fold each has as many training sets as there are
repeats, which is too few.

The training sets share most of their rows, so they differ less than sets of other rows would. Of
losses of probabilities and numbers that is made good (`Folds.widening`); answers are no smooth
function of the rows, so of errors the sets' part is at least what was measured.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from reports.folds import Folds
from reports.frames import Run, RunFolderError, once
from reports.stats.sampling import intervals, looks, spread
from reports.stats.sampling.crossing import crossed
from reports.stats.sampling.intervals import Array, Interval
from reports.stats.sampling.spread import Majority, Parts
from reports.stats.settings import rows

FLOOR = float(np.log(np.finfo(np.float32).tiny))  # a log-probability of -inf is scored as this
LOSS, SQUARED, BRIER, ERROR = "loss", "squared error", "Brier score", "error"


@dataclass(frozen=True)
class Decomposition:
    """A setting's loss on the test rows, in parts that add up: total = remains + sets + starts.

    sets, starts: what comes from which rows it was trained on, and from the random start (None:
    with the sets'). is_bound: whether `sets` is at least, and `remains` at most what is said.
    variance: sets and starts together; lead: by how much `remains` is above them. shared: `sets` as
    measured, of training sets that share rows.
    """

    config: str
    name: str
    total: float
    remains: Interval
    sets: Interval
    starts: Interval | None
    variance: Interval
    lead: Interval
    shared: float
    is_bound: bool


@dataclass(frozen=True)
class Decomposed:
    """The decompositions of a setting's losses, first that of what is trained.

    networks, sets: those that it rests on; lost: networks of the training sets that are left out,
    since one of theirs diverged.
    """

    config: str
    each: tuple[Decomposition, ...]
    majority: Majority | None
    networks: int
    sets: int
    lost: int


@once
def decomposed(run: Run) -> tuple[Decomposed, ...]:
    """The winner's, and the defaults' where they are another; none of what was not resampled."""
    settings = dict.fromkeys(filter(None, (run.winner, run.default)))
    return tuple(found for config in settings if (found := of_setting(run, config)))


def of_setting(run: Run, config: str) -> Decomposed | None:
    """Of one confirmed setting; None of what was not resampled, or left no outputs on test rows."""
    folds = run.folds
    if folds is None or not run.predictions.has(config, "test"):
        return None
    return run.kept(f"decomposed/{config}", lambda: _decomposed(run, config, folds))


@once
def best_tried(run: Run) -> tuple[str, float] | None:
    """The network setting or baseline of the lowest dev loss, with its test loss.

    No noise can be larger than the loss of what was tried. None where no loss is known.
    """
    known = {}
    for config in [*run.configs, *map(str, run.baselines["config"].unique())]:
        networks = run.rows_of(config)
        losses = networks[["dev_loss", "test_loss"]].to_numpy(float).mean(axis=0)
        if (networks["status"] == "ok").all() and np.isfinite(losses).all():
            known[config] = losses
    if not known:
        return None
    best = min(known, key=lambda config: float(known[config][0]))
    return best, float(known[best][1])


def frame(found: tuple[Decomposed, ...]) -> pd.DataFrame:
    """One row per (config, loss): total; remains, sets, starts with _low and _high; shared_sets."""
    made = []
    for one in (each for setting in found for each in setting.each):
        row: dict[str, Any] = {"config": one.config, "loss": one.name, "total": one.total}
        none = intervals.none(math.nan, 0, "not told from the sets'")
        for name, part in (
            ("remains", one.remains),
            ("sets", one.sets),
            ("starts", one.starts or none),
        ):
            row |= {name: part.estimate, f"{name}_low": part.low, f"{name}_high": part.high}
        made.append(row | {"shared_sets": one.shared})
    return pd.DataFrame(made)


def _decomposed(run: Run, config: str, asked: Folds) -> Decomposed | None:
    """None where fewer than two training sets have all their networks."""
    outputs = _outputs(run, config, asked)
    diverged = (run.rows_of(config)["status"] == "diverged").to_numpy()
    lost = diverged.reshape(asked.sets, asked.seeds) | np.isnan(outputs).any(axis=(2, 3))
    outputs = outputs[~lost.any(axis=1)]
    if len(outputs) < 2:
        return None
    target = run.predictions.target("test")
    each = tuple(_of(run, config, *one, asked) for one in _losses(run, outputs, target))
    most, networks = None, outputs.shape[0] * outputs.shape[1]
    if not run.regression:
        said = outputs.argmax(axis=-1).reshape(networks, -1)
        most = spread.majority(said, target, outputs.shape[-1])
    return Decomposed(config, each, most, networks, len(outputs), lost.size - networks)


def _outputs(run: Run, config: str, asked: Folds) -> Array:
    """(training sets, seeds, n, K): what each network says of the test rows."""
    found, target = run.predictions.of(config, "test"), run.predictions.target("test")
    networks = asked.sets * asked.seeds
    said = f"{run.predictions.path}: {config}/test: expected"
    if found.shape[:2] != (networks, len(target)) or len(run.rows_of(config)) != networks:
        raise RunFolderError(f"{said} ({networks}, {len(target)}, ...), got shape {found.shape}")
    if not run.regression and not ((target >= 0) & (target < found.shape[2])).all():
        raise RunFolderError(f"{said} a number for each class of test_target, got {found.shape[2]}")
    return found.astype(float).reshape(asked.sets, asked.seeds, *found.shape[1:])


def _losses(run: Run, outputs: Array, target: Array) -> Iterator[tuple[str, Parts]]:
    if run.regression:
        each = target.reshape(len(target), -1)
        yield SQUARED, spread.parts(spread.Squared(1 / each.shape[1]), outputs, each)
        return
    classes = outputs.shape[-1]
    hot, answers = (spread.one_hot(one, classes) for one in (target, outputs.argmax(axis=-1)))
    yield LOSS, spread.parts(spread.LogLoss(FLOOR), outputs, target)
    yield BRIER, spread.parts(spread.Squared(), np.exp(outputs), hot)
    yield ERROR, spread.parts(spread.Squared(0.5), answers, hot)


def _of(run: Run, config: str, name: str, found: Parts, asked: Folds) -> Decomposition:
    """The parts with their intervals.

    All repeats use the same rows, so training sets count as those of one; but not for what the sets
    differ by. So it holds where they are redrawn: tests/soak/coverage/parts.py.
    """
    is_bound = found.starts is None or name == ERROR
    starts = np.zeros_like(found.loss) if found.starts is None else found.starts
    sets = found.sets * (1.0 if is_bound else asked.widening(len(found.loss)))
    remains = found.loss - sets - starts
    group, folds = rows.group(run, "test"), min(asked.folds, len(found.loss))
    across = partial(crossed, group=group, stretch=looks.stretch(run))
    return Decomposition(
        config,
        name,
        total=float(found.loss.mean()),
        remains=across(remains, sets=folds, positive=True),
        sets=across(sets),
        starts=None if found.starts is None else across(starts, sets=folds, positive=True),
        variance=across(sets + starts, sets=folds, positive=True),
        lead=across(remains - sets - starts, sets=folds),
        shared=float(found.sets.mean()),
        is_bound=is_bound,
    )
