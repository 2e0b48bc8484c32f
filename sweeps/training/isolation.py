"""Isolates the user's code from ours: its random numbers, its threads, its time."""

import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np


class TimeUp(BaseException):
    """The time is up. A BaseException, so that user code with `except Exception` lets it pass."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeUp after so many seconds inside, wherever the Python code then is.

    C code is interrupted only when it returns. There is no limit outside the main thread, nor on
    Windows, which has no such signal.
    """
    if (
        seconds >= threading.TIMEOUT_MAX
        or sys.platform == "win32"
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def up(number: int, frame: FrameType | None) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, up)
    # Again every second, since the code may have caught the first one and gone on.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Limit PyTorch, if it is loaded, to one thread; the worker itself limits BLAS and OpenMP."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Randomness:
    """The global generators of Python, NumPy and PyTorch as one replicate sees them.

    Inside `with`, they go on from where this replicate left them, the first time from its seed; so
    code that draws from them is reproducible, whatever other replicates draw.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._mine: dict[str, Any] = {}
        self._others: dict[str, Any] = {}

    def __enter__(self) -> None:
        for name, (get, put, start) in GENERATORS.items():
            if name in sys.modules:
                self._others[name] = get()
                if name in self._mine:
                    put(self._mine[name])
                else:
                    start(self._seed)

    def __exit__(self, *rest: object) -> None:
        for name, (get, put, _) in GENERATORS.items():
            if name in sys.modules:
                self._mine[name] = get()
            if name in self._others:
                put(self._others.pop(name))


def _torch() -> Any:
    return sys.modules["torch"]


# By module: how its generator's state is read, set, and made from a seed. NumPy's is global.
GENERATORS: Mapping[
    str, tuple[Callable[[], Any], Callable[[Any], object], Callable[[int], object]]
] = {
    "random": (random.getstate, random.setstate, random.seed),
    "numpy": (np.random.get_state, np.random.set_state, np.random.seed),
    "torch": (
        lambda: _torch().get_rng_state(),
        lambda state: _torch().set_rng_state(state),
        lambda seed: _torch().manual_seed(seed),
    ),
}
