"""The importance that a parameter reaches by chance: PED-ANOVA with the trials' values shuffled.

The numbers are those of Optuna's evaluator (a test compares them), which takes some milliseconds
per value; here all shuffles of a parameter are computed at once.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution

Array = NDArray[np.float64]
Selected = NDArray[np.bool_]

SHUFFLES = 1000  # at most
FEWEST = 200  # shuffles at least, however many trials there are
WORK = 4_000_000  # shuffles times trials, beyond which there are fewer than SHUFFLES
LEVEL = 0.05  # the chance that any parameter passes its threshold if none has an effect
STEPS = 50  # of a range's grid, as in Optuna
NARROWEST = 0.5 / 1.64  # a kernel, in cells: nine tenths of it in its own, as in Optuna
SMALLEST = 1e-12  # added to a density, as in Optuna
CHUNK = 100  # shuffles at a time, whose densities are in memory


def thresholds(
    active: Mapping[str, "Sequence[optuna.trial.FrozenTrial]"],
    loss: Callable[["optuna.trial.FrozenTrial"], float],
    best: Callable[[int], float],
) -> Array:
    """(parameters,) the thresholds that chance alone passes in one study of 20, for any parameter.

    active: by parameter, the trials that have it; loss: a trial's value, such that less is better;
    best: the share of n trials that counts as the best. In each shuffle all parameters see the same
    values, so that the thresholds hold simultaneously (Westfall & Young, 1993).
    """
    every = sorted({one.number: one for trials in active.values() for one in trials}.items())
    place = {number: at for at, (number, _) in enumerate(every)}
    told = np.array([loss(trial) for _, trial in every])
    shuffles = int(np.clip(WORK // len(told), FEWEST, SHUFFLES))
    shuffled = np.random.default_rng(len(told)).permuted(np.tile(told, (shuffles, 1)), axis=1)
    found = []
    for name, trials in active.items():
        values = shuffled[:, [place[trial.number] for trial in trials]]
        found.append(divergences(trials, name, values, best(len(trials))))
    return simultaneous_thresholds(np.array(found))


def simultaneous_thresholds(found: Array) -> Array:
    """(parameters,) thresholds that no parameter passes in all but LEVEL of the shuffles.

    found: (parameters, shuffles) importances. Each threshold is the same quantile of its
    parameter's own shuffles.
    """
    ordered = np.sort(found, axis=1)
    beyond = np.stack(
        [
            1 - np.searchsorted(row, each, "left") / len(each)
            for row, each in zip(ordered, found, strict=True)
        ]
    )
    share = float(np.quantile(beyond.min(axis=0), LEVEL, method="lower"))
    return np.asarray(np.quantile(ordered, 1 - share, axis=1, method="higher"))


def divergences(
    trials: "Sequence[optuna.trial.FrozenTrial]", name: str, values: Array, best: float
) -> Array:
    """(shuffles,) how far the best trials' settings of one parameter lie from all trials'.

    values: (shuffles, n) of which less is better; best: the share of them that counts as the best,
    ties included. If the parameter's range depends on another parameter, ranges count separately.
    """
    last = math.ceil(best * values.shape[1]) - 1
    chosen = values <= np.partition(values, last, axis=1)[:, last : last + 1]
    kinds = [trial.distributions[name] for trial in trials]
    total = np.zeros(len(chosen))
    for kind in dict.fromkeys(kinds):
        own = np.array([one == kind for one in kinds])
        if own.sum() > 1 and not kind.single():
            settings = [trial.params[name] for trial in trials if trial.distributions[name] == kind]
            share = (chosen[:, own].sum(axis=1) / chosen.sum(axis=1)) ** 2 / own.mean()
            total += share * _apart(kind, settings, chosen[:, own])
    return np.asarray(total * (chosen.mean(axis=1) / best) ** 2)


def _apart(kind: "BaseDistribution", settings: Sequence[Any], chosen: Selected) -> Array:
    """(shuffles,) Pearson's divergence of the chosen settings (shuffles, n) from all of them."""
    cells, count, density = _grid(kind, settings)
    of_all = density(np.bincount(cells, minlength=count)[None].astype(float))
    is_in = np.eye(count)[cells]
    parts = (chosen[start : start + CHUNK] @ is_in for start in range(0, len(chosen), CHUNK))
    return np.concatenate(
        [(of_all * (density(one) / of_all - 1) ** 2).sum(axis=1) for one in parts]
    )


def _grid(
    kind: "BaseDistribution", settings: Sequence[Any]
) -> tuple[NDArray[np.int_], int, Callable[[Array], Array]]:
    """The cell of each setting, the number of cells, and the density that counts by cell give."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(kind, CategoricalDistribution):
        cells = np.array([int(kind.to_internal_repr(value)) for value in settings])
        return cells, len(kind.choices), _of_choices
    assert isinstance(kind, FloatDistribution | IntDistribution)
    count = STEPS
    if kind.log and isinstance(kind, IntDistribution):
        count = min(math.ceil(math.log2(kind.high - kind.low + 1)) + 1, STEPS)
    elif kind.step is not None:
        count = min(round((kind.high - kind.low) / kind.step) + 1, STEPS)
    scale = np.log if kind.log else np.asarray
    low, high = float(scale(kind.low)), float(scale(kind.high))
    width = (high - low) / (count - 1)
    cells = np.ceil((scale(np.array(settings, float)) - low) / width - 0.5).astype(int)
    return np.clip(cells, 0, count - 1), count, _of_range


def _of_choices(counts: Array) -> Array:
    """Each choice's share, drawn towards equal ones: (shuffles, choices), counts likewise."""
    n, choices = counts.sum(axis=1, keepdims=True), counts.shape[1]
    prior = 1 / ((counts > 0).sum(axis=1, keepdims=True) + 1)
    own = (counts + n * prior) / (1 + choices * prior)
    return np.asarray((own + 1 / choices) / (n + 1) + SMALLEST)


def _of_range(counts: Array) -> Array:
    """A kernel estimate (Scott, 1992) on cells: (shuffles, cells), counts likewise."""
    n, cells = counts.sum(axis=1, keepdims=True), np.arange(counts.shape[1], dtype=float)
    some = np.maximum(n, 1)
    mean = (counts @ cells)[:, None] / some
    variance = (counts * (cells - mean) ** 2).sum(axis=1, keepdims=True) / np.maximum(n - 1, 1)
    reached = np.where(counts > 0, counts.cumsum(axis=1), -1)
    low, high = (
        (reached >= n // 4).argmax(axis=1, keepdims=True),
        (reached > 3 * n // 4).argmax(axis=1, keepdims=True),
    )
    width = 1.059 * np.minimum((high - low) / 1.34, np.sqrt(variance)) * some**-0.2
    own = np.einsum("bgm,bm->bg", _mass(np.maximum(width, NARROWEST), cells, len(cells)), counts)
    middle, whole = np.array([(len(cells) - 1) / 2]), np.array([[float(len(cells))]])
    return np.asarray((own + _mass(whole, middle, len(cells))[..., 0]) / (n + 1) + SMALLEST)


def _mass(width: Array, middles: Array, cells: int) -> Array:
    """(shuffles, cells, middles): a normal curve's mass in each cell, truncated at the ends.

    width: (shuffles, 1), the curve's standard deviation.
    """
    edges = np.arange(cells + 1) - 0.5
    below = ndtr((edges[:, None] - middles) / width[:, :, None])
    return np.asarray(np.diff(below, axis=1) / (below[:, -1:, :] - below[:, :1, :]))
