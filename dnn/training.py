"""Training a population: `fit` is a generator of records, one an epoch; the caller decides.

Nothing is printed, stored or stopped here, except that training ends when every network diverged.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dnn.arrays import Array, Integers
from dnn.losses import LOSSES
from dnn.network import Batch, Evaluation, Network, bind
from dnn.optimizers import OPTIMIZERS

# A train loss this many times the constant predictor's is beyond any sense. Far above what a bad
# but honest start reaches: weights drawn from N(0, 10²) begin at about 10³ times and recover.
DIVERGED = 1e6


@dataclass(frozen=True)
class Data:
    """Rows: x (n, n_in) and y (n, K), of one floating type; what K is, `dnn.losses` says."""

    x: Array
    y: Array

    def __post_init__(self) -> None:
        if self.x.ndim != 2 or self.y.ndim != 2 or len(self.x) != len(self.y):
            raise ValueError(
                f"Data: expected x (n, n_in) and y (n, K), got {self.x.shape} and {self.y.shape}"
            )
        if len(self.x) == 0:
            raise ValueError("Data: expected at least one row, got none")

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Streams:
    """One generator per network and purpose, so that no network's draws depend on another's."""

    initial: Sequence[np.random.Generator]
    order: Sequence[np.random.Generator]
    dropout: Sequence[np.random.Generator]

    @classmethod
    def spawn(cls, seed: int, population: int) -> "Streams":
        """Independent streams for networks 0 … population − 1; a network's depend on its number."""

        def generators(purpose: int) -> list[np.random.Generator]:
            keys = [(row, purpose) for row in range(population)]
            return [np.random.default_rng(np.random.SeedSequence(seed, spawn_key=k)) for k in keys]

        return cls(generators(0), generators(1), generators(2))


@dataclass(frozen=True)
class Settings:
    """How to train. Numbers may be scalars or one per network, shape (P,).

    l2: λ of the penalty λ/(2m)·Σ‖W‖², m the number of training rows, so that the cost does not
    depend on the batch size. keep_prob: a scalar, (P,), or (P, H) for one per hidden layer.
    hyper: the optimizer's settings by name; those left out take its defaults.
    """

    optimizer: str = "adam"
    learning_rate: float | Array = 1e-3
    batch_size: int = 32
    epochs: int = 60
    l2: float | Array = 0.0
    keep_prob: float | Array = 1.0
    hyper: Mapping[str, float | Array] | None = None


@dataclass(frozen=True)
class Record:
    """The state after so many epochs; per-network numbers have shape (P,).

    Losses and errors are of the data alone, in evaluation mode, over the whole split; NaN from the
    epoch at which a network diverged. Costs are one network's: updates; gradient evaluations (rows
    gone through forward and backward); FLOPs (matrix products). seconds: the whole population's
    training so far, evaluation excluded.
    """

    epoch: int
    updates: int
    gradient_evaluations: int
    flops: int
    seconds: float
    train_loss: Array
    train_error: Array
    dev_loss: Array
    dev_error: Array
    diverged: NDArray[np.bool_]


def fit(
    network: Network,
    theta: Array,
    train: Data,
    dev: Data | None,
    streams: Streams,
    settings: Settings,
) -> Iterator[Record]:
    """Train theta (P, N) in place; yield the record of epoch 0 (untrained), 1, …, epochs.

    Without dev its numbers are NaN. Rows are reshuffled every epoch; the last batch may be smaller;
    a batch of all rows keeps their order. Errors: ValueError for shapes or settings that don't fit.
    """
    if train.x.shape[1] != network.n_in or train.y.shape[1] != network.n_out:
        raise ValueError(
            f"fit: expected x (n, {network.n_in}) and y (n, {network.n_out}), "
            f"got {train.x.shape} and {train.y.shape}"
        )
    if theta.shape != (len(streams.order), network.n_parameters):
        raise ValueError(
            f"fit: expected theta ({len(streams.order)}, {network.n_parameters}), got {theta.shape}"
        )
    if not settings.batch_size >= 1:
        raise ValueError(f"fit: batch_size: expected 1 or more, got {settings.batch_size}")
    if settings.optimizer not in OPTIMIZERS:
        names = ", ".join(OPTIMIZERS)
        raise ValueError(f"fit: optimizer: expected one of {names}; got {settings.optimizer}")
    keep_prob = _keep_prob(network, len(theta), settings.keep_prob)
    return _epochs(network, theta, train, dev, streams, settings, keep_prob)


def _epochs(
    network: Network,
    theta: Array,
    train: Data,
    dev: Data | None,
    streams: Streams,
    settings: Settings,
    keep_prob: Array | None,
) -> Iterator[Record]:
    score = _bind_scores(network, theta, train, dev)
    with np.errstate(all="ignore"):  # a setting that overflows float32 diverges, as it must
        run_epoch, batches = _bind_epoch(network, theta, train, streams, settings, keep_prob)
    limit = DIVERGED * max(LOSSES[network.loss].constant(train.y), np.finfo(np.float64).tiny)
    rows, seconds = len(train), 0.0
    diverged = np.zeros(len(theta), dtype=bool)
    for epoch in range(settings.epochs + 1):
        # Overflow on the way to divergence is an outcome, not a warning.
        with np.errstate(all="ignore"):
            if epoch:
                started = time.perf_counter()
                run_epoch()
                seconds += time.perf_counter() - started
            scores = score()
            finite = np.isfinite(scores[0]) & np.isfinite(theta).all(axis=1)
            sane = finite & (scores[0] <= limit)
        diverged = diverged | ~sane
        for values in scores:
            values[diverged] = np.nan
        yield Record(
            epoch=epoch,
            updates=epoch * batches,
            gradient_evaluations=epoch * rows,
            flops=epoch * rows * network.flops_per_row(),
            seconds=seconds,
            train_loss=scores[0],
            train_error=scores[1],
            dev_loss=scores[2],
            dev_error=scores[3],
            diverged=diverged,
        )
        if diverged.all():
            return


