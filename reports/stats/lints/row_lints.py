"""Faults that lie in the rows: too few, too alike, or never told apart."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports import text
from reports.frames import Run
from reports.stats.learned import classes
from reports.stats.lints.findings import NOTE, WARN, Lint
from reports.stats.sampling import bootstrap
from reports.stats.settings import differences, measures, rows

FEW_GROUPS = 20
TAIL = 3.2  # index of the residuals' tail from which on, downwards, intervals fall short
LARGEST = 10  # rows, at the least, that a tail is told from


def small_dev(run: Run) -> Iterator[Lint]:
    """The rows leave the verdict against the defaults open: |difference in error| < 1.96 row SE."""
    winner, base = run.winner, run.default
    if winner is None or base is None or winner == base or not _is_open(run, winner, base):
        return
    each = [rows.row_losses(run, name, "dev", "error").mean(axis=0) for name in (base, winner)]
    gain, n = each[0] - each[1], len(each[0])
    error = bootstrap.standard_error(gain, rows.group(run, "dev"))
    if abs(float(gain.mean())) < 1.96 * error:
        more = math.ceil(n * (1.96 * error / max(abs(float(gain.mean())), 1e-9)) ** 2)
        is_told = more < 1e6 and measures.measure(run).is_error  # else a next step has the loss's
        about = f" (about {text.number(more)}, if the difference is real)" * is_told
        yield Lint(
            "dev set too small",
            NOTE,
            f"{n} {'rows left out of training' if run.folds else 'dev rows'} cannot tell the "
            f"winner from the defaults: another {n} might well choose otherwise.",
            f"More {f'rows{about}' if run.folds else f'dev rows{about}, or repeated splits'}; else "
            "take the simpler of the two.",
            "confirmed",
        )


def _is_open(run: Run, winner: str, base: str) -> bool:
    """Whether the verdict that is printed is that it is not decided."""
    by = measures.measure(run)
    margin = measures.margin(run, base, by)
    return differences.answer(run, winner, base, by, margin) == differences.OPEN


def duplicates(run: Run) -> Iterator[Lint]:
    """Test rows also occur among the rows that train, or choose, more than by chance."""
    data = run.provenance["data"]
    there = {"in the training set": data["duplicates"]}
    there["among the dev rows"] = data.get("test_met_in_dev", 0)
    met = {where: count for where, count in there.items() if count}
    if met and not data.get("met_by_chance"):
        listed = text.listing([f"{count} also occur {where}" for where, count in met.items()])
        remedy = "Remove the duplicates, or split by group (data.group)."
        if run.winner is not None and rows.group(run, "test") is not None:
            remedy = "They are of other groups than their like: remove them, unless that is chance."
        yield Lint(
            "duplicated rows",
            WARN,
            f"Of {data['test']} test rows {listed}: the test error is too good.",
            remedy,
            "provenance",
        )


def no_unseen_rows(run: Run) -> Iterator[Lint]:
    """Without test rows all that is said rests on rows that settings were chosen by."""
    if run.has_test:
        return
    rest = (
        "rows left out of training, fold by fold"
        if run.folds
        else "the dev rows, by which settings and epochs were chosen"
    )
    yield Lint(
        "no unseen rows",
        NOTE if run.folds else WARN,
        f"There are no test rows: all that is said rests on {rest}. That no choice favoured it "
        "cannot be said, nor what the networks together, each class and a drift from dev to test "
        "come to on unseen rows.",
        "data.split.test: 0.2, or rows of their own in data.test."
        + ("" if run.folds else " Or replicates: {resample: kfold}, where rows are few."),
        "confirmed",
    )


def few_groups(run: Run) -> Iterator[Lint]:
    """The dev or test rows come from a handful of groups."""
    if run.winner is None:
        return
    of = {split: rows.group(run, split) for split in run.splits}
    counts = {split: len(np.unique(own)) for split, own in of.items() if own is not None}
    few = {split: count for split, count in counts.items() if count < FEW_GROUPS}
    if few:
        words = [f"{text.count(count, 'group')} of {split} rows" for split, count in few.items()]
        yield Lint(
            "few groups",
            WARN,
            f"There are only {text.listing(words)}: intervals over new rows are too narrow.",
            f"Set aside more groups ({FEW_GROUPS} or more) for dev and test.",
            "methods",
        )


def outlying(run: Run) -> Iterator[Lint]:
    """A hundredth of the rows or fewer make up half of the target's variance."""
    if run.winner is None or not run.regression:
        return
    together = np.concatenate([run.predictions.target(split) for split in run.splits])
    columns = together.reshape(len(together), -1).T
    whose = [f"the variance of '{one.name}'" for one in run.several] or ["the target's variance"]
    of = f"{len(together)} {' and '.join(run.splits)} rows"
    for name, target in zip(whose, columns, strict=True):
        few = outliers(target)
        if few is None:
            continue
        yield Lint(
            "an outlying target",
            WARN,
            f"Half of {name} comes from {few} of {of}: loss and RMSE are about these.",
            "Check these values. If they are right, predict the target's logarithm; or train with "
            "loss huber and judge by mean_absolute_error.",
            "confirmed",
        )


