"""scikit-learn's MLPClassifier, networks one after another.

A turn is one `fit` a network, its fastest way (`partial_fit` checks its input at every epoch). The
estimator draws its own order, and each `fit` begins with fresh moments: the same work, though the
same numbers only where the batch is all rows.
"""

import sys
import time
import warnings

import numpy as np

from dnn.arrays import Array
from dnn.bench.problem import Problem, TurnResult, library
from dnn.data import Streams


class Classifiers:
    """P estimators, warm-started so that a turn goes on where the last one ended."""

    # A kernel of BLAS may flag numbers that it does not return (numpy#24067).
    @np.errstate(invalid="ignore")
    def __init__(self, problem: Problem, theta: Array, streams: Streams) -> None:
        neural = library("sklearn.neural_network")
        self._problem = problem
        self._x, self._labels = problem.data.x, problem.labels
        self._models = []
        for row, rng in zip(theta, streams.order, strict=True):
            model = neural.MLPClassifier(
                hidden_layer_sizes=problem.network.hidden,
                learning_rate_init=problem.plain_adam(),
                batch_size=1,
                alpha=0.0,
                shuffle=problem.batch_size < len(self._x),
                random_state=np.random.RandomState(rng.integers(2**31)),
                # Nothing but the number of epochs may stop it.
                tol=0.0,
                n_iter_no_change=sys.maxsize,
            )
            # Fitting one row makes its arrays, which are then overwritten with theta.
            model.partial_fit(self._x[:1], self._labels[:1], classes=np.unique(self._labels))
            model.set_params(batch_size=problem.batch_size, warm_start=True)
            blocks = problem.network.blocks(row[None])
            model.coefs_ = [w[0].T.copy(order="F") for w, *_ in blocks]
            model.intercepts_ = [b[0, :, 0].copy() for _, b, *_ in blocks]
            self._models.append(model)

    @np.errstate(invalid="ignore")
    def train(self, epochs: int) -> TurnResult:
        started = time.perf_counter()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Stochastic Optimizer: Maximum iterations")
            for model in self._models:
                model.set_params(max_iter=epochs).fit(self._x, self._labels)
        seconds = time.perf_counter() - started
        batches = -(-len(self._x) // self._problem.batch_size)
        # `n_iter_` counts the epochs of the last fit.
        updates = self._models[0].n_iter_ * batches
        return TurnResult(seconds, updates, self._problem.flops(len(self._models), epochs))

    def theta(self) -> Array:
        layers = range(len(self._models[0].coefs_))
        return self._problem.flatten(
            [np.stack([m.coefs_[k].T for m in self._models]) for k in layers],
            [np.stack([m.intercepts_[k] for m in self._models]) for k in layers],
        )


def start(problem: Problem, theta: Array, streams: Streams) -> Classifiers:
    """Theta (P, N) is copied."""
    return Classifiers(problem, theta, streams)
