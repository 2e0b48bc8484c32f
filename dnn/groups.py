"""Groups: networks of the same batch size and number of rows, updated together in shared buffers.

A population is trained group by group, an epoch at a time. Which networks share a group changes no
number of any, so groups are kept small enough for their arrays to stay in the processor's cache.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from dnn import penalties
from dnn.arrays import Array, Integers, zeros_like
from dnn.binding import Batch, bind
from dnn.data import Data, ReplayCache, Streams
from dnn.network import Network
from dnn.schedules import Moment, constant
from dnn.settings import PopulationSettings
from dnn.stepping import Stepper

# Bytes of a group's parameters, state and buffers: about what stays in a core's share of the cache
# from one update to the next.
GROUP_BYTES = 8_000_000

# NumPy copies operands that are not contiguous into a buffer of so many numbers to lengthen its
# inner loops; for our rows of hundreds of numbers the copy costs more than it saves.
NUMPY_BUFFER = 1024


@dataclass(frozen=True)
class Setup:
    """What is trained on what: the same for all groups.

    trained is the network with the loss that is trained on. table (n, ·), or two, is gathered:
    train's rows, with targets that are smoothed if so asked (`Network.table`); weights of train's
    rows are (n,) or one row a network (P, n). rows: for each network, the numbers of its rows.
    running_cost: whether each epoch's running cost is added up (see `dnn.fit`).
    """

    network: Network
    trained: Network
    train: Data
    table: tuple[Array, ...]
    weights: Array | None
    rows: Sequence[Integers] | None
    streams: Streams
    settings: PopulationSettings
    replay: ReplayCache
    running_cost: bool = False

    def n_rows(self, member: int) -> int:
        """Training rows of a network."""
        return len(self.train) if self.rows is None else len(self.rows[member])

    def size(self, member: int) -> int:
        """Its batch size, at most all of its rows."""
        return min(int(self.settings.batch_size[member]), self.n_rows(member))


def form_groups(setup: Setup, members: Sequence[int], itemsize: int) -> list[list[int]]:
    """Members by batch size and number of rows, and not too many in one group."""
    alike: dict[tuple[int, int], list[int]] = {}
    for member in members:
        alike.setdefault((setup.size(member), setup.n_rows(member)), []).append(member)
    groups = []
    for (size, _), numbers in alike.items():
        network = setup.network
        parameters = (3 + len(setup.settings.optimizer.state)) * network.n_parameters
        buffers = size * (network.n_in + network.n_out + 4 * sum(network.hidden))
        most = max(1, GROUP_BYTES // (itemsize * (parameters + buffers)))
        parts = -(-len(numbers) // most)
        groups += [list(map(int, part)) for part in np.array_split(numbers, parts)]
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
        network, settings = setup.network, setup.settings
        trained = self.theta[:, : network.n_parameters]
        grad = zeros_like(trained)
        of_optimizer = [settings.optimizer_settings[m] for m in members]
        of_schedule = [settings.schedule_settings[m] for m in members]
        shared = all(own == of_optimizer[0] for own in of_optimizer) and all(
            own == of_schedule[0] for own in of_schedule
        )
        self.stepper = Stepper(
            settings.optimizer, trained, grad, of_optimizer, network.n_weights, shared
        )
        self.n_rows = setup.n_rows(members[0])
        self.size = setup.size(members[0])
        self.starts = range(0, self.n_rows, self.size)
        self._unshuffled = np.arange(self.n_rows)
        self.order = self._own_rows()
        self._keep = None if settings.keep_prob is None else settings.keep_prob[self.members]
        if setup.replay.masks is not None and network.hidden:
            # A replay's masks apply to every network, also to one whose keep_prob is 1.
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
        self.running_cost = np.full(len(members), np.nan)  # of the last epoch, if asked for
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
        network, settings, m = self.setup.network, self.setup.settings, self.members
        rows = np.full(len(m), float(self.n_rows))
        before = [
            penalties.bind_l2(trained, grad, network.n_weights, settings.l2[m], rows),
            penalties.bind_l1(trained, grad, network.n_weights, settings.l1[m], rows),
            penalties.bind_clip_value(grad, settings.clip_value[m]),
            penalties.bind_clip_norm(grad, settings.clip_norm[m]),
        ]
        after = [penalties.bind_max_norm(network, self.theta, settings.max_norm[m])]
        return [call for call in before if call], [call for call in after if call]

    def _load(self, batch: Batch, rows: Integers) -> None:
        weights = self.setup.weights
        if weights is not None and weights.ndim == 2:
            weights = self._weights
        batch.load(self.setup.table, weights, rows)

    def run_epoch(self, epoch: int) -> None:
        """One pass over the members' rows; `epoch` counts from 1."""
        self._shuffle(epoch)
        schedule = self.setup.settings.schedule
        if self.setup.running_cost:
            self.running_cost.fill(0)
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
        self.running_cost += (
            losses.sum(axis=-1) + losses.shape[-1] * self._penalty()
        ) / self.n_rows

    def _penalty(self) -> Array:
        """λ/(2m)·Σ‖W‖² and (λ/m)·Σ|W| of the members as they are, (members,)."""
        settings, m = self.setup.settings, self.members
        w = self.theta[:, : self.setup.network.n_weights].astype(np.float64)
        l2, l1 = settings.l2[m] / 2 * (w**2).sum(axis=1), settings.l1[m] * np.abs(w).sum(axis=1)
        penalty: Array = (l2 + l1) / self.n_rows
        return penalty

    def _shuffle(self, epoch: int) -> None:
        given = self.setup.replay.order
        if given is not None:
            self._take_order(given(epoch), epoch)
        elif self.size < self.n_rows:
            for row, member in zip(self.order, self.members, strict=True):
                # Shuffled from the unshuffled order, so that an epoch's order depends on that
                # epoch's draw alone, and not on the order before it.
                row[:] = self._unshuffled if self.setup.rows is None else self.setup.rows[member]
                self.setup.streams.order[member].shuffle(row)

    def _take_order(self, given: Integers, epoch: int) -> None:
        """Take the replay's order of rows. Raises ValueError if it is not one of their orders."""
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
        settings, batches = self.setup.settings, len(self._batches)
        if settings.schedule.factor is constant:
            return
        done = self.stepper.steps
        now = Moment(epoch - 1, settings.epochs, done, settings.epochs * batches)
        factor = settings.schedule.factor
        self.stepper.set_rates(
            [
                settings.optimizer_settings[m]["learning_rate"]
                * factor(settings.schedule_settings[m], now)
                for m in self.members
            ]
        )

    def _fill_masks(self, batch: Batch) -> None:
        masks_of, keep = self.setup.replay.masks, self._keep
        if masks_of is None or keep is None:
            return
        update, population = self.stepper.steps + 1, len(self.setup.streams.order)
        given = [np.asarray(mask) for mask in masks_of(update)]
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
