"""Processes that train: one job each, pinned to one core; a number of epochs in, JSON out.

The parent's side is `Worker`; the child's is `serve`. A child is pinned and gets its one thread
before it imports anything; its library and data are loaded before its clock and memory count.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self, TextIO

import numpy as np

from dnn.bench import works
from dnn.bench.engines import CEILINGS, ENGINES, BenchmarkEngine
from dnn.bench.problem import EngineTrainer, Problem, TurnResult, library
from dnn.data import Data
from dnn.network import Network
from dnn.settings import Settings

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "JAX_PLATFORMS": "cpu",
}
CHILD = (
    "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])}); "
    "from dnn.bench.workers import main; main()"
)


class WorkerError(RuntimeError):
    """A child ended before it answered."""


@dataclass(frozen=True)
class BenchmarkJob:
    """Who trains how many networks on what; the names are those of the tables."""

    engine: str
    work: str
    population: int
    feature: str = "plain"
    optimizer: str = "adam"


@dataclass(frozen=True)
class WorkerAnswer:
    """What a child answers to every command.

    seconds, updates, flops: of the turn, as in `TurnResult`. wall_seconds: of the whole command.
    peak_bytes: the child's largest resident memory since its data were loaded.
    """

    seconds: float
    updates: int
    flops: int
    wall_seconds: float
    peak_bytes: int


class Worker:
    """A fresh process on a core. Its first answer says that its library and data are loaded."""

    def __init__(self, job: BenchmarkJob, core: int) -> None:
        self.job = job
        root = str(Path(works.__file__).parents[2])
        path = os.pathsep.join(p for p in (root, os.environ.get("PYTHONPATH")) if p)
        self._process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(core), json.dumps(asdict(job))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": path},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        self._process.kill()
        self._process.communicate()

    def tell(self, epochs: int) -> None:
        """Have it train so many epochs; the first time it also builds its networks."""
        if self._process.stdin is None or self._process.poll() is not None:
            raise self._ended()
        self._process.stdin.write(f"{epochs}\n")
        self._process.stdin.flush()

    def hear(self) -> WorkerAnswer:
        """Raises WorkerError where the child ended; what it said stands on stderr."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise self._ended()
        return WorkerAnswer(**json.loads(line))

    def _ended(self) -> WorkerError:
        return WorkerError(
            f"{self.job.engine} on {self.job.work}: its process ended with exit code "
            f"{self._process.wait()}; the reason stands above"
        )


def main() -> None:
    """The child: its job is the second argument, its commands come on stdin."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    # Whatever a library prints must not stand between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    serve(BenchmarkJob(**json.loads(sys.argv[2])), sys.stdin, answers)


def serve(job: BenchmarkJob, commands: Iterable[str], answers: TextIO) -> None:
    """Load and answer; then train as many epochs as each line says, and answer."""

    def answer(turn: TurnResult, began: float) -> None:
        wall = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts KiB
        answers.write(json.dumps(asdict(WorkerAnswer(*turn, wall, peak))) + "\n")
        answers.flush()

    began = time.perf_counter()
    engine = {**ENGINES, **CEILINGS}[job.engine]
    library(engine.library)
    _warm_up(engine)
    problem = works.problem(job.work, job.feature, job.optimizer)
    theta, streams = problem.draw(job.population)
    # Linux forgets the peak here (proc(5)): making the data may have taken more for a moment.
    Path("/proc/self/clear_refs").write_text("5")
    answer(TurnResult(0.0, 0, 0), began)
    trainer: EngineTrainer | None = None
    for line in commands:
        began = time.perf_counter()
        trainer = trainer or engine.start(problem, theta, streams)
        answer(trainer.train(int(line)), began)


def _warm_up(engine: BenchmarkEngine) -> None:
    """Train a tiny network of another shape, so that whatever is imported late is imported now."""
    x, y = np.zeros((4, 3), np.float32), np.eye(4, 1, dtype=np.float32)
    tiny = Problem(Network(3, (2,), 1), Data(x, y), Settings(batch_size=2))
    engine.start(tiny, *tiny.draw(1)).train(1)
