"""JAX: an epoch of the whole population is one compiled function, a `scan` over the batches.

The state is donated, so that it is updated in place. The last, partial batch is a step of its own
shape behind the scan: no row is dropped. Compilation happens at the first epoch.
"""

import time
from typing import Any

import numpy as np

from dnn.arrays import Array
from dnn.bench.problem import Problem, TurnResult, library
from dnn.data import Streams
from dnn.optimizers import OPTIMIZERS

# Networks with more weights than this are mapped over one after another within the compiled
# function; smaller ones are stacked by `vmap`: each the faster at population 16 on these works.
# (Alone, mapping was a tenth faster on `image`, too.)
STACKED_WEIGHTS = 100_000


class Compiled:
    """P networks: layers of w (P, n_in, n_out) and b (P, n_out), their moments, their steps."""

    def __init__(self, problem: Problem, theta: Array, streams: Streams) -> None:
        self._jax, self._problem = library("jax"), problem
        jnp = self._jax.numpy
        layers = [
            (jnp.array(w.swapaxes(1, 2)), jnp.array(b[:, :, 0]))
            for w, b, *_ in problem.network.blocks(theta)
        ]
        m, v = (self._jax.tree.map(jnp.zeros_like, layers) for _ in range(2))
        self._state = (layers, m, v, jnp.zeros(len(theta), jnp.int32))
        self._x, self._y = jnp.array(problem.data.x), jnp.array(problem.data.y)
        self._draw = problem.orders(streams.order)
        self._epoch = _population(self._jax, problem)

    def train(self, epochs: int) -> TurnResult:
        before, started = self._updates(), time.perf_counter()
        for _ in range(epochs):
            # Indices of 32 bits are what JAX gathers with; the cast also frees the drawn array.
            order = self._draw().astype(np.int32)
            self._state = self._epoch(self._state, order, self._x, self._y)
        self._jax.block_until_ready(self._state)
        seconds = time.perf_counter() - started
        population = len(self._state[-1])
        return TurnResult(
            seconds, self._updates() - before, self._problem.flops(population, epochs)
        )

    def _updates(self) -> int:
        return int(self._state[-1][0])

    def theta(self) -> Array:
        layers = self._state[0]
        return self._problem.flatten(
            [np.asarray(w).swapaxes(1, 2) for w, _ in layers], [np.asarray(b) for _, b in layers]
        )


def _population(jax: Any, problem: Problem) -> Any:
    """(state, orders (P, n), x, y) → state after an epoch, compiled."""
    epoch = _epoch(jax, problem)

    def mapped(state: Any, orders: Any, x: Any, y: Any) -> Any:
        return jax.lax.map(lambda each: epoch(*each, x, y), (state, orders))

    is_stacked = problem.network.n_weights <= STACKED_WEIGHTS
    stacked = jax.vmap(epoch, in_axes=(0, 0, None, None))
    return jax.jit(stacked if is_stacked else mapped, donate_argnums=0)


def _epoch(jax: Any, problem: Problem) -> Any:
    """(state, order (n,), x, y) → state after an epoch of one network."""
    step, size = _step(jax, problem), problem.batch_size
    whole = len(problem.data) // size

    def epoch(state: Any, order: Any, x: Any, y: Any) -> Any:
        def update(state: Any, rows: Any) -> tuple[Any, None]:
            return step(state, x[rows], y[rows]), None

        batches = order[: whole * size].reshape(whole, size)
        state, _ = jax.lax.scan(update, state, batches)
        rest = order[whole * size :]
        return step(state, x[rest], y[rest]) if len(rest) else state

    return epoch


def _step(jax: Any, problem: Problem) -> Any:
    """(state, x, y) → state after one update of Adam."""
    jnp, tree, rate = jax.numpy, jax.tree, problem.plain_adam()
    beta1, beta2, epsilon = (OPTIMIZERS["adam"].settings[n] for n in ("beta1", "beta2", "epsilon"))

    def loss(layers: Any, x: Any, y: Any) -> Any:
        for w, b in layers[:-1]:
            x = jax.nn.relu(x @ w + b)
        w, b = layers[-1]
        z = x @ w + b
        if problem.is_binary:
            # Not max(z, 0) + …, whose derivative at 0 JAX takes for 0: a dead network stands there.
            return jnp.mean(jax.nn.softplus(z) - y * z)
        return -jnp.mean(jnp.sum(jax.nn.log_softmax(z) * y, axis=-1))

    def step(state: Any, x: Any, y: Any) -> Any:
        layers, m, v, t = state
        t = t + 1
        gradient = jax.grad(loss)(layers, x, y)
        m = tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, m, gradient)
        v = tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, v, gradient)
        # The corrections are two numbers, moved off the arrays as our own engine does.
        scaled, root = rate / (1 - beta1**t), 1 / jnp.sqrt(1 - beta2**t)
        layers = tree.map(
            lambda p, m, v: p - scaled * m / (jnp.sqrt(v) * root + epsilon), layers, m, v
        )
        return layers, m, v, t

    return step


def start(problem: Problem, theta: Array, streams: Streams) -> Compiled:
    """Theta (P, N) is copied."""
    return Compiled(problem, theta, streams)
