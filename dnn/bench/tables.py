"""The tables of a benchmark: which jobs race in each, and how long that took."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from dnn.bench.measure import (
    COLD_POPULATION,
    LOAD_POPULATION,
    LOAD_WORK,
    Measurement,
    Plan,
    cold,
    joined,
    race,
)
from dnn.bench.workers import BenchmarkJob
from dnn.bench.works import FEATURES

# Where the share of the machine's matrix product is measured.
FLOPS_WORK, FLOPS_POPULATION = "wide", 16
# How many turns a round has where costs are measured, each so much shorter.
SHORTER = 6
# The populations whose costs and rates have targets.
POPULATIONS = (1, 16)


@dataclass(frozen=True)
class Request:
    """What to measure, on which cores, for how long. `engines` begins with ours."""

    engines: Sequence[str]
    works: Sequence[str]
    populations: Sequence[int]
    cores: Sequence[int]
    plan: Plan

    @property
    def core(self) -> Sequence[int]:
        """The one core of every measurement but `load`: the last one allowed (see taskset)."""
        return self.cores[-1:]


def warm(request: Request) -> Iterator[list[Measurement]]:
    """Every engine on every work and population, on one core."""
    for work in request.works:
        for population in request.populations:
            jobs = [BenchmarkJob(engine, work, population) for engine in request.engines]
            yield race("warm", jobs, request.core, request.plan)


def cold_starts(request: Request) -> Iterator[list[Measurement]]:
    """Five networks for 60 epochs, nothing compiled for their shape."""
    for work in request.works:
        jobs = [BenchmarkJob(engine, work, COLD_POPULATION) for engine in request.engines]
        yield cold(jobs, request.core[0], request.plan)


def costs(request: Request) -> Iterator[list[Measurement]]:
    """Our engine with each feature beside without.

    In fresh processes every round, and in shorter turns: these ratios are so near to 1 that where a
    process happens to find its memory would decide about them.
    """
    turn_seconds = request.plan.turn_seconds / SHORTER
    plan = replace(request.plan, rounds=SHORTER, turn_seconds=turn_seconds)
    for work in request.works:
        for population in request.populations:
            jobs = [BenchmarkJob("ours", work, population, feature=feature) for feature in FEATURES]
            races = [race("costs", jobs, request.core, plan) for _ in range(request.plan.rounds)]
            yield [joined(runs) for runs in zip(*races, strict=True)]


def flops(request: Request) -> Iterator[list[Measurement]]:
    """Our engine beside matrix products alone."""
    jobs = [
        BenchmarkJob("ours", FLOPS_WORK, FLOPS_POPULATION),
        BenchmarkJob("ours", FLOPS_WORK, FLOPS_POPULATION, optimizer="gradient_descent"),
        BenchmarkJob("products", FLOPS_WORK, FLOPS_POPULATION),
        BenchmarkJob("square", FLOPS_WORK, FLOPS_POPULATION),
    ]
    yield race("flops", jobs, request.core, request.plan)


def load(request: Request) -> Iterator[list[Measurement]]:
    """A sweep's load: 64 networks over all cores."""
    jobs = [BenchmarkJob(engine, LOAD_WORK, LOAD_POPULATION) for engine in request.engines]
    yield race("load", jobs, request.cores, request.plan)


TABLES: dict[str, Callable[[Request], Iterator[list[Measurement]]]] = {
    "warm": warm,
    "flops": flops,
    "costs": costs,
    "load": load,
    "cold": cold_starts,
}
