"""A population in training: an iterator of records, one an epoch; its caller decides what follows.

Nothing is printed or stored here. Training ends with the last epoch, or when every network has
diverged, stopped early or been dropped. `dnn.fitting` makes one.
"""

import time
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dnn import checks
from dnn.arrays import Array, Flags, Integers
from dnn.data import Data
from dnn.groups import NUMPY_BUFFER, Group, Setup, form_groups
from dnn.records import Record, Snapshot
from dnn.scoring import ScoredSplit, Scorer
from dnn.settings import Settings
from dnn.stopping import EarlyStopping

# A network counts as diverged when its train loss is this many times that of the best constant
# predictor. A poor initialization stays far below: weights drawn from N(0, 10²) begin at about 10³
# times, and recover.
DIVERGENCE_FACTOR = 1e6


class Training(Iterator[Record]):
    """A population in training: iterate for records; drop networks, or save it, between two.

    `fit` and `resume` make one.

    Args:
        setup: What is trained on what.
        theta: Parameters (P, N), trained in place.
        settings: How to train.
        dev: Rows to score besides, or None.
        dev_rows: For each network its own rows of dev, or None for all.

    Example:
        >>> import numpy as np, dnn
        >>> x = np.linspace(-1, 1, 64)[:, None]
        >>> data, network = dnn.Data(x, x**2), dnn.Network(1, (8,), 1, loss="mean_squared_error")
        >>> streams = dnn.Streams.spawn(seed=0, population=4)
        >>> theta = network.initialize("he", streams.initial, dtype="float64")
        >>> training = dnn.fit(network, theta, data, None, streams, dnn.Settings(epochs=9))
        >>> for record in training:
        ...     if record.epoch == 5:  # the worse half goes
        ...         training.drop(record.train_loss > np.median(record.train_loss))
        >>> training
        Training(epoch 9 of 9, 2 of 4 networks active)
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
        self.early_stopping = (
            None if patience is None else EarlyStopping(theta, patience, settings.min_delta)
        )
        self.dev, self.dev_rows = dev, dev_rows
        self._loss_limits = _loss_limits(setup, population)
        splits = [ScoredSplit(setup.train, setup.rows)]
        if dev is not None:
            splits.append(ScoredSplit(dev, dev_rows))
        self._scorer = Scorer(setup.network, theta, splits)
        self._scores = np.full((4, population), np.nan)
        self._running_cost = np.full(population, np.nan)
        self._rows = np.array([setup.n_rows(m) for m in range(population)])
        self._batches = -(-self._rows // np.array([setup.size(m) for m in range(population)]))
        self._flops = setup.network.flops_per_row()
        # False within an epoch; it stays so if an exception or Ctrl-C ends an epoch early.
        self._is_whole = True
        self._groups: list[Group] = []
        self._members = np.arange(0)  # numbers of the networks in the groups
        self._regroup()

    @property
    def active(self) -> Flags:
        """(P,) networks that are still being trained."""
        gone: Flags = self.diverged | self.dropped | self.stopped
        return ~gone

    def __repr__(self) -> str:
        return (
            f"Training(epoch {max(self.epoch, 0)} of {self.settings.epochs}, "
            f"{self.active.sum()} of {len(self.theta)} networks active)"
        )

    def drop(self, networks: Sequence[int] | Integers | Flags) -> None:
        """Train these networks no further; no number of the others changes by it.

        Args:
            networks: Their numbers, or a mask (P,). Their parameters stay as they are.

        Raises:
            ValueError: Numbers of no network, or a mask of another length.
        """
        self.dropped[checks.members(networks, len(self.theta), "drop")] = True
        self._regroup()

    def run(self) -> Record:
        """Train to the end.

        Returns:
            The last record.

        Raises:
            ValueError: The training has ended already.
        """
        records = list(self)
        if not records:
            raise ValueError("run: expected a training with epochs to come, got one that has ended")
        return records[-1]

    def check_whole(self) -> None:
        """Raise RuntimeError if an interrupt ended an epoch early: it is incomplete."""
        if not self._is_whole:
            raise RuntimeError(
                "this training was interrupted within an epoch, so its scores and parameters "
                "cannot be used: start again, or resume from a checkpoint"
            )

    def __iter__(self) -> "Training":
        return self

    def __next__(self) -> Record:
        self.check_whole()
        members = self._members
        if self.epoch >= self.settings.epochs or (self.epoch >= 0 and not len(members)):
            raise StopIteration
        self._is_whole = False
        self.epoch += 1
        # Overflow on the way to divergence is an outcome, not a warning. NumPy keeps its buffer
        # size with its error state, so leaving the block also restores the caller's.
        with np.errstate(all="ignore"):
            np.setbufsize(NUMPY_BUFFER)
            if self.epoch:
                self._train()
            if self._is_scored():
                self._score(members)
            else:
                self._scores[:, members] = np.nan
            self._find_diverged()
            if self.early_stopping is not None:
                self._stop_early(self.early_stopping)
        if self.diverged.any():
            self._scores[:, self.diverged] = np.nan
            self._running_cost[self.diverged] = np.nan
        record = self._record(self._scores.copy())
        self._regroup()
        self._is_whole = True
        return record

    def _score(self, members: Integers) -> None:
        """Scores of these networks; those of the others stay, as their parameters do."""
        found = self._scorer(members)
        self._scores[: len(found), members] = found

    def _train(self) -> None:
        started = time.perf_counter()
        self.setup.replay.clear()
        for group in self._groups:
            group.run_epoch(self.epoch)
            self.epochs_done[group.members] += 1
            if not group.is_view:
                self.theta[group.members] = group.theta
        if self.setup.running_cost:
            self._collect_running_cost()
        self.seconds += time.perf_counter() - started

    def _collect_running_cost(self) -> None:
        """The groups' costs of this epoch; NaN for networks that were not in it."""
        self._running_cost.fill(np.nan)
        for group in self._groups:
            self._running_cost[group.members] = group.running_cost

    def _is_scored(self) -> bool:
        every = self.settings.score_every
        return self.epoch == self.settings.epochs or (every > 0 and self.epoch % every == 0)

    def _find_diverged(self) -> None:
        # One sum a network is quick, and finite only if all its numbers are. It may also overflow
        # though they are finite: where it is not finite, each number is looked at.
        is_sane = np.isfinite(np.add.reduce(self.theta, axis=1))
        if not is_sane.all():
            is_sane = np.isfinite(self.theta).all(axis=1)
        if self._is_scored():
            is_sane &= self._scores[0] <= self._loss_limits  # NaN is not
        if not is_sane.all():
            self.diverged = self.diverged | (self.active & ~is_sane)

    def _stop_early(self, stopping: EarlyStopping) -> None:
        """Best weights back into the networks whose patience is over, and into all at the end."""
        stopping.update(self.epoch, self._scores[0 if self.dev is None else 2])
        ending = stopping.is_over(self.epoch) if self.epoch < self.settings.epochs else True
        ending = ending & self.active
        if ending.any():
            stopping.restore(ending)
            self._score(np.flatnonzero(ending))
            self.stopped = self.stopped | ending

    def _record(self, scores: Array) -> Record:
        evaluations = self.epochs_done * self._rows
        return Record(
            epoch=self.epoch,
            updates=self.epochs_done * self._batches,
            gradient_evaluations=evaluations,
            flops=evaluations * self._flops,
            seconds=self.seconds,
            train_loss=scores[0],
            train_error=scores[1],
            dev_loss=scores[2],
            dev_error=scores[3],
            diverged=self.diverged.copy(),
            active=self.active,
            running_cost=self._running_cost.copy(),
        )

    def _regroup(self) -> None:
        """Put the active networks into new groups, with the optimizer's state that they had."""
        active = self.active
        # An inactive network never becomes active again: an equal count means the same networks.
        if np.count_nonzero(active) == len(self._members):
            return
        state, steps = self.state()
        members = np.flatnonzero(active)
        parts = form_groups(self.setup, members.tolist(), self.theta.itemsize)
        with np.errstate(over="ignore"):  # a setting too large for float32 diverges, as it must
            self._groups = [Group(self.setup, each, self.theta) for each in parts]
        self._load_state(state, steps)
        # Set last: if an interrupt comes before, the count still differs, and the next call of this
        # function makes the groups again.
        self._members = members

    def state(self) -> tuple[dict[str, Array], NDArray[np.int64]]:
        """The optimizer's state (P, n_parameters) by name, and steps (P,); 0 for the inactive."""
        shape = (len(self.theta), self.setup.network.n_parameters)
        names = self.setup.settings.optimizer.state
        state = {name: np.zeros(shape, self.theta.dtype) for name in names}
        steps = np.zeros(len(self.theta), np.int64)
        for group in self._groups:
            steps[group.members] = group.stepper.steps
            for name, values in group.stepper.state.items():
                state[name][group.members] = values
        return state, steps

    def _load_state(self, state: Mapping[str, Array], steps: NDArray[np.int64]) -> None:
        for group in self._groups:
            group.stepper.steps = int(steps[group.members[0]])
            for name, values in group.stepper.state.items():
                values[:] = state[name][group.members]

    def snapshot(self) -> Snapshot:
        """What the rest of the training depends on. Raises RuntimeError, as `check_whole`."""
        self.check_whole()
        state, steps = self.state()
        best = self.early_stopping
        return Snapshot(
            epoch=self.epoch,
            seconds=self.seconds,
            steps=steps,
            state=state,
            epochs_done=self.epochs_done,
            diverged=self.diverged,
            dropped=self.dropped,
            stopped=self.stopped,
            scores=self._scores,
            best=None if best is None else (best.parameters, best.values, best.epochs),
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Go on where another training of the same setup was, with its theta."""
        self.epoch, self.seconds = snapshot.epoch, snapshot.seconds
        self.epochs_done, self._scores = snapshot.epochs_done, snapshot.scores
        self.diverged, self.dropped = snapshot.diverged, snapshot.dropped
        self.stopped = snapshot.stopped
        if (best := self.early_stopping) is not None and snapshot.best is not None:
            best.parameters, best.values, best.epochs = snapshot.best
        self._regroup()
        self._load_state(snapshot.state, snapshot.steps)


def _loss_limits(setup: Setup, population: int) -> Array:
    """(P,) train losses above which a network counts as diverged."""
    loss, y = setup.network.objective, setup.train.y

    def limit(y: Array) -> float:
        scale = loss.constant(y)
        # A target that does not vary has a best constant predictor of loss 0, and any loss would
        # be above a multiple of that. The scale is then the loss of predicting 0.
        zeros = float(loss.per_row(np.zeros((1, *y.T.shape), y.dtype), y).mean())
        return DIVERGENCE_FACTOR * (scale if scale > 1e-12 * zeros else max(zeros, 1.0))

    if setup.rows is None:
        return np.full(population, limit(y))
    return np.array([limit(y[own]) for own in setup.rows])
