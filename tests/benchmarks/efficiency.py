"""Parallel efficiency: the search of `studies/tabular_full.yaml` with one warm worker and four.

`python -m tests.benchmarks.efficiency`; `--profile` adds where the parent's own time goes.
"""

import argparse
import cProfile
import io
import pstats
import time
from dataclasses import dataclass
from statistics import median

from sweeps.data import Dataset
from sweeps.search.delayed import DelayedStudy
from sweeps.storage.store import Store
from sweeps.study.spec import Study
from tests.benchmarks import common

TARGET = 0.8


@dataclass(frozen=True)
class Turn:
    """One search in seconds: wall; the workers' at work, and how much of that on a processor.

    tail: the workers' idle at the end, when no trial is left. parent: by what it does, its wall.
    """

    seconds: float
    busy: float
    cpu: float
    tail: float
    parent: dict[str, float]
    parent_cpu: float

    @property
    def waiting(self) -> float:
        """A worker had a trial, and no processor."""
        return self.busy - self.cpu


def turn(study: Study, dataset: Dataset, engine: common.Watched, trials: int) -> Turn:
    """Search once with workers that are warm."""
    engine.spells.clear()
    cpu = time.process_time()
    with common.clocks(
        asking=(DelayedStudy, "ask"),
        telling=(DelayedStudy, "tell"),
        rules=(DelayedStudy, "rule"),
        journal=(Store, "asked"),
        records=(Store, "finished"),
        sending=(engine, "submit"),
    ) as parent:
        found = common.searched(study, dataset, engine, trials)
    last = max(spell.ended for spell in engine.spells)
    first_idle = sorted(spell.ended for spell in engine.spells)[-engine.jobs :]
    tail = sum(last - ended for ended in first_idle)
    busy = sum(spell.ended - spell.began for spell in engine.spells)
    on_cpu = sum(spell.cpu for spell in engine.spells)
    return Turn(found.seconds, busy, on_cpu, tail, parent, time.process_time() - cpu)


def of_jobs(jobs: int, turns: list[Turn]) -> list[str]:
    """A row: medians over the rounds."""
    wall = median(t.seconds for t in turns)
    busy = median(t.busy for t in turns)
    cpu = median(t.cpu for t in turns)
    share = median(t.busy / t.seconds / jobs for t in turns)
    tail = median(t.tail / t.seconds / jobs for t in turns)
    return [
        *(f"{jobs} {'job' if jobs == 1 else 'jobs'}", f"{wall:.2f}", f"{busy:.2f}", f"{cpu:.2f}"),
        *(f"{share:.1%}", f"{tail:.1%}"),
        f"{median(t.parent_cpu for t in turns):.2f}",
    ]


def tables(jobs: int, alone: list[Turn], together: list[Turn]) -> list[common.MarkdownTable]:
    """Efficiency, and what eats the rest of it."""
    pairs = list(zip(alone, together, strict=True))
    efficiency = median(a.seconds / b.seconds / jobs for a, b in pairs)
    capacity = [b.seconds * jobs for _, b in pairs]
    losses = {
        "the same training takes more CPU (caches, memory)": [b.cpu - a.cpu for a, b in pairs],
        "a worker has no processor (the parent, other programs)": [
            b.waiting - a.waiting for a, b in pairs
        ],
        "no trial is left for a worker, at the end": [b.tail for _, b in pairs],
        "workers wait for the parent": [b.seconds * jobs - b.busy - b.tail for _, b in pairs],
        "the one worker had waited too (a gain)": [a.busy - a.seconds for a, _ in pairs],
    }
    rest = [
        [what, f"{median(s / whole for s, whole in zip(lost, capacity, strict=True)):.1%}"]
        for what, lost in losses.items()
    ]
    parent = [
        [what, *(f"{median(t.parent[what] for t in turns):.2f}" for turns in (alone, together))]
        for what in alone[0].parent
    ]
    heads = [
        "",
        "wall s",
        "at work s",
        "CPU s",
        "workers at work",
        "idle at the end",
        "parent's CPU s",
    ]
    return [
        common.MarkdownTable(
            "Parallel efficiency",
            f"{jobs} jobs over 1: {common.verdict(efficiency, '≥', TARGET)} (of rounds: "
            + ", ".join(f"{a.seconds / b.seconds / jobs:.2f}" for a, b in pairs)
            + "). The search alone, workers warm; medians.",
            heads,
            [of_jobs(1, alone), of_jobs(jobs, together)],
        ),
        common.MarkdownTable(
            "What eats the rest",
            f"Share of the {jobs} workers' time; with the efficiency it adds up to one.",
            ["", "share"],
            rest,
        ),
        common.MarkdownTable(
            "The parent",
            "Wall seconds of a search in each thing that it does, while the workers train.",
            ["", "1 job", f"{jobs} jobs"],
            parent,
        ),
    ]


def profile(study: Study, dataset: Dataset, engine: common.Watched, trials: int) -> str:
    """The parent's functions, by their own time."""
    profiler, text = cProfile.Profile(), io.StringIO()
    profiler.enable()
    common.searched(study, dataset, engine, trials)
    profiler.disable()
    pstats.Stats(profiler, stream=text).strip_dirs().sort_stats("tottime").print_stats(25)
    return text.getvalue()


def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    study, dataset = common.shipped("tabular_full")
    print(common.facts(options))
    with (
        common.watched(dataset, 1) as one,
        common.watched(dataset, options.jobs) as many,
    ):
        found = common.turns(
            options.rounds,
            {
                "alone": lambda: turn(study, dataset, one, options.trials),
                "together": lambda: turn(study, dataset, many, options.trials),
            },
        )
        for table in tables(options.jobs, found["alone"], found["together"]):
            print(table.markdown())
        if options.profile:
            print(profile(study, dataset, many, options.trials))


if __name__ == "__main__":
    parser = common.arguments(__doc__, rounds=3, trials=200)
    parser.add_argument("--profile", action="store_true", help="the parent's functions")
    main(parser.parse_args())
