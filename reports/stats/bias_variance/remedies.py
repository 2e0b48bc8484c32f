"""What may cure the winner's bias or variance: no advice that it follows already.

A remedy is a lever of capacity or regularization. What a lever can still do depends on whether it
was searched, and on where in its range the winner lies.
"""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from reports import naming, summary, text, units
from reports.frames import Run
from reports.stats.bias_variance.gaps import CONDITIONAL, HIGH_BIAS, HIGH_VARIANCE
from reports.stats.search import tuning
from reports.stats.settings import counted
from reports.stats.settings.ensembles import ensemble
from reports.stats.settings.rows import new_rows
from reports.stats.speed import confirmed_curves


@dataclass(frozen=True)
class Lever:
    """A setting whose size moves a network between bias and variance.

    grows: +1 where more of it fits the training rows better, -1 where worse. ends: beyond which it
    cannot go. up, down: what raising and lowering it is called. what, said: what it is called
    itself, and its value.
    """

    name: str
    grows: int
    ends: tuple[float, float]
    up: str
    down: str
    what: str
    size: Callable[[Any], float] = float
    said: Callable[[Any], str] = text.value


def _width(hidden: Any) -> float:
    """The units of all hidden layers, written as a list or as text."""
    return float(sum(json.loads(hidden) if isinstance(hidden, str) else hidden))


def _dropped(keep_prob: float) -> str:
    """`20 %`, of a keep probability of 0.8."""
    return f"{100 * (1 - keep_prob):.3g}{text.SPACE}%"


HIDDEN = "hidden layers"
DECAY, WEIGHT_DECAY = "optimizer.adamw.weight_decay", "weight decay"
PENALTY = "L2 penalty"
LEVERS = (
    Lever(
        *("hidden", 1, (0, math.inf), f"larger {HIDDEN}", f"smaller {HIDDEN}", HIDDEN, _width),
        said=partial(naming.plain_value, "hidden"),
    ),
    Lever("keep_prob", 1, (0, 1), "less dropout", "more dropout", "dropout", said=_dropped),
    Lever("l2", -1, (0, math.inf), f"a higher {PENALTY}", f"a lower {PENALTY}", PENALTY),
    Lever(DECAY, -1, (0, math.inf), f"more {WEIGHT_DECAY}", f"less {WEIGHT_DECAY}", WEIGHT_DECAY),
)


def remedies(run: Run, config: str, verdict: str) -> Iterator[str]:
    """Sentences for a configuration of which something is too high, or may be."""
    if verdict == CONDITIONAL:
        yield (
            "First find out what a perfect model would err (how often do experts disagree, or two "
            "measurements of the same?) and give it as reference. If it is noise, no setting will "
            "lower it. If it is bias:"
        )
        yield from _of_bias(run, config)
    elif verdict == HIGH_BIAS:
        yield from _of_bias(run, config)
    elif verdict == HIGH_VARIANCE:
        yield from _together(run, config)
        yield "More training rows help in any case."
        yield from _levers(run, config, -1)
        yield from _shorter(run, config)


def _of_bias(run: Run, config: str) -> Iterator[str]:
    yield from _levers(run, config, 1)
    yield from _longer(run, config)
    yield "Better features."


def _levers(run: Run, config: str, way: int) -> Iterator[str]:
    """Which levers were never pulled, which are at the end of their range, which were weighed."""
    free, beyond, weighed = [], [], []
    for lever, value in _present(run, config):
        goal = way * lever.grows
        size = lever.size(value)
        if size == lever.ends[goal > 0] or _is_nothing(run, lever, size, goal):
            continue
        words = lever.up if goal > 0 else lever.down
        now = lever.said(value)
        if lever.name not in run.parameters:
            free.append(f"{words} (fixed at {now})")
        elif _at_end(run, lever, size, goal):
            beyond.append(f"{words} than {now}")
        else:
            weighed.append(f"{lever.what} {now}")
    if free:
        yield f"Not searched, and so open: {text.listing(free)}."
    if beyond:
        yield f"Beyond what was searched, at whose end the winner lies: {text.listing(beyond)}."
    if weighed:
        yield f"Searched, with room left on either side: {text.listing(weighed)}."


