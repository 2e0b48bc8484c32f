"""How long to train, and which epoch counts: the true error of the saved model, and its cost.

`python -m tests.benchmarks.horizon`. The study that `sweeps new` proposes for a table, searched and
confirmed under each rule, on generated tables whose truth is 20,000 more rows, and on halves of
scikit-learn's own. Seconds are of the processor, of search and confirmation, in one process.
"""

import argparse
import contextlib
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import datasets
from threadpoolctl import threadpool_limits

import sweeps
from sweeps import engines
from sweeps.commands.work import new
from sweeps.phases import horizon, prepare
from sweeps.results import reporting
from tests.benchmarks import common

FRESH = 20_000
LEAST = 1e-3  # an error of nothing has no ratio
Rows = tuple[NDArray[Any], NDArray[Any]]


@dataclass(frozen=True)
class Table:
    """Rows to tune on, and how to make them and more: rows and a seed to inputs and targets."""

    rows: int
    draw: Callable[[int, np.random.Generator], Rows]
    is_number: bool = False


def _rings(n: int, rng: np.random.Generator) -> Rows:
    return datasets.make_circles(n, noise=0.15, random_state=_seed(rng))


def _moons(n: int, rng: np.random.Generator) -> Rows:
    return datasets.make_moons(n, noise=0.3, random_state=_seed(rng))


def _linear(n: int, rng: np.random.Generator) -> Rows:
    x = rng.normal(size=(n, 10))
    return x, (rng.random(n) < 1 / (1 + np.exp(-1.5 * x[:, :4].sum(axis=1) / 2))).astype(int)


def _products(n: int, rng: np.random.Generator) -> Rows:
    x = rng.normal(size=(n, 8))
    score = 2 * x[:, 0] * x[:, 1] + x[:, 2]
    return x, (rng.random(n) < 1 / (1 + np.exp(-2 * score))).astype(int)


def _clusters(n: int, rng: np.random.Generator) -> Rows:
    """Three classes of three clusters each, in six columns; the centres are always the same."""
    centres = np.random.default_rng(7).normal(scale=1.6, size=(9, 6))
    which = rng.integers(9, size=n)
    return centres[which] + rng.normal(size=(n, 6)), which % 3


def _friedman(n: int, rng: np.random.Generator) -> Rows:
    """Friedman (1991), his first."""
    return datasets.make_friedman1(n, noise=1.0, random_state=_seed(rng))


def _waves(n: int, rng: np.random.Generator) -> Rows:
    x = rng.uniform(-3, 3, size=(n, 3))
    return x, np.sin(2 * x[:, 0]) + x[:, 1] ** 2 / 4 + rng.normal(scale=0.3, size=n)


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))


TABLES: Mapping[str, Table] = {
    "rings": Table(500, _rings),
    "moons": Table(300, _moons),
    "linear": Table(500, _linear),
    "products": Table(1000, _products),
    "clusters": Table(600, _clusters),
    "products, more": Table(2000, _products),
    "friedman": Table(400, _friedman, is_number=True),
    "waves": Table(1000, _waves, is_number=True),
}
REAL = {
    "breast cancer": (datasets.load_breast_cancer, False),
    "wine": (datasets.load_wine, False),
    "digits": (datasets.load_digits, False),
    "diabetes": (datasets.load_diabetes, True),
}


def _frame(rows: Rows, is_number: bool) -> pd.DataFrame:
    x, y = rows
    frame = pd.DataFrame(x, columns=[f"x{column}" for column in range(x.shape[1])])
    return frame.assign(y=y if is_number else [f"class {code}" for code in y])


