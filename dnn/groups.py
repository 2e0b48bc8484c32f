"""Networks that march in step: the same batch size and number of rows, over one set of buffers.

A population is trained group by group, an epoch at a time. What is in a group never changes a
number, so a group is also kept small enough for its arrays to stay in the processor's cache.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from dnn import penalties
from dnn.arrays import Array, Integers, zeros_like
from dnn.binding import Batch, bind
from dnn.data import Choices, Data, Streams
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

    trained is the network with the loss that is trained on. table (n, ·) is what is gathered:
    train's rows, with targets that are smoothed if so asked (`Network.table`); weights of train's
    rows are (n,) or one row a network (P, n). rows: for each network, the numbers of its rows.
    running_cost: whether it is added up.
    """

    network: Network
    trained: Network
    train: Data
    table: Array
    weights: Array | None
    rows: Sequence[Integers] | None
    streams: Streams
    plan: Plan
    replay: Choices
    running_cost: bool = False

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
        grad = zeros_like(trained)
        hypers = [plan.hypers[m] for m in members]
        shared = all(
            plan.hypers[m] == hypers[0] and plan.schedules[m] == plan.schedules[members[0]]
            for m in members
        )
        self.stepper = Stepper(plan.optimizer, trained, grad, hypers, network.n_weights, shared)
        self.n_rows = setup.n_rows(members[0])
        self.size = setup.size(members[0])
        self.starts = range(0, self.n_rows, self.size)
        self._unshuffled = np.arange(self.n_rows)
        self.order = self._own_rows()
        self._keep = None if plan.keep_prob is None else plan.keep_prob[self.members]
        if setup.replay.masks is not None and network.hidden:
            # Handed in, masks count for every network, whatever its keep_prob.
            shape = (len(members), len(network.hidden))
            self._keep = np.ones(shape) if self._keep is None else self._keep
        elif self._keep is not None and (self._keep == 1).all():
            self._keep = None
        weights = setup.weights
        self._weights = weights[self.members] if weights is not None and weights.ndim == 2 else None
        self._after_gradient, self._after_step = self._bind_penalties(trained, grad)
        full = self._bind(grad, self.size)
        rest = self.n_rows % self.size
        last_batch = self._bind(grad, rest) if rest else full
        self._batches = [full] * (self.n_rows // self.size) + [last_batch] * bool(rest)
        self.cost = np.full(len(members), np.nan)  # the last epoch's running cost, if asked for
        self._generators = [setup.streams.dropout[m] for m in self.members]
        update, last_update = self._update(full), self._update(last_batch)
        self._updates = [update] * (self.n_rows // self.size) + [last_update] * bool(rest)
        if self.size == self.n_rows:
            self._load(full, self.order)

    def _own_rows(self) -> Integers:
        if self.setup.rows is None:
            return np.tile(np.arange(self.n_rows), (len(self.members), 1))
        return np.array([self.setup.rows[m] for m in self.members], np.int64)

    def _bind(self, grad: Array, rows: int) -> Batch:
        return bind(
            self.setup.trained,
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
        rows = np.full(len(m), float(self.n_rows))
        before = [
            penalties.bind_l2(trained, grad, network.n_weights, plan.l2[m], rows),
            penalties.bind_l1(trained, grad, network.n_weights, plan.l1[m], rows),
            penalties.bind_clip_value(grad, plan.clip_value[m]),
            penalties.bind_clip_norm(grad, plan.clip_norm[m]),
        ]
        after = [penalties.bind_max_norm(network, self.theta, plan.max_norm[m])]
        return [call for call in before if call], [call for call in after if call]

    def _load(self, batch: Batch, rows: Integers) -> None:
        weights = self.setup.weights
        if weights is not None and weights.ndim == 2:
            weights = self._weights
        batch.load(self.setup.table, weights, rows)

    def run_epoch(self, epoch: int) -> None:
        """One pass over the members' rows; `epoch` counts from 1."""
        self._shuffle(epoch)
        schedule = self.setup.plan.schedule
        self.cost.fill(0.0 if self.setup.running_cost else np.nan)
        for start, batch, update in zip(self.starts, self._batches, self._updates, strict=True):
            if schedule.every_update or start == 0:
                self._set_rates(epoch)
            if self.size < self.n_rows:
                self._load(batch, self.order[:, start : start + self.size])
            for call in update:
                call()

    def _update(self, batch: Batch) -> list[Callable[[], None]]:
        """All of an update, once its rows are loaded."""
        return [
            *([partial(self._fill_masks, batch)] if batch.masks else []),
            *([partial(batch.draw, self._generators)] if batch.bits is not None else []),
            *batch.forwards,
            *([partial(self._add_cost, batch)] if self.setup.running_cost else []),
            *batch.backwards,
            *self._after_gradient,
            self.stepper.step,
            *self._after_step,
        ]

    def _add_cost(self, batch: Batch) -> None:
        """Add this batch's part of the epoch's running cost, once its logits are there."""
        losses = self.setup.trained.objective.per_row(batch.z, batch.y).astype(np.float64)
        if batch.weights is not None:
            losses *= batch.weights
        self.cost += (losses.sum(axis=-1) + losses.shape[-1] * self._penalty()) / self.n_rows

    def _penalty(self) -> Array:
        """λ/(2m)·Σ‖W‖² and (λ/m)·Σ|W| of the members as they are, (members,)."""
        plan, m = self.setup.plan, self.members
        w = self.theta[:, : self.setup.network.n_weights].astype(np.float64)
        l2, l1 = plan.l2[m] / 2 * (w**2).sum(axis=1), plan.l1[m] * np.abs(w).sum(axis=1)
        penalty: Array = (l2 + l1) / self.n_rows
        return penalty

    def _shuffle(self, epoch: int) -> None:
        given = self.setup.replay.order
        if given is not None:
            self._take_order(given(epoch), epoch)
        elif self.size < self.n_rows:
            for row, member in zip(self.order, self.members, strict=True):
                # From the same start each time, so that an epoch's order is that epoch's draw.
                row[:] = self._unshuffled if self.setup.rows is None else self.setup.rows[member]
                self.setup.streams.order[member].shuffle(row)

    def _take_order(self, given: Integers, epoch: int) -> None:
        """Rows in the order handed in. Errors: ValueError for one that is none of theirs."""
        order, population = np.asarray(given), len(self.setup.streams.order)
        own = self._own_rows()
        fits = order.dtype.kind in "iu" and order.shape in (
            (self.n_rows,),
            (population, self.n_rows),
        )
        if fits:
            self.order[:] = order[self.members] if order.ndim == 2 else order
        if not fits or (np.sort(self.order) != np.sort(own)).any():
            raise ValueError(
                f"fit: replay.order: epoch {epoch}: expected each network's rows in some order, "
                f"({self.n_rows},) or ({population}, {self.n_rows}); got {given!r}"
            )
        if self.size == self.n_rows:
            self._load(self._batches[0], self.order)

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
        update, population = self.stepper.steps + 1, len(self.setup.streams.order)
        given = [np.asarray(mask) for mask in handed_in(update)]
        shapes = [mask.shape[1:] for mask in batch.masks]
        for layer, mask in enumerate(given[: len(shapes)]):
            fits = mask.shape in (shapes[layer], (population, *shapes[layer]))
            if not fits or mask.dtype.kind not in "biuf" or ((mask != 0) & (mask != 1)).any():
                raise ValueError(
                    f"fit: replay.masks: update {update}, layer {layer + 1}: expected 0 and 1 of "
                    f"shape {shapes[layer]}, or with the networks before it; got {mask.shape}"
                )
            own = mask[self.members] if mask.ndim == 3 else mask
            np.divide(own, keep[:, layer, None, None], out=batch.masks[layer], casting="same_kind")
        if len(given) != len(shapes):
            raise ValueError(
                f"fit: replay.masks: update {update}: expected one mask a hidden layer "
                f"({len(shapes)}), got {len(given)}"
            )
