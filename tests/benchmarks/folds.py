"""What replicates with rows of their own cost beside seeds on one split.

`python -m tests.benchmarks.folds`. The defaults of studies that ship, alone and as packs of trials,
with five folds and with five seeds. Processor time for each row of a gradient, so that neither the
folds' larger training parts nor what else the machine does is in the ratio.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from statistics import median

from threadpoolctl import threadpool_limits

from sweeps.data import Dataset
from sweeps.study.spec import Study
from sweeps.training import seeds
from sweeps.training.task import Task
from sweeps.training.trial import train_together
from tests.benchmarks import common

STUDIES = ("quickstart", "breast_cancer", "tabular_full", "csv_example", "mini_batches")
PACKS = (1, 4)
RESAMPLED = ("replicates={count: 5, resample: kfold}",)


def microseconds(study: Study, dataset: Dataset, trials: int) -> float:
    """Of the processor, for each row of a gradient, of so many trials of the defaults together."""
    replicates, objectives = range(study.replicates.count), study.objectives
    one = Task(0, study.space.default, 0, seeds.SEARCH, replicates, objectives, study.dtype)
    tasks, seen = [replace(one, number=number) for number in range(trials)], dataset.for_search
    began = time.process_time()
    outcomes = train_together(tasks, seen)
    spent = time.process_time() - began
    rows = sum(outcome.curves["gradient_evaluations"][-1] for outcome in outcomes)
    return float(1e6 * spent / (rows * len(replicates)))


def rows(options: argparse.Namespace) -> Iterator[list[str]]:
    """A row a study and size of pack."""
    for name in options.studies:
        kinds = {"seeds": ("replicates={count: 5, resample: none}",), "folds": RESAMPLED}
        each = {kind: common.shipped(name, *said) for kind, said in kinds.items()}
        for trials in PACKS:
            timed: dict[str, Callable[[], float]] = {
                kind: partial(microseconds, *known, trials) for kind, known in each.items()
            }
            for warm in timed.values():
                warm()
            found = common.turns(options.rounds, timed)
            over = common.ratio(found["folds"], found["seeds"])
            means = [f"{median(found[kind]):.3f}" for kind in kinds]
            yield [name, str(trials), *means, f"{over:.2f}"]


def main(options: argparse.Namespace) -> None:
    """Train and print."""
    print(common.facts(options))
    note = (
        f"µs of the processor for each row of a gradient, median of {options.rounds} rounds; at "
        "the right the median of the rounds' ratios."
    )
    heads = ["study", "trials together", "five seeds", "five folds", "ratio"]
    with threadpool_limits(1):
        table = list(rows(options))
    print(common.MarkdownTable("Folds beside seeds", note, heads, table).markdown())


if __name__ == "__main__":
    parser = common.arguments(__doc__, rounds=5, trials=1)
    parser.add_argument("--studies", nargs="+", default=STUDIES, help="those of them alone")
    main(parser.parse_args())
