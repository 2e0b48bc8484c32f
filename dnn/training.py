"""Training a population: `fit` is an iterator of records, one an epoch; the caller decides.

Nothing is printed or stored here. Training ends with the last epoch, or when every network has
diverged, stopped early or been dropped.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnn import labels
from dnn.arrays import Array, Flags, Integers
from dnn.data import Data, Replay, Streams
from dnn.evaluation import Evaluation, check_theta
from dnn.groups import NUMPY_BUFFER, Group, Setup, split
from dnn.network import Network
from dnn.settings import Settings, plan
from dnn.stopping import Best

# A train loss this many times the constant predictor's is beyond any sense. Far above what a bad
# but honest start reaches: weights drawn from N(0, 10²) begin at about 10³ times and recover.
DIVERGED = 1e6


@dataclass(frozen=True)
class Record:
    """The state after so many epochs; numbers of networks have shape (P,).

    Losses and errors are of the data alone, in evaluation mode, over the whole split, for what
    theta holds now; NaN from the epoch at which a network diverged. Costs: updates; gradient
    evaluations (rows gone through forward and backward); FLOPs (matrix products). seconds: the
    whole population's training so far, evaluation excluded. active: still being trained.
    """

    epoch: int
    updates: NDArray[np.int64]
    gradient_evaluations: NDArray[np.int64]
    flops: NDArray[np.int64]
    seconds: float
    train_loss: Array
    train_error: Array
    dev_loss: Array
    dev_error: Array
    diverged: Flags
    active: Flags


class Training(Iterator[Record]):
    """A population on its way: iterate for records; drop networks, or save it, between two of them.

    theta (P, N) is trained in place. A dropped network keeps its parameters as they are; no number
    of the others changes by it.
    """

    def __init__(
        self,
        setup: Setup,
        theta: Array,
        settings: Settings,
        dev: Data | None,
        dev_rows: Sequence[Integers] | None,
    ) -> None:
        population = len(theta)
        self.setup, self.theta, self.settings = setup, theta, settings
        self.epoch = -1  # of the last record
        self.seconds = 0.0
        self.epochs_done = np.zeros(population, np.int64)
        self.diverged = np.zeros(population, bool)
        self.dropped = np.zeros(population, bool)
        self.stopped = np.zeros(population, bool)
        patience = settings.patience
        self.best = None if patience is None else Best(theta, patience, settings.min_delta)
        self._limits = _limits(setup, population)
        self._score = _bind_scores(setup, theta, dev, dev_rows)
        self._groups: list[Group] = []
        self._regroup()

    @property
    def active(self) -> Flags:
        """(P,) networks that are still being trained."""
        gone: Flags = self.diverged | self.dropped | self.stopped
        return ~gone

    def drop(self, networks: Sequence[int] | Integers | Flags) -> None:
        """Train these networks (numbers, or a mask) no further."""
        self.dropped[networks] = True
        self._regroup()

    def __iter__(self) -> "Training":
        return self

    def __next__(self) -> Record:
        if self.epoch == self.settings.epochs or (self.epoch >= 0 and not self.active.any()):
            raise StopIteration
        self.epoch += 1
        # Overflow on the way to divergence is an outcome, not a warning. Leaving the block also
        # gives NumPy its own buffer size back.
        with np.errstate(all="ignore"):
            np.setbufsize(NUMPY_BUFFER)
            if self.epoch:
                self._train()
            scores = self._score()
            self._judge(scores)
            if self.best is not None:
                scores = self._stop_early(self.best, scores)
        for values in scores:
            values[self.diverged] = np.nan
        record = self._record(scores)
        self._regroup()
        return record

    def _train(self) -> None:
        started = time.perf_counter()
        for group in self._groups:
            group.run_epoch(self.epoch)
            self.epochs_done[group.members] += 1
            if not group.is_view:
                self.theta[group.members] = group.theta
        self.seconds += time.perf_counter() - started

    def _judge(self, scores: list[Array]) -> None:
        finite = np.isfinite(scores[0]) & np.isfinite(self.theta).all(axis=1)
        self.diverged = self.diverged | ~(finite & (scores[0] <= self._limits))

    def _stop_early(self, best: Best, scores: list[Array]) -> list[Array]:
        """Best weights back into the networks whose patience is over, and into all at the end."""
        watched = scores[0] if np.isnan(scores[2]).all() else scores[2]
        best.see(self.epoch, watched, self.active)
        ending = best.is_over(self.epoch) if self.epoch < self.settings.epochs else True
        ending = ending & self.active
        if not ending.any():
            return scores
        self.stopped = self.stopped | ending
        best.restore(ending)
        return self._score()

    def _record(self, scores: list[Array]) -> Record:
        members = range(len(self.theta))
        rows = np.array([self.setup.n_rows(m) for m in members])
        batches = -(-rows // np.array([self.setup.size(m) for m in members]))
        evaluations = self.epochs_done * rows
        return Record(
            epoch=self.epoch,
            updates=self.epochs_done * batches,
            gradient_evaluations=evaluations,
            flops=evaluations * self.setup.network.flops_per_row(),
            seconds=self.seconds,
            train_loss=scores[0],
            train_error=scores[1],
            dev_loss=scores[2],
            dev_error=scores[3],
            diverged=self.diverged.copy(),
            active=self.active,
        )

    def _regroup(self) -> None:
        """Groups of the active networks; those of before hand their state on."""
        active = np.flatnonzero(self.active)
        if np.array_equal(active, sorted(m for g in self._groups for m in g.members)):
            return
        state, steps = self.state()
        members = split(self.setup, list(map(int, active)), self.theta.itemsize)
        self._groups = [Group(self.setup, each, self.theta) for each in members]
        self.set_state(state, steps)

    def state(self) -> tuple[dict[str, Array], NDArray[np.int64]]:
        """The optimizer's state (P, n_parameters) by name, and steps (P,); 0 for the inactive."""
        shape = (len(self.theta), self.setup.network.n_parameters)
        names = self.setup.plan.optimizer.state
        state = {name: np.zeros(shape, self.theta.dtype) for name in names}
        steps = np.zeros(len(self.theta), np.int64)
        for group in self._groups:
            steps[group.members] = group.stepper.steps
            for name, values in group.stepper.state.items():
                state[name][group.members] = values
        return state, steps

    def set_state(self, state: dict[str, Array], steps: NDArray[np.int64]) -> None:
        """Hand the groups the state that `state` gave."""
        for group in self._groups:
            group.stepper.steps = int(steps[group.members[0]])
            for name, values in group.stepper.state.items():
                values[:] = state[name][group.members]

    def go_on(
        self,
        epoch: int,
        seconds: float,
        progress: dict[str, Any],
        state: dict[str, Array],
        steps: NDArray[np.int64],
        best: tuple[Array, Array, NDArray[np.int64]] | None,
    ) -> None:
        """Take up a training where another one stopped, after its record of `epoch`."""
        self.epoch, self.seconds = epoch, seconds
        for name, values in progress.items():
            setattr(self, name, values)
        if self.best is not None and best is not None:
            self.best.parameters, self.best.values, self.best.epochs = best
        self._regroup()
        self.set_state(state, steps)


