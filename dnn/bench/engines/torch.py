"""PyTorch, eager, one thread, fused Adam: networks one after another, or stacked in one product.

A population is a list of stacks: P stacks of one network, or one stack of P with batched products,
the strongest that eager PyTorch can do. `torch.compile` is left out: its CPU backend needs a C++
compiler on the user's machine. (`torch.func.vmap` without it only adds its own price to a stack.)
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dnn.arrays import Array, Integers
from dnn.bench.problem import Problem, TurnResult, library
from dnn.data import Streams


@dataclass(frozen=True)
class Stack:
    """Networks trained by the same calls: weights (S, n_in, n_out), biases (S, 1, n_out)."""

    weights: list[Any]
    biases: list[Any]
    optimizer: Any
    draw: Callable[[], Integers]


class Stacks:
    """P networks in stacks of `size`."""

    def __init__(self, problem: Problem, theta: Array, streams: Streams, size: int) -> None:
        self._torch = torch = library("torch")
        torch.set_num_threads(1)
        self._problem, self._population = problem, len(theta)
        self._x = torch.from_numpy(problem.data.x)
        # Cross-entropy is fastest from class numbers.
        self._y = torch.from_numpy(problem.data.y if problem.is_binary else problem.labels)
        self._stacks = []
        for at in range(0, len(theta), size):
            blocks = problem.network.blocks(theta[at : at + size])
            weights = [torch.tensor(w.swapaxes(1, 2)).requires_grad_() for w, *_ in blocks]
            biases = [torch.tensor(b.swapaxes(1, 2)).requires_grad_() for _, b, *_ in blocks]
            adam = torch.optim.Adam([*weights, *biases], lr=problem.plain_adam(), fused=True)
            draw = problem.orders(streams.order[at : at + size])
            self._stacks.append(Stack(weights, biases, adam, draw))

    def train(self, epochs: int) -> TurnResult:
        updates, started = 0, time.perf_counter()
        for stack in self._stacks:
            updates = sum(self._epoch(stack) for _ in range(epochs))
        seconds = time.perf_counter() - started
        return TurnResult(seconds, updates, self._problem.flops(self._population, epochs))

    def _epoch(self, stack: Stack) -> int:
        """Shuffled once, then sliced; how many updates it made."""
        torch, size = self._torch, self._problem.batch_size
        order = torch.from_numpy(stack.draw())
        x = self._x.index_select(0, order.view(-1)).view(*order.shape, -1)
        y = self._y.index_select(0, order.view(-1)).view(*order.shape, *self._y.shape[1:])
        updates = 0
        for x_batch, y_batch in zip(x.split(size, 1), y.split(size, 1), strict=True):
            stack.optimizer.zero_grad()
            self._loss(stack, x_batch, y_batch).backward()
            stack.optimizer.step()
            updates += 1
        return updates

    def _loss(self, stack: Stack, x: Any, y: Any) -> Any:
        """The sum of the networks' mean losses, so that each gets its own gradient."""
        torch, last = self._torch, len(stack.weights) - 1
        for depth, (w, b) in enumerate(zip(stack.weights, stack.biases, strict=True)):
            x = torch.baddbmm(b, x, w)
            x = torch.relu(x) if depth < last else x
        f = torch.nn.functional
        if self._problem.is_binary:
            total = f.binary_cross_entropy_with_logits(x, y, reduction="sum")
        else:
            total = f.cross_entropy(x.flatten(0, 1), y.flatten(), reduction="sum")
        return total / y.shape[1]

    def theta(self) -> Array:
        torch = self._torch
        layers = range(len(self._stacks[0].weights))
        with torch.no_grad():
            weights = [torch.cat([s.weights[k] for s in self._stacks]) for k in layers]
            biases = [torch.cat([s.biases[k] for s in self._stacks]) for k in layers]
        return self._problem.flatten(
            [w.numpy().swapaxes(1, 2) for w in weights], [b.numpy() for b in biases]
        )


def start_alone(problem: Problem, theta: Array, streams: Streams) -> Stacks:
    """One network after another; theta (P, N) is copied."""
    return Stacks(problem, theta, streams, 1)


def start_stacked(problem: Problem, theta: Array, streams: Streams) -> Stacks:
    """All networks in one stack; theta (P, N) is copied."""
    return Stacks(problem, theta, streams, len(theta))
