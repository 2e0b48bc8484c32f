"""Confirmations in folds of quick networks, each pool drawn anew, with the truth of many pools.

A network has a hidden layer as its seed has it and an output layer by ridge regression (an extreme
learning machine: Huang, Zhu and Siew, 2006): it is trained in closed form, differs from seed to
seed, and overfits as any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from reports.folds import Folds
from tests.soak.coverage import memory

Array = NDArray[np.float64]
INPUTS = 6
DESIGN = Folds(5, 2, 2)
TRUTH = (400, 2, 2000)  # pools, networks of each, rows that each is scored on


@dataclass(frozen=True)
class Learner:
    """A setting: hidden units (none: a linear model), the ridge, and inputs of its own.

    place, idle: the first of so many inputs that say nothing, and that this setting takes for some.
    """

    hidden: int
    ridge: float
    steep: float = 2.0  # log odds of an output of 1
    place: int = 0
    idle: int = 0

    def features(self, rng: np.random.Generator, x: Array, networks: int) -> Array:
        """(networks, n, features) of (n, inputs); the hidden layers come from the generator."""
        first = INPUTS + self.place * self.idle
        x = np.concatenate([x[:, :INPUTS], x[:, first : first + self.idle]], axis=1)
        if not self.hidden:
            shown = np.concatenate([np.ones((len(x), 1)), x], axis=1)
            return np.broadcast_to(shown, (networks, *shown.shape))
        weights = rng.normal(size=(networks, x.shape[1], self.hidden)) / np.sqrt(INPUTS)
        bias = rng.normal(size=(networks, 1, self.hidden)) / 2
        ones = np.ones((networks, len(x), 1))
        return np.concatenate([ones, np.maximum(x @ weights + bias, 0)], axis=-1)


@dataclass(frozen=True)
class Task:
    """What is learned: classes with odds, or with `numbers` a number with noise."""

    numbers: bool = False
    clear: float = 2.0
    idle: int = 0  # inputs that say nothing

    def rows(self, rng: np.random.Generator, n: int) -> tuple[Array, NDArray[np.generic]]:
        """(n, inputs) and (n,) targets."""
        x = rng.normal(size=(n, INPUTS + self.idle))
        said = x[:, 0] + 0.7 * x[:, 1] + 0.8 * x[:, 0] * x[:, 2]
        if self.numbers:
            return x, (said + rng.normal(size=n)) / 1.7
        return x, (rng.random(n) < 1 / (1 + np.exp(-self.clear * said))).astype(np.int64)


def predictions(
    learner: Learner, shown: Array, target: NDArray[np.generic], trained: NDArray[np.bool_]
) -> Array:
    """(networks, rows, outputs) for all of `shown` (networks, rows, features).

    target (n,): of the first rows, those that may be trained on; trained (networks, n): which.
    """
    n, whole = len(target), target.dtype.kind == "i"
    wanted = 2.0 * target - 1 if whole else target.astype(float)
    own = shown[:, :n] * trained[..., None]
    left = own.swapaxes(-1, -2) @ shown[:, :n] + learner.ridge * np.eye(shown.shape[-1])
    right = own.swapaxes(-1, -2) @ wanted[:, None]
    said: Array = (shown @ np.linalg.solve(left, right))[..., 0]
    if not whole:
        return said[..., None]
    odds = learner.steep * said
    return -np.logaddexp(0, np.stack([odds, -odds], axis=-1))


@cache
def truth(learner: Learner, task: Task, n: int) -> dict[str, float]:
    """Error and loss of new networks, trained on n new rows, on new rows; and on their own."""
    rng, found = np.random.default_rng(0), []
    pools, networks, many = TRUTH
    for _ in range(pools):
        x, target = task.rows(rng, n + many)
        shown = learner.features(rng, x, networks)
        said = predictions(learner, shown, target[:n], np.ones((networks, n), bool))
        kind = "regression" if task.numbers else "binary"
        new, own = (
            memory.scores(said[:, part], target[part], kind) for part in (slice(n, None), slice(n))
        )
        found.append([each.mean() for each in (*new, own[0])])
    names = ("error", "loss", "train_error")
    return dict(zip(names, map(float, np.mean(found, axis=0)), strict=True))


Pool = tuple[Array, NDArray[np.generic]]


def searched(rng: np.random.Generator, pool: Pool, each: Sequence[Learner], n: int) -> Array:
    """(settings,) log-losses out of fold of the first n rows, a network a fold."""
    (x, target), fold = pool, rng.permutation(np.arange(n) % DESIGN.folds)
    trained, found = fold != np.arange(DESIGN.folds)[:, None], []
    for learner in each:
        shown = learner.features(rng, x[:n], DESIGN.folds)
        said = predictions(learner, shown, target[:n], trained)[fold, np.arange(n)]
        found.append(-said[np.arange(n), target[:n].astype(int)].mean())
    return np.array(found)


def confirmed(
    rng: np.random.Generator,
    task: Task,
    settings: Mapping[str, Learner],
    n: int,
    baseline: Learner | None = None,
    design: Folds = DESIGN,
    tests: int = 100,
    **provenance: object,
) -> memory.Simulated:
    """A run of such settings on a pool of n rows, the winner first; the baseline is `linear`."""
    return of_pool(
        rng, task, task.rows(rng, n + tests), settings, n, baseline, design, **provenance
    )


def of_pool(
    rng: np.random.Generator,
    task: Task,
    pool: Pool,
    settings: Mapping[str, Learner],
    n: int,
    baseline: Learner | None = None,
    design: Folds = DESIGN,
    **provenance: object,
) -> memory.Simulated:
    """The same, of the first n rows of a pool that was drawn; the others are test rows."""
    x, target = pool
    order = [rng.permutation(np.arange(n) % design.folds) for _ in range(design.repeats)]
    fold = np.stack(order)
    each, dev, trains = {}, {}, {}
    for name, learner in [*settings.items(), *([("linear", baseline)] if baseline else [])]:
        seeds = 1 if name == "linear" and baseline else design.seeds
        group = np.arange(design.folds * design.repeats).repeat(seeds)
        repeat, own = np.divmod(group, design.folds)
        trained = fold[repeat] != own[:, None]
        shown = learner.features(rng, x, len(group))
        said = predictions(learner, shown, target[:n], trained)
        first = (np.arange(design.repeats)[:, None] * design.folds + fold) * seeds
        of = (first[:, None] + np.arange(seeds)[:, None]).reshape(-1, n)
        dev[name] = said[of, np.arange(n)]
        scored = [_own(said[:, :n], target[:n], mask, task) for mask in (~trained, trained)]
        trains[name] = scored
        each[name] = memory.Setting(
            said[:, :n], said[:, n:], train=scored[1]["error"], train_loss=scored[1]["loss"]
        )
    networks = {name: each[name] for name in settings}
    rest = {name: each[name] for name in each if name not in networks}
    said_of = {"confirm": {"resample": "kfold", **design.__dict__}, **provenance}
    run = memory.run(networks, {"dev": target[:n], "test": target[n:]}, rest or None, **said_of)
    if run.confirm is None:
        raise ValueError("confirmed: expected a confirmed run, got none")
    for kind in ("error", "loss"):
        run.confirm[f"dev_{kind}"] = np.concatenate([trains[name][0][kind] for name in each])
    arrays = {**run.arrays, "dev_fold": fold, **{f"{name}/dev": dev[name] for name in each}}
    return replace(run, arrays=arrays, memo=run.memo)


def _own(
    said: Array, target: NDArray[np.generic], of: NDArray[np.bool_], task: Task
) -> dict[str, Array]:
    """(networks,) error and loss of each on its own rows."""
    if task.numbers:
        each = (said[..., 0] - target) ** 2
        loss = (each * of).sum(axis=1) / of.sum(axis=1)
        return {"error": np.sqrt(loss), "loss": loss}
    wrong = said.argmax(axis=-1) != target
    picked = -np.take_along_axis(said, target.astype(int)[None, :, None], axis=-1)[..., 0]
    size = of.sum(axis=1)
    return {
        "error": (wrong * of).sum(axis=1) / size,
        "loss": (picked * of).sum(axis=1) / size,
    }