def _present(run: Run, config: str) -> Iterator[tuple[Lever, Any]]:
    """The levers that the winner has, and their values; of a user's trainer the searched alone."""
    settings, own = summary.settings(run, config), bool(run.provenance.get("trainer"))
    nothing_to_drop = not own and _width(settings["hidden"]) == 0
    for lever in LEVERS:
        if lever.name == "keep_prob" and nothing_to_drop:
            continue
        value: Any = settings
        for step in lever.name.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if value is None or (own and lever.name not in run.parameters):
            continue
        if isinstance(value, list) and lever.size is float:  # one a layer
            value = float(np.mean(value))
        yield lever, value


def _is_nothing(run: Run, lever: Lever, size: float, goal: int) -> bool:
    """Whether it is at the low end of a range searched in powers, and so as good as 0 already."""
    where = tuning.position(run, lever.name, size)
    return goal < 0 and tuning.is_log(run, lever.name) and where <= tuning.EDGE


def _at_end(run: Run, lever: Lever, size: float, goal: int) -> bool:
    """Whether nothing searched lies further that way."""
    where = tuning.position(run, lever.name, size)
    if math.isfinite(where):
        return (where if goal > 0 else 1 - where) >= 1 - tuning.EDGE
    return all(goal * (size - other) >= 0 for other in _sizes(run, lever))


def _sizes(run: Run, lever: Lever) -> Iterator[float]:
    """What was searched by choices: each, and the ends of a range beside them."""
    for choice in tuning.space_of(run, lever.name).get("choices") or []:
        if choice == tuning.RANGE:
            beside = tuning.space_of(run, f"{lever.name}.{tuning.RANGE}")
            yield from (float(beside[end]) for end in ("low", "high"))
        elif lever.size is float:  # one for all layers, or one a layer
            yield float(np.mean(json.loads(choice)))
        else:
            yield lever.size(choice)


def _together(run: Run, config: str) -> Iterator[str]:
    """All networks as one model, where that errs less."""
    found, alone = ensemble(run, config, "test"), new_rows(run, config, "test")
    n = int((run.rows_of(config)["status"] == "ok").sum())
    if found is None or n < 2:
        return
    scale = units.unit(run, "test_error")
    together, single = scale.value(found.estimate), scale.value(alone.estimate)
    if found.estimate < alone.estimate and together != single:
        yield (
            f"All {n} networks together erred less on these test rows than one does: "
            f"{together}, not {single}."
        )


def _longer(run: Run, config: str) -> Iterator[str]:
    if _stopped(run, config):
        yield "More epochs would not be used: early stopping ended the training before the last."
        return
    loss = confirmed_curves.matrix(run, config, "train_loss")
    horizon, best = int(run.provenance["search"]["epochs"]), counted.epoch(run, config)
    if counted.keeps_best(run) and best is not None and best < 0.9 * horizon:
        yield f"More epochs would not be used: epoch {best} of {horizon} was the best on dev."
        return
    whole = loss[np.isfinite(loss[:, -1])]
    tail = max(1, loss.shape[1] // 10)
    if not len(whole) or loss.shape[1] <= tail:
        return
    before, after = float(whole[:, -1 - tail].mean()), float(whole[:, -1].mean())
    fall = (before - after) / max(abs(before), 1e-12)
    if fall > 0.01:
        yield (
            f"More epochs: the train loss still fell by {100 * fall:.0f}{text.SPACE}% over the "
            f"last {text.count(tail, 'epoch') if tail > 1 else 'epoch'}."
        )
    else:
        yield "More epochs alone would do little: the train loss has come to rest."


def _shorter(run: Run, config: str) -> Iterator[str]:
    """An earlier end, where the dev loss was lower by a tenth before the last epoch."""
    if _stopped(run, config) or counted.keeps_best(run):
        return
    if turn := confirmed_curves.turned(run, config):
        yield f"Fewer epochs (patience): the mean dev loss was least at epoch {turn[0]}."


def _stopped(run: Run, config: str) -> bool:
    """Whether early stopping ended all networks before the last epoch."""
    patience = summary.settings(run, config).get("patience", "none")
    trained = int(run.rows_of(config)["epochs"].max())
    return patience not in ("none", None) and trained < int(run.provenance["search"]["epochs"])