def fit(
    network: Network,
    theta: Array,
    train: Data,
    dev: Data | None,
    streams: Streams,
    settings: Settings,
    *,
    rows: Sequence[Integers] | None = None,
    dev_rows: Sequence[Integers] | None = None,
    replay: Replay | None = None,
) -> Training:
    """Train theta (P, N) in place: iterate for the record of epoch 0 (untrained), 1, …, epochs.

    Without dev its numbers are NaN. Rows are reshuffled every epoch; the last batch may be smaller;
    a batch of all rows keeps their order. rows: one array of row numbers of `train` per network, a
    fold or a resample (numbers may repeat, lengths differ); dev_rows the same of `dev`. Errors:
    ValueError for shapes, labels or settings that don't fit.
    """
    check_theta(network, theta, "fit")
    if len(streams) != len(theta):
        raise ValueError(
            f"fit: streams: expected one per network ({len(theta)}), got {len(streams)}"
        )
    for name, data in (("train", train), ("dev", dev)):
        if data is not None:
            _check_data(network, data, name, theta.dtype)
    _check_rows(rows, train, len(theta), "rows")
    if dev is not None:
        _check_rows(dev_rows, dev, len(theta), "dev_rows")
    checked = plan(settings, network, len(theta))
    weights = None
    if settings.class_weights is not None or settings.label_smoothing:
        if "cross_entropy" not in network.loss:
            raise ValueError(
                "fit: label_smoothing and class_weights: expected a cross-entropy loss, "
                f"got {network.loss}"
            )
        if settings.class_weights is not None:
            weights = labels.row_weights(train.y, settings.class_weights).astype(theta.dtype)
    learnt = train
    if settings.label_smoothing:
        learnt = Data(train.x, labels.smooth(train.y, settings.label_smoothing))
    setup = Setup(network, learnt, weights, rows, streams, checked, replay or Replay(), train.y)
    return Training(setup, theta, settings, dev, dev_rows)