def _bind_scores(
    network: Network, theta: Array, train: Data, dev: Data | None
) -> Callable[[], list[Array]]:
    """() → train loss, train error, dev loss, dev error, each (P,)."""
    on_train = Evaluation.bind(network, theta, len(train))
    on_dev = Evaluation.bind(network, theta, len(dev)) if dev is not None else None

    def score() -> list[Array]:
        scores = [*on_train.score(train.x, train.y)]
        if dev is None or on_dev is None:
            return [*scores, *np.full((2, len(theta)), np.nan)]
        return [*scores, *on_dev.score(dev.x, dev.y)]

    return score


def _bind_epoch(
    network: Network,
    theta: Array,
    train: Data,
    streams: Streams,
    settings: Settings,
    keep_prob: Array | None,
) -> tuple[Callable[[], None], int]:
    """One pass over the training rows, and how many updates it makes."""
    rows = len(train)
    size = min(settings.batch_size, rows)
    grad = np.zeros_like(theta)
    step = _bind_step(theta, grad, settings)
    penalize = _bind_l2(network, theta, grad, settings.l2, rows)
    full = bind(network, theta, grad, size, keep_prob)
    starts = range(0, rows, size)
    last = bind(network, theta, grad, rows % size, keep_prob) if rows % size else full
    order = np.tile(np.arange(rows), (len(theta), 1))
    if size == rows:
        full.load(train.x, train.y, order)

    def update(batch: Batch, indices: Integers) -> None:
        if size < rows:
            batch.load(train.x, train.y, indices)
        if keep_prob is not None:
            for draws, rng in zip(batch.uniform, streams.dropout, strict=True):
                rng.random(out=draws, dtype=draws.dtype)
        batch.gradient()
        penalize()
        step()

    def run_epoch() -> None:
        if size < rows:
            for row, rng in zip(order, streams.order, strict=True):
                row[:] = rng.permutation(rows)
        for start in starts:
            batch = full if start + size <= rows else last
            update(batch, order[:, start : start + size])

    return run_epoch, len(starts)


def _bind_step(theta: Array, grad: Array, settings: Settings) -> Callable[[], None]:
    optimizer = OPTIMIZERS[settings.optimizer]
    given = {**optimizer.settings, **(settings.hyper or {})}
    unknown = sorted(given.keys() - optimizer.settings.keys())
    if unknown:
        names = ", ".join(optimizer.settings) or "no settings"
        raise ValueError(f"fit: {settings.optimizer} takes {names}; got {', '.join(unknown)}")
    hyper = {n: _column(v, len(theta)) for n, v in given.items()}
    hyper["learning_rate"] = _column(settings.learning_rate, len(theta))
    return optimizer.bind(theta, grad, hyper)


def _bind_l2(
    network: Network, theta: Array, grad: Array, l2: float | Array, rows: int
) -> Callable[[], None]:
    """Adds (λ/m)·W to the weights' gradient; biases are free."""
    strength = (_column(l2, len(theta)) / rows).astype(theta.dtype)
    weights, gradient = theta[:, : network.n_weights], grad[:, : network.n_weights]
    scratch = np.empty_like(weights)

    def penalize() -> None:
        np.multiply(weights, strength, out=scratch)
        np.add(gradient, scratch, out=gradient)

    return penalize if strength.any() else lambda: None


def _column(value: float | Array, population: int) -> Array:
    """A scalar or (P,) as float64 (P, 1)."""
    return np.broadcast_to(np.asarray(value, np.float64), (population,)).reshape(population, 1)


def _keep_prob(network: Network, population: int, value: float | Array) -> Array | None:
    """(P, H), or None where no network of the population drops anything.

    Errors: ValueError outside (0, 1], or where the number of layers does not fit.
    """
    depth = len(network.hidden)
    keep = np.asarray(value, np.float64)
    if keep.ndim == 1:
        keep = keep[:, None]
    if keep.ndim == 2 and keep.shape[1] not in (1, depth):
        raise ValueError(f"fit: keep_prob: expected one per hidden layer ({depth}), got {value}")
    if not ((keep > 0) & (keep <= 1)).all():
        raise ValueError(f"fit: keep_prob: expected 0 < keep_prob <= 1, got {value}")
    keep = np.broadcast_to(keep, (population, depth))
    return keep if depth and (keep < 1).any() else None


def predict(network: Network, theta: Array, x: Array) -> Array:
    """(P, n, K′) for x (n, n_in): log-probabilities of all classes, or predictions."""
    with np.errstate(all="ignore"):
        return Evaluation.bind(network, theta, len(x)).outputs(x.astype(theta.dtype, copy=False))


def score(network: Network, theta: Array, data: Data) -> tuple[Array, Array]:
    """Mean loss and error (P,) of theta (P, N) on data, in evaluation mode."""
    with np.errstate(all="ignore"):
        return Evaluation.bind(network, theta, len(data)).score(data.x, data.y)
