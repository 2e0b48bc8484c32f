"""What the winner's learning curves give away: too short, too long, or a last step by chance."""

from collections.abc import Iterator

import numpy as np

from reports import text, units
from reports.frames import Run
from reports.stats.lints.findings import NOTE, WARN, Lint
from reports.stats.sampling import intervals
from reports.stats.settings import counted
from reports.stats.speed import confirmed_curves


def still_improving(run: Run) -> Iterator[Lint]:
    """The dev loss falls over the last tenth, surely (t) and by 1 % of it or more."""
    if run.winner is None:
        return
    loss = confirmed_curves.matrix(run, run.winner, "dev_loss")
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
    if turn := confirmed_curves.turned(run, run.winner):
        epoch, rise = turn
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
    error = confirmed_curves.matrix(run, run.winner, "dev_error")
    tail = error[:, -max(5, error.shape[1] // 10) :]
    whole = tail[np.isfinite(tail).all(axis=1)]
    if len(whole) < 3 or whole.shape[1] < 5:
        return
    within = float(np.sqrt(whole.var(axis=1, ddof=1).mean()))
    between = float(whole.mean(axis=1).std(ddof=1))
    if within > 2 * between and within > 0.1 * float(whole.mean()) > 0:
        scale = units.unit(run, "dev_error")
        yield Lint(
            "late-step variance",
            NOTE,
            f"Late in training the winner's dev error wanders by {scale.difference(within)} (SD) "
            "within a network, more than twice the spread between networks.",
            "Decay the learning rate, or enlarge the batch: the last step is a lottery.",
            "curves",
        )