def _check_data(network: Network, data: Data, name: str, dtype: np.dtype[np.floating]) -> None:
    if data.x.shape[1] != network.n_in or data.y.shape[1] != network.n_out:
        raise ValueError(
            f"fit: {name}: expected x (n, {network.n_in}) and y (n, {network.n_out}), "
            f"got {data.x.shape} and {data.y.shape}"
        )
    if data.x.dtype != dtype or data.y.dtype != dtype:
        raise ValueError(
            f"fit: {name}: expected theta's type {dtype}, got {data.x.dtype} and {data.y.dtype}"
        )
    network.objective.check(data.y)


def _check_rows(rows: Sequence[Integers] | None, data: Data, population: int, name: str) -> None:
    if rows is None:
        return
    if len(rows) != population:
        raise ValueError(
            f"fit: {name}: expected one array per network ({population}), got {len(rows)}"
        )
    for network, own in enumerate(rows):
        numbers = np.asarray(own)
        fits = numbers.ndim == 1 and len(numbers) and numbers.dtype.kind in "iu"
        if not fits or numbers.min() < 0 or numbers.max() >= len(data):
            raise ValueError(
                f"fit: {name}[{network}]: expected row numbers 0 … {len(data) - 1}, got {own}"
            )


def _limits(setup: Setup, population: int) -> Array:
    """(P,) train losses beyond sense."""
    loss = setup.network.objective

    def limit(y: Array) -> float:
        scale = loss.constant(y)
        # Where the target does not vary, nothing is learnt but the bias: the scale is then that of
        # a network that says 0, for otherwise all but the exact answer would be divergence.
        zeros = float(loss.per_row(np.zeros((1, *y.T.shape), y.dtype), y).mean())
        return DIVERGED * (scale if scale > 1e-12 * zeros else max(zeros, 1.0))

    if setup.rows is None:
        return np.full(population, limit(setup.targets))
    return np.array([limit(setup.targets[own]) for own in setup.rows])


def _bind_scores(
    setup: Setup, theta: Array, dev: Data | None, dev_rows: Sequence[Integers] | None
) -> Callable[[], list[Array]]:
    """() → train loss, train error, dev loss, dev error, each (P,)."""
    network = setup.network
    on_train = _bind_score(network, theta, setup.train.x, setup.targets, setup.rows)
    if dev is None:
        return lambda: [*on_train(), *np.full((2, len(theta)), np.nan)]
    on_dev = _bind_score(network, theta, dev.x, dev.y, dev_rows)
    return lambda: [*on_train(), *on_dev()]


def _bind_score(
    network: Network, theta: Array, x: Array, y: Array, rows: Sequence[Integers] | None
) -> Callable[[], tuple[Array, Array]]:
    """() → loss and error (P,), on all rows or on each network's own."""
    if rows is None:
        evaluation = Evaluation.bind(network, theta, len(x))
        return lambda: evaluation.score(x, y)
    own = [
        (Evaluation.bind(network, theta[m : m + 1], len(numbers)), numbers)
        for m, numbers in enumerate(rows)
    ]

    def score() -> tuple[Array, Array]:
        scores = [evaluation.score(x[numbers], y[numbers]) for evaluation, numbers in own]
        loss, error = zip(*scores, strict=True)
        return np.concatenate(loss), np.concatenate(error)

    return score
