"""One setting less another in a measure, on new rows and on these; and what that answers."""

import math
from dataclasses import dataclass

from reports import text
from reports.frames import Run
from reports.stats.sampling import bootstrap, intervals, looks, out_of_fold
from reports.stats.sampling.intervals import Array, Interval
from reports.stats.settings import measures, paired_draws, rows
from reports.stats.settings.measures import Measure

BETTER, WORSE, SAME, OPEN = "better", "worse", "the same", "not decided"


@dataclass(frozen=True)
class Difference:
    """One less the other in a measure of a split: two settings of a run, or two runs' winners.

    on_new_rows: for new rows and seeds, None of what no row speaks of. on_these_rows: for new seeds
    (out of fold new training sets, too) on the same rows, or over networks; None where the rows
    differ.
    """

    by: Measure
    split: str
    on_new_rows: Interval | None
    on_these_rows: Interval | None

    @property
    def decisive(self) -> Interval:
        """What is judged by: new rows, where there are any."""
        found = self.on_new_rows or self.on_these_rows
        if found is None:
            raise ValueError("Difference: expected an interval for new rows or these, got none")
        return found

    def answer(self, margin: float = 0.0) -> str:
        """BETTER or WORSE by the whole interval, SAME where all of it is within the margin, OPEN.

        What is alike in every network is known without an interval.
        """
        found, sign = self.decisive, self.by.sign
        ends = (found.low, found.high) if found.known else (math.nan, math.nan)
        if found.why == intervals.SAME:
            ends = (found.estimate, found.estimate)
        worse, better = min(sign * end for end in ends), max(sign * end for end in ends)
        if worse == better == 0 or max(map(abs, ends)) < margin:
            return SAME
        return BETTER if better < 0 else WORSE if worse > 0 else OPEN

    def is_worse(self, margin: float = 0.0) -> bool:
        """Whether it is worse by more than the margin, over the whole interval, if there is one."""
        found, sign = self.decisive, self.by.sign
        if not found.known:
            return sign * found.estimate > margin
        return min(sign * found.low, sign * found.high) > margin


def difference(
    run: Run, first: str, second: str, by: Measure, split: str | None = None
) -> Difference:
    """First less second: two confirmed settings, or a setting and a baseline.

    split: `run.judged` if nothing else is said.
    """
    split = split or run.judged
    key = f"difference/{first}/{second}/{split}/{by.metric}"
    return run.kept(key, lambda: _difference(run, first, second, by, split))


def _difference(run: Run, first: str, second: str, by: Measure, split: str) -> Difference:
    here = _on_these_rows(run, first, second, by, split)
    new = _on_new_rows(run, first, second, by, split) if by.of_rows else None
    return Difference(by, split, new, here)


def answer(run: Run, first: str, second: str, by: Measure, margin: float) -> str:
    """What the difference answers; two are the same only if their plain errors are, too.

    Unless the study itself says its margin: a loss may hide a difference of errors in it, which
    counts then, by its estimate, and the answer is the one without a margin.
    """
    found = difference(run, first, second, by)
    word = found.answer(margin)
    has_own = (run.provenance["confirm"] or {}).get("margin") is not None
    if word != SAME or by.of_rows != "loss" or run.regression or has_own:
        return word
    plain = measures.plain()
    error = difference(run, first, second, plain).decisive.estimate
    return SAME if abs(error) < measures.margin(run, second, plain) else found.answer()


def _on_these_rows(run: Run, first: str, second: str, by: Measure, split: str) -> Interval:
    """Of the same seeds on the same rows: a t on paired differences; exact where all are alike."""
    ours, theirs = (measures.values(run, config, by, split) for config in (first, second))
    estimate, unit = float(ours.mean() - theirs.mean()), by.unit(run, split)
    if not unit.is_count and any(rows.all_diverged(run, name) for name in (first, second)):
        return intervals.none(estimate, len(ours), rows.DIVERGED)
    if by.of_rows and out_of_fold.applies(run, split):
        return paired_draws.over_networks((run, first), (run, second), by).within(*unit.apart)
    if len(ours) != len(theirs):
        return intervals.none(estimate, len(ours), "unequal replicates")
    is_share = by.is_error and not run.regression
    n = len(run.predictions.target(split)) if is_share else 0
    found = paired(ours, theirs, by, intervals.one_row(len(ours), n))
    return found.stretched(looks.stretch(run)).within(*unit.apart)


def paired(ours: Array, theirs: Array, by: Measure, least: float = 0.0) -> Interval:
    """T on the differences of (networks,) values each; none where every network's is the same.

    least: as in `intervals.t_mean`.
    """
    apart = ours - theirs
    if not by.of_rows and len(apart) > 1 and (apart == apart[0]).all():
        return intervals.none(float(apart[0]), len(apart), intervals.SAME)
    return intervals.paired_t(ours, theirs, least)


def _on_new_rows(run: Run, first: str, second: str, by: Measure, split: str) -> Interval:
    """On shared draws of rows, and of seeds where there are as many."""
    if by.of_rows in ("error", "loss"):
        return rows.difference_on_new_rows(run, first, second, split, by.of_rows)
    ours, theirs = (measures.values(run, config, by, split) for config in (first, second))
    estimate, n = float(ours.mean() - theirs.mean()), len(run.predictions.target(split))
    lost = [config for config in (first, second) if rows.all_diverged(run, config)]
    if lost:
        return intervals.none(estimate, n, f"{rows.DIVERGED} of {text.listing(lost)}")
    drawn = rows.rows_of_split(run, split)
    apart, what = paired_draws.difference_draws((run, first), (run, second), by, split), drawn.unit
    if run.winner in (first, second):
        rival, sign = (second, 1) if first == run.winner else (first, -1)
        apart = apart + sign * measures.gain(run, by, split, rival)
    kind, covers = "paired crossed bootstrap", rows.covers(run, what)
    if max(len(run.rows_of(config)) for config in (first, second)) == 1:
        kind, covers = f"paired bootstrap over {what}", f"new {what}, for these two trained models"
    found = Interval(estimate, *bootstrap.percentiles(apart), n, kind, covers)
    return found.stretched(looks.stretch(run)).within(*by.unit(run, split).apart)


def baselines(run: Run) -> list[str]:
    """Best first, on dev, by what a network is compared with them by; test stays untouched."""
    by = measures.of_baselines(run)
    names = [str(name) for name in run.baselines["config"].unique()]
    of_dev = {name: by.sign * float(measures.values(run, name, by, "dev").mean()) for name in names}
    return sorted(names, key=of_dev.__getitem__)


def best_baseline(run: Run) -> str | None:
    """The first of them; None where none was trained."""
    return next(iter(baselines(run)), None)
