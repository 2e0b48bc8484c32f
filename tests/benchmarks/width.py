"""What a wider window costs the search, whose sampler then learns of its trials later.

`python -m tests.benchmarks.width`. The search of `tabular_full` with the windows given, under seeds
of its own each, and one worker apiece, so that nothing but the window differs. What it finds is the
least dev loss among its trials.
"""

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from statistics import mean

import numpy as np

from reports.stats import intervals
from tests.benchmarks import common


def least(window: int, seed: int, trials: int) -> float:
    """The least dev loss of a search, in a process of its own."""
    call = [sys.executable, "-m", __spec__.name, "--windows", str(window), "--seed", str(seed)]
    done = subprocess.run(
        [*call, "--trials", str(trials)], capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout))


def of_one(window: int, seed: int, trials: int) -> float:
    """In that process."""
    choices = (f"search.window={window}", f"search.seed={seed}")
    study, dataset = common.shipped("tabular_full", *choices)
    with common.watched(dataset, 1) as engine:
        found = common.searched(study, dataset, engine, trials)
    return min(one.outcome.value for one in found.finished if one.outcome.state == "complete")


def row(found: dict[tuple[int, int], float], window: int, first: int, rounds: int) -> list[str]:
    """A window beside the first one, seed by seed."""
    values = [found[window, seed] for seed in range(1, rounds + 1)]
    if window == first:
        return [str(window), f"{mean(values):.4f}", ""]
    others = [found[first, seed] for seed in range(1, rounds + 1)]
    apart = intervals.t_mean(np.subtract(values, others))
    said = f"{apart.estimate:+.4f} [{apart.low:+.4f}, {apart.high:+.4f}]"
    return [str(window), f"{mean(values):.4f}", said]


def main(options: argparse.Namespace) -> None:
    """Search and print."""
    print(common.facts(options))
    each = list(product(options.windows, range(1, options.rounds + 1)))
    with ThreadPoolExecutor(options.jobs) as pool:
        values = list(pool.map(lambda one: least(*one, options.trials), each))
    found = dict(zip(each, values, strict=True))
    rows = [row(found, window, options.windows[0], options.rounds) for window in options.windows]
    note = (
        f"Least dev loss of {options.trials} trials of `tabular_full`, mean over {options.rounds} "
        "seeds of the search; at the right less the first window's, 95 % over seeds."
    )
    print(
        common.MarkdownTable(
            "A wider window", note, ["window", "least", "difference"], rows
        ).markdown()
    )


if __name__ == "__main__":
    parser = common.arguments(__doc__, rounds=12, trials=200)
    parser.add_argument("--windows", type=int, nargs="+", default=[16, 32], help="beside the first")
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.seed is not None:
        print(json.dumps(of_one(given.windows[0], given.seed, given.trials)))
    else:
        main(given)
