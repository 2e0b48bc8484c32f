"""What the search's own trials give away: it is unfinished, at an edge, diverging, infeasible."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reports import summary, text
from reports.frames import Run
from reports.naming import plain_name
from reports.stats.lints.findings import NOTE, WARN, Lint
from reports.stats.search import tuning
from reports.stats.settings import objectives

LIMITS = {("keep_prob", "high"): 1.0, ("floor", "low"): 0.0}  # ends that nothing lies beyond


def unfinished(run: Run) -> Iterator[Lint]:
    """Fewer trials are done than were asked for, or some failed."""
    counts = run.provenance["counts"]
    done = counts["complete"] + counts["pruned"] + counts["failed"]
    words = text.ended_by(run)
    if done < counts["asked"] and words:
        yield Lint(
            "ended by a budget",
            NOTE,
            f"{done} of {counts['asked']} trials are done: the search was ended by {words}.",
            "Raise it and run the same command again: it takes up where it stopped.",
            "runs",
        )
    elif done < counts["asked"]:
        yield Lint(
            "unfinished search",
            WARN,
            f"{done} of {counts['asked']} trials are done.",
            "Run the same command again: it takes up where it stopped.",
            "runs",
        )
    if counts["failed"]:
        failed = run.trials[run.trials["state"] == "failed"]
        causes = sorted(set(failed["cause"].astype(str)) - {""})
        why = f" ({'; '.join(causes[:2])})" if causes else ""
        yield Lint(
            "failed trials",
            WARN,
            f"{text.count(counts['failed'], 'trial')} failed{why}.",
            "Remove the cause or take that part of the space out.",
            "runs",
        )


@dataclass(frozen=True)
class NearEdge:
    """A parameter whose best value lies at the "low" or "high" end of its range, `entry`."""

    name: str
    value: float
    end: str
    entry: dict[str, Any]


def near_edges(run: Run) -> Iterator[NearEdge]:
    """Those whose best value lies in the outer twentieth, unless nothing lies beyond that end."""
    trial = tuning.best_trial(run)
    best = tuning.settings_of(run, -1 if trial is None else trial)
    idle = summary.idle(best, run.provenance.get("trainer"))
    for name, value in best.items():
        if isinstance(value, (str, bool)) or name.partition(".")[0] in idle:
            continue
        where = tuning.position(run, name, float(value))
        if math.isnan(where) or tuning.EDGE < where < 1 - tuning.EDGE:
            continue
        end = "low" if where < 0.5 else "high"
        entry = tuning.space_of(run, name)
        if entry[end] != LIMITS.get((name.rpartition(".")[2], end)):
            yield NearEdge(name, float(value), end, entry)


def edges(run: Run) -> Iterator[Lint]:
    """The best value of a parameter lies in the outer twentieth of its range."""
    for one in near_edges(run):
        yield Lint(
            "best near an edge",
            WARN,
            f"The best {plain_name(one.name)}, {text.value(one.value)}, lies at the {one.end} end "
            f"of its range ({text.value(one.entry['low'])} to {text.value(one.entry['high'])}).",
            f"Widen its range beyond {text.value(one.entry[one.end])} and search again, unless "
            "that end is its natural limit.",
            "sensitivity",
        )


def diverged(run: Run) -> Iterator[Lint]:
    """A twentieth of the trials or more diverged."""
    done = run.trials[run.trials["state"].isin(["complete", "pruned"])]
    bad = int((done["diverged"] > 0).sum())
    if len(done) and bad / len(done) >= 0.05:
        where = tuning.divergence(run)
        strong = where[where["separation"] > 0.5]
        words = f": {strong['words'].iloc[0]}" if len(strong) else ""
        remedy = "Lower the learning rates on offer."
        if len(strong):
            name = str(strong["parameter"].iloc[0])
            what = "range" if tuning.numeric(run, name) else "choices"
            remedy = f"Narrow the {what} of {plain_name(name)}, or clip the gradients."
        yield Lint(
            "diverged trials",
            WARN if bad / len(done) >= 0.25 else NOTE,
            f"{bad} of {len(done)} trials had replicates that diverged{words}.",
            remedy,
            "sensitivity",
        )


def infeasible(run: Run) -> Iterator[Lint]:
    """No trial kept the constraints on metrics, or few did."""
    done = objectives.complete(run)
    if not run.provenance["limits"] or not len(done):
        return
    kept = int(done["feasible"].sum())
    if not kept:
        yield Lint(
            "constraints never kept",
            WARN,
            f"None of {text.count(len(done), 'complete trial')} keeps the constraints: the best is "
            "the one that is least beyond them.",
            "Loosen the constraints, or widen the space towards settings that keep them.",
            "constraints",
        )
    elif kept < 0.1 * len(done):
        yield Lint(
            "constraints seldom kept",
            NOTE,
            f"{kept} of {len(done)} complete trials keep the constraints: little of the search was "
            "spent among them.",
            "More trials, or a space with fewer settings that break them.",
            "constraints",
        )