def drawn(name: str, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table's rows to tune on, and fresh ones to tell the truth by."""
    rng = np.random.default_rng(seed)
    if name in TABLES:
        table = TABLES[name]
        each = table.draw(table.rows, rng), table.draw(FRESH, rng)
        return _frame(each[0], table.is_number), _frame(each[1], table.is_number)
    load, is_number = REAL[name]
    whole = _frame(load(return_X_y=True), is_number).sample(frac=1, random_state=seed)
    half = len(whole) // 2
    return whole[:half], whole[half:]


class InProcess:
    """An engine that works on its tasks when they are waited for, in this process."""

    def __init__(self, function: Callable[[Any, Any], Any], shared: Any) -> None:
        self.jobs, self._function, self._shared = 1, function, shared
        self._queue: list[tuple[int, Any]] = []

    def submit(self, key: int, task: Any) -> None:
        """Queue a task."""
        self._queue.append((key, task))

    def ready(self) -> bool:
        """Nothing is done meanwhile."""
        return False

    def wait(self) -> list[tuple[int, Any]]:
        """The next one."""
        if not self._queue:
            return []
        key, task = self._queue.pop(0)
        return [(key, self._function(task, self._shared))]

    def close(self) -> None:
        """Nothing to end."""


def said(rule: str, rows: int) -> list[str]:
    """A rule in words, such as `300 last` or `3000 updates shared`, as overrides of the study."""
    number, *_, at = rule.split()
    epochs = int(number)
    if "updates" in rule:
        updates = math.ceil(0.6 * rows / 32)
        epochs = min(max(round(epochs / updates), horizon.LEAST), horizon.MOST)
    return [f"fixed.epochs={epochs}", f"objective.at={at}"]


@dataclass(frozen=True)
class Found:
    """What a run came to: true error, processor seconds, and whether it says one class alone."""

    error: float
    seconds: float
    is_constant: bool


def found(name: str, rule: str, seed: int, options: argparse.Namespace) -> Found:
    """Tune, confirm, and ask the saved model for the fresh rows."""
    rows, fresh = drawn(name, seed)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        rows.to_csv("table.csv", index=False)
        new.create("study", "table.csv", "y")
        overrides = [
            *said(rule, len(rows)),
            *(f"search.trials={options.trials}", f"search.seed={seed}", "confirm.baselines=[]"),
            *(f"data.split.seed={seed}", f"confirm.replicates={options.networks}"),
        ]
        clock = time.process_time()
        with _in_process():
            result = sweeps.run("study.yaml", jobs=1, quiet=True, set=overrides)
        seconds = time.process_time() - clock
        guess = result.predict(fresh.drop(columns="y"))
        guess = guess if isinstance(guess, pd.Series) else guess.iloc[:, 0]
    truth = fresh["y"]
    if truth.dtype.kind == "f":
        error = float(np.sqrt(((guess.to_numpy() - truth.to_numpy()) ** 2).mean()) / truth.std())
        return Found(error, seconds, bool(guess.std() < 1e-3 * truth.std()))
    wrong = guess.to_numpy() != truth.to_numpy()
    return Found(float(wrong.mean()), seconds, bool((guess == guess.iloc[0]).all()))


@contextlib.contextmanager
def _in_process() -> Iterator[None]:
    """Neither workers nor a report: all that a run trains is trained here, in one thread."""

    def make(spec: Any, function: Any, shared: Any, *rest: Any) -> InProcess:
        return InProcess(function, shared)

    with (
        threadpool_limits(1),
        mock.patch.object(engines, "make", make),
        mock.patch.object(reporting, "write"),
        mock.patch.object(reporting, "warm_up"),
    ):
        yield


def row(name: str, options: argparse.Namespace) -> list[list[Found]]:
    """By rule, a run for each seed."""
    return [
        [found(name, rule, seed, options) for seed in range(options.rounds)]
        for rule in options.rules
    ]


def main(options: argparse.Namespace) -> None:
    """Run and print."""
    print(common.facts(options))
    prepare.optuna_quietly()  # loads it, which is no rule's cost
    table, ratios = [], []
    for name in options.tables:
        each = row(name, options)
        errors = [max(LEAST, float(np.mean([one.error for one in runs]))) for runs in each]
        seconds = [float(np.mean([one.seconds for one in runs])) for runs in each]
        constants = [sum(one.is_constant for one in runs) for runs in each]
        ratios.append([np.log(np.array(one) / one[0]) for one in (errors, seconds)])
        cells = [
            f"{error:.3f}{f' ({flat} constant)' if flat else ''}, {spent:.1f} s"
            for error, spent, flat in zip(errors, seconds, constants, strict=True)
        ]
        table.append([name, *cells])
        print("| " + " | ".join(table[-1]), flush=True)
    means = np.exp(np.mean(ratios, axis=0))
    table.append(["geometric mean", *(f"× {e:.3f}, × {s:.2f}" for e, s in means.T)])
    note = (
        f"True error of the saved model (share of rows; in regression the RMSE in SDs of the "
        f"target), mean of {options.rounds} draws of the table, and processor seconds; the last "
        "line beside the first rule."
    )
    head = ["table", *options.rules]
    print(common.MarkdownTable("How long, and which epoch", note, head, table).markdown())


RULES = ("60 last", "300 best", "300 shared", "2000 updates shared", "4000 updates shared")

if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = common.arguments(__doc__, rounds=3, trials=30)
    parser.add_argument("--networks", type=int, default=10, help="of a confirmed setting")
    parser.add_argument("--rules", nargs="+", default=RULES, help="epochs or updates, and at")
    parser.add_argument("--tables", nargs="+", default=[*TABLES, *REAL], help="those alone")
    main(parser.parse_args())
