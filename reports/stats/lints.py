"""Faults of a study that its frames give away, each with its remedy. Add one: write it, name it."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from reports import summary, text
from reports.frames import Run
from reports.stats import (
    constants,
    constraints,
    convergence,
    counted,
    intervals,
    measures,
    objectives,
    row_lints,
    scores,
    tuning,
)
from reports.stats.findings import NOTE, WARN, Lint

FEW_CONFIRM, FEW_SEARCH = 10, 3
CONSTANTS = ("majority class", "mean")  # among the baselines
LIMITS = {("keep_prob", "high"): 1.0, ("floor", "low"): 0.0}  # ends that nothing lies beyond


def lints(run: Run) -> tuple[Lint, ...]:
    """All findings, warnings first, else in the order of the table below."""
    found = [lint for check in LINTS for lint in check(run)]
    return tuple(sorted(found, key=lambda lint: lint.level != WARN))


def unconfirmed(run: Run) -> Iterator[Lint]:
    """There is no confirmation."""
    if not run.configs:
        yield Lint(
            "nothing confirmed",
            WARN,
            "Nothing was confirmed on fresh seeds: the best value below was selected for being the "
            "best and is too good.",
            "Run the study again without --no-confirm.",
            "runs",
        )


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
            f"The best {one.name}, {text.value(one.value)}, lies at the {one.end} end of its range "
            f"({text.value(one.entry['low'])} to {text.value(one.entry['high'])}).",
            f"Widen the range of {one.name} beyond {text.value(one.entry[one.end])} and search "
            "again, unless that end is its natural limit.",
            "sensitivity",
        )


def unlearned(run: Run) -> Iterator[Lint]:
    """The winner is no better than a constant, by what the study asks for where that is known."""
    if run.winner is None or (run.rows_of(run.winner)["status"] == "diverged").all():
        return
    by, named = measures.measure(run), set(run.baselines["config"]) & set(CONSTANTS)
    if by.of_rows in scores.SCORES and named:
        constant = float(measures.values(run, named.pop(), by, "dev").mean())
    else:
        by, constant = measures.plain(), float(run.provenance["constants"]["dev_error"])
    ours = float(measures.values(run, run.winner, by, "dev").mean())
    if by.sign * ours >= by.sign * constant:
        scale = by.unit(run, "dev")
        yield Lint(
            "nothing learned",
            WARN,
            f"The winner's {scale.name}, {scale.value(ours)}, is no better than a constant "
            f"predictor's, {scale.value(constant)}.",
            "Check the target column and the preprocessing, then widen the space.",
            "confirmed",
        )


def still_improving(run: Run) -> Iterator[Lint]:
    """The dev loss falls over the last tenth, surely (t) and by 1 % of it or more."""
    if run.winner is None:
        return
    loss = convergence.matrix(run, run.winner, "dev_loss")
    whole = loss[np.isfinite(loss[:, -1])]
    tail = max(1, loss.shape[1] // 10)
    if len(whole) < 2 or loss.shape[1] <= tail:
        return
    fall = intervals.paired_t(whole[:, -1 - tail], whole[:, -1])
    share = fall.estimate / max(float(whole[:, -1 - tail].mean()), 1e-12)
    if fall.low > 0 and share > 0.01:
        yield Lint(
            "still improving at the end",
            WARN,
            f"The winner's dev loss still fell by {100 * share:.0f}{text.SPACE}% over the last "
            f"{text.count(tail, 'epoch') if tail > 1 else 'epoch'}.",
            "Train longer (fixed.epochs), or raise the learning rate.",
            "curves",
        )


def overfits(run: Run) -> Iterator[Lint]:
    """The mean dev loss has risen by a tenth or more from its least to the end, which counts."""
    if run.winner is None or counted.keeps_best(run):
        return
    loss = convergence.matrix(run, run.winner, "dev_loss")
    whole = loss[np.isfinite(loss[:, -1])]
    if not len(whole):
        return
    mean = whole.mean(axis=0)
    best = int(mean.argmin())
    rise = float(mean[-1] / max(mean[best], 1e-12) - 1)
    if rise > 0.1 and best > 0:
        epoch = int(convergence.epochs_of(run, run.winner)[best])
        yield Lint(
            "the best one overfits",
            WARN,
            f"The winner's dev loss was least at epoch {epoch} and has risen by "
            f"{100 * rise:.0f}{text.SPACE}% since.",
            "Count the best epoch (objective.at: shared); what regularization is left stands among "
            "the remedies.",
            "ledger",
        )


def late_noise(run: Run) -> Iterator[Lint]:
    """Within a network the dev error wanders, late, more than networks differ from each other."""
    if run.winner is None:
        return
    error = convergence.matrix(run, run.winner, "dev_error")
    tail = error[:, -max(5, error.shape[1] // 10) :]
    whole = tail[np.isfinite(tail).all(axis=1)]
    if len(whole) < 3 or whole.shape[1] < 5:
        return
    within = float(np.sqrt(whole.var(axis=1, ddof=1).mean()))
    between = float(whole.mean(axis=1).std(ddof=1))
    if within > 2 * between and within > 0.1 * float(whole.mean()) > 0:
        scale = text.unit(run, "dev_error")
        yield Lint(
            "late-step variance",
            NOTE,
            f"Late in training the winner's dev error wanders by {scale.difference(within)} (SD) "
            "within a network, more than twice the spread between networks.",
            "Decay the learning rate, or enlarge the batch: the last step is a lottery.",
            "curves",
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
            remedy = f"Narrow the {what} of {name}, or clip the gradients."
        yield Lint(
            "diverged trials",
            WARN if bad / len(done) >= 0.25 else NOTE,
            f"{bad} of {len(done)} trials had replicates that diverged{words}.",
            remedy,
            "sensitivity",
        )


def diverged_confirmed(run: Run) -> Iterator[Lint]:
    """Any confirmation network diverged."""
    lost = run.networks[run.networks["status"] == "diverged"]
    if not len(lost):
        return
    counts = lost.groupby("config", sort=False).size()
    sizes = {str(config): len(run.rows_of(str(config))) for config in counts.index}
    words = [
        f"{n} of {sizes[str(config)]} of {'the defaults' if config == 'defaults' else config}"
        for config, n in counts.items()
    ]
    never = [n == sizes[str(config)] for config, n in counts.items()]
    why = "it depends on the seed whether it trains"
    if any(never):
        why = "it does not train" if all(never) else f"it does not train, or {why}"
    yield Lint(
        "diverged in confirmation",
        WARN,
        f"Confirmation networks diverged: {text.listing(words)}; each counts with the worst value.",
        f"Do not deploy such a setting: {why}.",
        "confirmed",
    )


def few_replicates(run: Run) -> Iterator[Lint]:
    """Too few replicates, in the search or in the confirmation."""
    searched = int(run.provenance["search"]["replicates"])
    if searched < FEW_SEARCH:
        yield Lint(
            "few replicates in search",
            NOTE,
            f"The search scored a trial by {text.count(searched, 'replicate')}: luck of the seed "
            "is selected with the setting.",
            f"Set replicates to {FEW_SEARCH} or more.",
            "optimism",
        )
    confirmed = max((len(run.rows_of(config)) for config in run.configs), default=FEW_CONFIRM)
    if confirmed < FEW_CONFIRM:
        yield Lint(
            "few replicates in confirmation",
            WARN,
            f"{text.count(confirmed, 'replicate')} of each confirmed setting: so few hardly show "
            "how much seeds matter: intervals are wide for it or missing, and of the gaps between "
            "splits, where seeds differ much, sometimes too narrow.",
            f"Set confirm.replicates to {FEW_CONFIRM} or more.",
            "confirmed",
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


def broken(run: Run) -> Iterator[Lint]:
    """The winner does not keep a constraint on its fresh seeds, or is not shown to."""
    for one in constraints.judged(run):
        if one.config != run.winner or one.verdict == constraints.KEPT:
            continue
        sure = one.verdict == constraints.BROKEN
        yield Lint(
            "constraint not kept" if sure else "constraint undecided",
            WARN if sure else NOTE,
            f"On fresh seeds the winner {'does not keep' if sure else 'is not shown to keep'} "
            f"{one.constraint.name}: {one.constraint.unit.interval(one.value)}.",
            "Take a setting further within the bound, or set the bound tighter than you need."
            if sure
            else "Confirm with more replicates, or take a setting further within the bound.",
            "constraints",
        )


LINTS: tuple[Callable[[Run], Iterator[Lint]], ...] = (
    unconfirmed,
    unfinished,
    constants.says_one_thing,
    unlearned,
    infeasible,
    broken,
    edges,
    still_improving,
    overfits,
    diverged,
    diverged_confirmed,
    few_replicates,
    *row_lints.LINTS,
    late_noise,
)
