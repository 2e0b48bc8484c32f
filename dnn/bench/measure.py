"""Measurements: contestants take turns, A B C A B C …, and every turn's seconds are kept.

Taking turns lets a slow moment of the machine fall on all alike; medians then leave it out.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from statistics import median

from dnn.bench.workers import BenchmarkJob, Worker, WorkerAnswer

COLD_POPULATION, COLD_EPOCHS = 5, 60
LOAD_WORK, LOAD_POPULATION = "tabular", 64


@dataclass(frozen=True)
class Plan:
    """How long to measure: rounds, a turn's length, and when to begin no further round."""

    rounds: int = 5
    cold_rounds: int = 3
    turn_seconds: float = 0.3
    budget_seconds: float = 45.0


@dataclass
class Measurement:
    """What one contestant did in one table.

    `seconds` has one entry a round, each of `epochs` epochs: of training alone, but in `cold` of
    everything since the request. updates: each network's in a round; flops: all networks' matrix
    products in a round. first_seconds: building and the first epoch, compilation included
    (0 in `cold`, where every round has them).
    memory_bytes: the growth of the peak since libraries and data were loaded, over all processes.
    """

    table: str
    job: BenchmarkJob
    cores: int
    epochs: int
    updates: int = 0
    flops: int = 0
    first_seconds: float = 0.0
    memory_bytes: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def median_seconds(self) -> float:
        """Of a round."""
        return median(self.seconds)

    @property
    def rate(self) -> float:
        """Networks · steps per second."""
        return self.job.population * self.updates / self.median_seconds

    @property
    def flop_rate(self) -> float:
        """FLOPs of matrix products per second."""
        return self.flops / self.median_seconds


class Contestant:
    """One job, its networks shared out over cores, one process a core."""

    def __init__(
        self, table: str, job: BenchmarkJob, cores: Sequence[int], workers: Sequence[Worker]
    ):
        self._workers = workers
        self.measurement = Measurement(table, job, len(cores), epochs=1)
        self._baseline = sum(worker.hear().peak_bytes for worker in workers)
        answers = self._ask(1)
        self.measurement.first_seconds = max(answer.wall_seconds for answer in answers)

    @classmethod
    @contextmanager
    def enter(cls, table: str, job: BenchmarkJob, cores: Sequence[int]) -> Iterator["Contestant"]:
        """Ready to race: loaded, built and warmed by one epoch."""
        shares = [job.population // len(cores)] * len(cores)
        for at in range(job.population % len(cores)):
            shares[at] += 1
        with ExitStack() as stack:
            workers = [
                stack.enter_context(Worker(replace(job, population=share), core))
                for share, core in zip(shares, cores, strict=True)
                if share
            ]
            yield cls(table, job, cores, workers)

    def settle(self, turn_seconds: float) -> None:
        """Find how many epochs fill a turn; twice, for the first guess has a turn's own costs."""
        for _ in range(2):
            epochs = self.measurement.epochs
            seconds = self._train(epochs)
            self.measurement.epochs = max(1, round(turn_seconds * epochs / seconds))
            if seconds >= turn_seconds:
                return

    def turn(self) -> None:
        """Train for a turn and keep its seconds."""
        self.measurement.seconds.append(self._train(self.measurement.epochs))

    def _train(self, epochs: int) -> float:
        """Seconds of the slowest process."""
        return max(answer.seconds for answer in self._ask(epochs))

    def _ask(self, epochs: int) -> list[WorkerAnswer]:
        """All processes at once; the measurement keeps what the last turn counted."""
        for worker in self._workers:
            worker.tell(epochs)
        answers = [worker.hear() for worker in self._workers]
        m = self.measurement
        m.updates = answers[0].updates
        m.flops = sum(answer.flops for answer in answers)
        m.memory_bytes = sum(answer.peak_bytes for answer in answers) - self._baseline
        return answers


def race(
    table: str, jobs: Sequence[BenchmarkJob], cores: Sequence[int], plan: Plan
) -> list[Measurement]:
    """Warm rates: all contestants stay alive and take turns on the same cores."""
    with ExitStack() as stack:
        contestants = [stack.enter_context(Contestant.enter(table, job, cores)) for job in jobs]
        for contestant in contestants:
            contestant.settle(plan.turn_seconds)
        _take_turns([contestant.turn for contestant in contestants], plan.rounds, plan)
        return [contestant.measurement for contestant in contestants]


def joined(runs: Sequence[Measurement]) -> Measurement:
    """One contestant's turns in several processes, as if all had been of the first one's epochs."""
    epochs = runs[0].epochs
    seconds = [second * epochs / run.epochs for run in runs for second in run.seconds]
    return replace(runs[0], seconds=seconds)


def cold(jobs: Sequence[BenchmarkJob], core: int, plan: Plan) -> list[Measurement]:
    """Everything from the request to the last epoch, in a fresh process at every turn."""
    measurements = [Measurement("cold", job, 1, COLD_EPOCHS) for job in jobs]

    def turn(measurement: Measurement) -> None:
        with Worker(measurement.job, core) as worker:
            loaded = worker.hear()
            worker.tell(COLD_EPOCHS)
            done = worker.hear()
        measurement.seconds.append(done.wall_seconds)
        measurement.updates, measurement.flops = done.updates, done.flops
        growth = done.peak_bytes - loaded.peak_bytes
        measurement.memory_bytes = max(measurement.memory_bytes, growth)

    turns = [lambda m=m: turn(m) for m in measurements]
    _take_turns(turns, plan.cold_rounds, plan)
    return measurements


def _take_turns(turns: Sequence[Callable[[], None]], rounds: int, plan: Plan) -> None:
    """Whole rounds, at least one, until there were enough or the budget is spent."""
    started = time.perf_counter()
    for _ in range(rounds):
        for turn in turns:
            turn()
        if time.perf_counter() - started > plan.budget_seconds:
            return
