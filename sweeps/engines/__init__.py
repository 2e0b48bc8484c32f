"""Where tasks run: submit, wait, and what a dead worker looks like."""

from sweeps.engines.base import Engine, Failure
from sweeps.engines.loky import Loky
from sweeps.engines.workers import run_task, start_worker

__all__ = ["Engine", "Failure", "Loky", "run_task", "start_worker"]
