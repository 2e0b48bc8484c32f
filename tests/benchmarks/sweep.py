"""A whole sweep against Optuna, joblib and scikit-learn's MLPClassifier: 200 trials × 5 replicates.

`python -m tests.benchmarks.sweep`. Each side runs in a process of its own (`ours.py`, `peer.py`),
in turn: on the space that both have, every epoch trained; each as it ships; and all searched.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

import studies
from reports.stats.sampling import bootstrap, intervals
from tests.benchmarks import common

HERE = Path(__file__).parent
WIDTHS = "[[16], [32, 16], [64, 32], [64, 64, 32]]"
# What the vocabulary and the study file have where nothing is said.
OUR_DEFAULTS = ("fixed.epochs=60", "fixed.initializer=he", "search.pruner=median")


@dataclass(frozen=True)
class Race:
    """What each side runs, and how many times as fast we are to be."""

    title: str
    note: str
    ours: tuple[str, ...]
    theirs: str
    target: float


RACES = {
    "common": Race(
        "The common space",
        "Hyperparameters that both sides have, on the rows of `studies/breast_cancer.yaml`: same "
        "network (32-16), epochs (200), replicates, choices, ranges and TPE; nothing pruned or "
        "stopped early, no dropout; λ and alpha mapped onto each other.",
        (str(HERE / "common_space.yaml"),),
        "common",
        8.0,
    ),
    "widths": Race(
        "The common space, wider networks",
        "As above, and both search the widths of `tabular_full`, up to 64-64-32: the more a step "
        "is matrix product, which both leave to the same library, the nearer they come.",
        (str(HERE / "common_space.yaml"), f"--set=space.hidden={WIDTHS}"),
        "widths",
        8.0,
    ),
    "shipped": Race(
        "As shipped",
        "The common space, and each side's defaults for the rest. Ours: 60 epochs, median "
        "pruning. Theirs: at most 200 epochs, until the training loss stands still; "
        "MLPClassifier reports no epochs that Optuna could prune by.",
        (str(HERE / "common_space.yaml"), *(f"--set={one}" for one in OUR_DEFAULTS)),
        "shipped",
        15.0,
    ),
    "full": Race(
        "Everything searched",
        "Ours: `studies/tabular_full.yaml` as it stands, 200 epochs, with dropout, batch "
        "normalization, schedules and median pruning. Theirs: all that MLPClassifier has to "
        "search, until the training loss stands still.",
        (str(studies.path("tabular_full")),),
        "full",
        15.0,
    ),
}


@dataclass(frozen=True)
class Side:
    """One run of one side. Seconds: the whole process, its search, its confirmation, in Optuna."""

    whole: float
    search: float
    confirm: float
    optuna: float
    dev_loss: float
    wrong: np.ndarray  # (fresh networks, test rows), 1 where it errs


def run(module: str, what: Sequence[str], options: argparse.Namespace) -> Side:
    """Run a side in a fresh process."""
    call = [sys.executable, "-m", f"tests.benchmarks.{module}", *what]
    call += ["--trials", str(options.trials), "--jobs", str(options.jobs)]
    started = time.perf_counter()
    done = subprocess.run(call, stdout=subprocess.PIPE, text=True, check=True)
    whole = time.perf_counter() - started
    said = json.loads(done.stdout.splitlines()[-1])
    wrong = np.array(said.pop("wrong"), dtype=float)
    return Side(whole=whole, wrong=wrong, **said)


def in_percent(found: intervals.Interval) -> str:
    """`3.5 [1.4, 8.7]`."""
    return f"{found.estimate * 100:.1f} [{found.low * 100:.1f}, {found.high * 100:.1f}]"


def errors(ours: Side, theirs: Side) -> tuple[str, str, str]:
    """Each side's test error in percent, and ours less theirs on the same resampled rows."""
    rng = np.random.default_rng(0)
    rows = bootstrap.row_weights(rng, ours.wrong.shape[1])
    seeds = [bootstrap.replicate_weights(rng, len(side.wrong)) for side in (ours, theirs)]
    draws = [
        bootstrap.error_draws(side.wrong, weights, drawn)
        for side, weights, drawn in zip((ours, theirs), seeds, (rows, rows.other), strict=True)
    ]
    low, high = bootstrap.percentiles(draws[0] - draws[1])
    estimate = ours.wrong.mean() - theirs.wrong.mean()
    no_worse = "✓" if low <= 0 else "✗"
    difference = f"{estimate * 100:+.1f} [{low * 100:+.1f}, {high * 100:+.1f}] {no_worse}"
    own = [
        in_percent(bootstrap.proportion(side.wrong, weights, rows))
        for side, weights in zip((ours, theirs), seeds, strict=True)
    ]
    return own[0], own[1], difference


def table(race: Race, ours: list[Side], theirs: list[Side]) -> common.MarkdownTable:
    """Seconds and errors of both sides; ratios are medians over the rounds."""
    spans = {
        "whole process": lambda side: side.whole,
        "search": lambda side: side.search,
        "fresh seeds": lambda side: side.confirm,
        "in Optuna": lambda side: side.optuna,
    }
    rows = []
    for what, span in spans.items():
        mine, other = [span(side) for side in ours], [span(side) for side in theirs]
        ratio = common.ratio(other, mine)
        is_raced = what == "search"
        faster = common.verdict(ratio, "≥", race.target) if is_raced else f"{ratio:.2f}"
        rows.append([f"{what}, s", f"{median(mine):.2f}", f"{median(other):.2f}", faster])
    shares = [median(side.optuna / side.search for side in sides) for sides in (ours, theirs)]
    rows.append(["Optuna's share of the search", *(f"{share:.1%}" for share in shares), ""])
    rows.append(
        ["best dev loss in the search", f"{ours[0].dev_loss:.4f}", f"{theirs[0].dev_loss:.4f}", ""]
    )
    rows.append(["test error of the best, %", *errors(ours[0], theirs[0])])
    note = (
        f"{race.note} The target is the search's, the 200 trials × 5 networks that both sides ask, "
        "train and tell, from the start of the workers on. The whole process also loads libraries "
        "and data; ours confirms the defaults and the next best beside the winner, trains "
        "baselines, and writes the report. "
        f"The last line: {len(ours[0].wrong)} fresh seeds on the test rows, 95 % over "
        "new rows and seeds; at the right ours less theirs."
    )
    return common.MarkdownTable(race.title, note, ["", "ours", "theirs", "theirs / ours"], rows)


def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    print(common.facts(options))
    for name in options.races:
        race = RACES[name]
        found = common.turns(
            options.rounds,
            {
                "ours": partial(run, "ours", race.ours, options),
                "theirs": partial(run, "peer", [race.theirs], options),
            },
        )
        print(table(race, found["ours"], found["theirs"]).markdown())


if __name__ == "__main__":
    parser = common.arguments(__doc__, rounds=3, trials=200)
    parser.add_argument("--races", nargs="+", choices=RACES, default=list(RACES))
    main(parser.parse_args())