def outliers(values: NDArray[Any]) -> int | None:
    """The fewest values that make up half of the variance, where a hundredth of them is enough."""
    squares = np.sort((values - values.mean()) ** 2)[::-1].cumsum()
    few = int((squares < squares[-1] / 2).sum()) + 1
    return few if squares[-1] > 0 and few <= max(1, len(values) // 100) else None


def heavy_tail(run: Run) -> Iterator[Lint]:
    """The winner's largest residuals are so large that worse ones are likely not among the rows."""
    if run.winner is None or not run.regression or not run.predictions.has(run.winner, "test"):
        return
    losses = rows.row_losses(run, run.winner, "test", "loss").mean(axis=0)
    count = max(LARGEST, len(losses) // 20)
    if not rows.all_diverged(run, run.winner) and tail_index(losses, count) < TAIL:
        yield Lint(
            "heavy tail of errors",
            WARN,
            f"The {count} largest errors of {len(losses)} test rows are so much larger than the "
            "rest that worse ones may be missing here: the intervals of RMSE and loss are too "
            "narrow, their upper ends above all.",
            "Check these rows. If they are right, predict the target's logarithm, or judge by "
            "mean_absolute_error; more test rows help slowly.",
            "confirmed",
        )


def tail_index(squares: NDArray[Any], count: int) -> float:
    """Of (n,) squared residuals: the power with which the chance of larger ones falls.

    By the `count` largest (Hill, 1975); infinite where there are no more than these, or they are
    all alike. The squares of residuals have no variance where it is below 4.
    """
    if len(squares) <= count:
        return math.inf
    largest = np.sort(squares)[-count - 1 :]
    if largest[0] <= 0:
        return 0.0 if largest[-1] > 0 else math.inf
    excess = float(np.log(largest[1:] / largest[0]).mean()) / 2
    return 1 / excess if excess > 0 else math.inf


def unpredicted(run: Run) -> Iterator[Lint]:
    """The winner gets not one test row of a class right."""
    found = [one for one in classes.classes(run) if one.error.estimate == 1]
    if found:
        words = [f"'{one.name}' ({text.count(one.rows, 'row')})" for one in found]
        yield Lint(
            "a class never found",
            WARN,
            f"None of the winner's networks gets a test row of {text.listing(words)} right.",
            "More rows of it; else weigh the classes (class_weights), or judge by balanced_error "
            "or macro_f1.",
            "classes",
        )


LINTS: tuple[Callable[[Run], Iterator[Lint]], ...] = (
    duplicates,
    no_unseen_rows,
    few_groups,
    outlying,
    heavy_tail,
    unpredicted,
    small_dev,
)
