"""Networks that march in step: the same batch size and number of rows, over one set of buffers.

A population is trained group by group, an epoch at a time. What is in a group never changes a
number, so a group is also kept small enough for its arrays to stay in the processor's cache.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dnn import penalties
from dnn.arrays import Array, Integers
from dnn.binding import Batch, bind
from dnn.data import Data, Replay, Streams
from dnn.network import Network
from dnn.schedules import Moment, constant
from dnn.settings import Plan
from dnn.stepping import Stepper

# Bytes of a group's parameters, state and buffers: about what stays in a core's share of the cache
# from one update to the next.
GROUP_BYTES = 8_000_000

# NumPy copies operands that don't lie in one piece into a buffer of so many numbers to lengthen
# its inner loops; for our rows of hundreds of numbers the copy costs more than it saves.
NUMPY_BUFFER = 1024


@dataclass(frozen=True)
class Setup:
    """What is trained on what: the same for all groups.

    train.y may be smoothed; targets (n, K) are those that are scored. rows: for each network, the
    numbers of its rows.
    """

    network: Network
    train: Data
    weights: Array | None  # of train's rows, (n,)
    rows: Sequence[Integers] | None
    streams: Streams
    plan: Plan
    replay: Replay
    targets: Array

    def n_rows(self, member: int) -> int:
        """Training rows of a network."""
        return len(self.train) if self.rows is None else len(self.rows[member])

    def size(self, member: int) -> int:
        """Its batch size, at most all of its rows."""
        return min(int(self.plan.batch_size[member]), self.n_rows(member))


def split(setup: Setup, members: Sequence[int], itemsize: int) -> list[list[int]]:
    """Members by batch size and number of rows, and not too many in one group."""
    alike: dict[tuple[int, int], list[int]] = {}
    for member in members:
        alike.setdefault((setup.size(member), setup.n_rows(member)), []).append(member)
    groups = []
    for (size, _), numbers in alike.items():
        network = setup.network
        parameters = (3 + len(setup.plan.optimizer.state)) * network.n_parameters
        buffers = size * (network.n_in + network.n_out + 4 * sum(network.hidden))
        most = max(1, GROUP_BYTES // (itemsize * (parameters + buffers)))
        pieces = -(-len(numbers) // most)
        groups += [list(map(int, piece)) for piece in np.array_split(numbers, pieces)]
    return groups


class Group:
    """Members of a population, bound; theta (members, N) is a view of the population's if possible.

    `stepper` holds the optimizer's state, and counts the updates.
    """

    def __init__(self, setup: Setup, members: Sequence[int], population: Array) -> None:
        self.setup, self.members = setup, np.asarray(members)
        first, last = members[0], members[-1] + 1
        self.is_view = last - first == len(members)
        self.theta = population[first:last] if self.is_view else population[self.members]
        network, plan = setup.network, setup.plan
        trained = self.theta[:, : network.n_parameters]
        grad = np.zeros(trained.shape, trained.dtype)
        hypers = [plan.hypers[m] for m in members]
        shared = all(
            plan.hypers[m] == hypers[0] and plan.schedules[m] == plan.schedules[members[0]]
            for m in members
        )
        self.stepper = Stepper(plan.optimizer, trained, grad, hypers, network.n_weights, shared)
        self.rows = setup.n_rows(members[0])
        self.size = setup.size(members[0])
        self.starts = range(0, self.rows, self.size)
        self.order = self._own_rows()
        self._keep = None if plan.keep_prob is None else plan.keep_prob[self.members]
        if self._keep is not None and (self._keep == 1).all():
            self._keep = None
        self._after_gradient, self._after_step = self._bind_penalties(trained, grad)
        full = self._bind(grad, self.size)
        rest = self.rows % self.size
        last_batch = self._bind(grad, rest) if rest else full
        self._batches = [full] * (self.rows // self.size) + [last_batch] * bool(rest)
        if self.size == self.rows:
            self._load(full, self.order)

    def _own_rows(self) -> Integers:
        if self.setup.rows is None:
            return np.tile(np.arange(self.rows), (len(self.members), 1))
        return np.array([self.setup.rows[m] for m in self.members], np.int64)

    def _bind(self, grad: Array, rows: int) -> Batch:
        return bind(
            self.setup.network,
            self.theta,
            grad,
            rows,
            self._keep,
            weighted=self.setup.weights is not None,
            masked=self._keep is not None and self.setup.replay.masks is not None,
        )

    def _bind_penalties(
        self, trained: Array, grad: Array
    ) -> tuple[list[Callable[[], None]], list[Callable[[], None]]]:
        """Calls between gradient and step, and after the step."""
        network, plan, m = self.setup.network, self.setup.plan, self.members
        weights, gradient = trained[:, : network.n_weights], grad[:, : network.n_weights]
        rows = np.full(len(m), float(self.rows))
        before = [
            penalties.bind_l2(weights, gradient, plan.l2[m], rows),
            penalties.bind_l1(weights, gradient, plan.l1[m], rows),
            penalties.bind_clip_value(grad, plan.clip_value[m]),
            penalties.bind_clip_norm(grad, plan.clip_norm[m]),
        ]
        after = [penalties.bind_max_norm(network, self.theta, plan.max_norm[m])]
        return [call for call in before if call], [call for call in after if call]

    def _load(self, batch: Batch, rows: Integers) -> None:
        batch.load(self.setup.train.x, self.setup.train.y, self.setup.weights, rows)

    def run_epoch(self, epoch: int) -> None:
        """One pass over the members' rows; `epoch` counts from 1."""
        self._shuffle(epoch)
        generators = [self.setup.streams.dropout[m] for m in self.members]
        schedule = self.setup.plan.schedule
        for start, batch in zip(self.starts, self._batches, strict=True):
            if schedule.every_update or start == 0:
                self._set_rates(epoch)
            if self.size < self.rows:
                self._load(batch, self.order[:, start : start + self.size])
            if batch.masks:
                self._fill_masks(batch)
            batch.draw(generators)
            batch.gradient()
            for call in self._after_gradient:
                call()
            self.stepper.step()
            for call in self._after_step:
                call()

    def _shuffle(self, epoch: int) -> None:
        given = self.setup.replay.order
        if given is not None:
            order = np.asarray(given(epoch))
            self.order[:] = order[self.members] if order.ndim == 2 else order
            if self.size == self.rows:
                self._load(self._batches[0], self.order)
        elif self.size < self.rows:
            for row, member in zip(self.order, self.members, strict=True):
                drawn = self.setup.streams.order[member].permutation(self.rows)
                row[:] = drawn if self.setup.rows is None else self.setup.rows[member][drawn]

    def _set_rates(self, epoch: int) -> None:
        plan, batches = self.setup.plan, len(self._batches)
        if plan.schedule.factor is constant:
            return
        done = self.stepper.steps
        now = Moment(epoch - 1, plan.epochs, done, plan.epochs * batches)
        factor = plan.schedule.factor
        self.stepper.set_rates(
            [plan.hypers[m]["learning_rate"] * factor(plan.schedules[m], now) for m in self.members]
        )

    def _fill_masks(self, batch: Batch) -> None:
        handed_in, keep = self.setup.replay.masks, self._keep
        if handed_in is None or keep is None:
            return
        for layer, mask in enumerate(handed_in(self.stepper.steps + 1)):
            given = np.asarray(mask)
            own = given[self.members] if given.ndim == 3 else given
            np.divide(own, keep[:, layer, None, None], out=batch.masks[layer], casting="same_kind")

    @property
    def updates_per_epoch(self) -> int:
        """Updates in one pass."""
        return len(self._batches)
