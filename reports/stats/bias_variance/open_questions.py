"""Which questions of a confirmation are open, and whether more networks or only rows settle them.

The winner against the defaults and the best baseline, and bias against variance. Networks shrink
their own part of a squared standard error alone: where that of the rows is too large by itself at
the estimate, any number of networks leaves the question open.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.frames import Run
from reports.stats.answer import recommending
from reports.stats.bias_variance import gaps, ledger
from reports.stats.bias_variance.gaps import Gap
from reports.stats.sampling import bootstrap, looks, out_of_fold, weighing
from reports.stats.sampling.intervals import Array
from reports.stats.settings import differences, measures, rows
from reports.stats.settings.diverged import all_diverged
from reports.stats.settings.measures import Measure

BEYOND = 1_000_000  # rows that nobody gathers to decide a question
PLAIN = 1.96  # standard errors
REMAINS = "bias or variance"


@dataclass(frozen=True)
class Question:
    """A question with its answer in a word.

    is_open: whether more networks may settle it. rows: about how many rows would, where only they
    can (0: that is not so, or not told here). unit: "rows", or "groups" of them. networks: their
    share of the squared standard error.
    """

    name: str
    word: str
    is_open: bool
    rows: int
    unit: str
    networks: float

    @property
    def is_undecided(self) -> bool:
        """Whether it has no answer."""
        return self.word == differences.OPEN


@dataclass(frozen=True)
class Look:
    """What was seen: how many standard errors an answer took, the networks' share, the answers."""

    bound: float
    networks: float
    questions: tuple[Question, ...]

    @property
    def is_open(self) -> bool:
        """Whether there is a question that more networks may settle."""
        return any(one.is_open for one in self.questions)


def look(run: Run, counts: Sequence[int], most: int, earlier: Sequence[float]) -> Look:
    """At a run with the last of so many networks a setting, of `most`; earlier: bounds before it.

    The bound goes by the question of which the networks' share is the largest, so that it is wide
    enough for all.
    """
    share = max((one.networks for one in questions(_at(run, None))), default=1.0)
    known = looks.shares(counts, most, share)
    bound = looks.bound(known, earlier)
    return Look(bound, share, questions(_at(run, bound)))


def _at(run: Run, bound: float | None) -> Run:
    """The run, judged by such a bound; None: as at a single look."""
    confirm = {**run.provenance["confirm"], "looks": [{"bound": bound}] if bound else []}
    return replace(run, provenance={**run.provenance, "confirm": confirm}, memo={})


def questions(run: Run) -> tuple[Question, ...]:
    """Those of a run; none where every network of the winner diverged."""
    if run.winner is None or all_diverged(run, run.winner):
        return ()
    others = [name for name in (run.default,) if name not in (None, run.winner)]
    best = differences.best_baseline(run)
    return (
        *(_against(run, name) for name in [*others, best] if name is not None),
        _remains(run),
    )


def _against(run: Run, other: str) -> Question:
    found = recommending.compare(run, str(run.winner), other)
    name, decisive = f"the winner against {other}", found.found.decisive
    half = (decisive.high - decisive.low) / 2 / looks.stretch(run)
    alone = _rows_alone(run, found.found.by, other)
    known = (*_drawn(run), _networks(alone, half / PLAIN))
    if found.word != differences.OPEN or not decisive.known:
        return Question(name, found.word, False, 0, *known[1:])
    middle = abs(decisive.low + decisive.high) / 2
    # How far the ends of the interval may be off, to be better or worse, or the same.
    room = max(middle, found.margin - middle)
    return _open(name, found.word, PLAIN * alone, room, known)


def _rows_alone(run: Run, by: Measure, other: str | None = None) -> float:
    """The standard error of the winner's mean, or of what it is less than the other's, from rows.

    0 where no number of rows is known to leave anything, and of what rows have no part in.
    """
    if run.folds is None or not by.of_rows:
        return 0.0
    each = [_by_repeat(run, name, by) for name in (str(run.winner), other) if name is not None]
    if any(one is None for one in each):
        return 0.0
    losses = [one for one in each if one is not None]
    apart = losses[0] - losses[1] if other else losses[0]
    found = out_of_fold.rows_alone(
        apart, rows.group(run, run.judged), weighing.of_rows(run, run.judged)
    )
    return 0.0 if math.isnan(found) else math.sqrt(found)


def _by_repeat(run: Run, config: str, by: Measure) -> Array | None:
    """(repeats, n) what each row adds to the mean; None where that is no mean of rows."""
    if by.of_rows in (measures.ERROR, "loss"):
        losses = rows.row_losses(run, config, run.judged, by.of_rows)
        _, losses = bootstrap.by_row(
            losses, rows.rooted(run, by.of_rows), rows.rows_of_split(run, run.judged)
        )
    else:
        found = measures.losses_of(run, config, by, run.judged)
        if found is None:
            return None
        losses = found
    repeats = run.folds.repeats if run.folds else 1
    by_repeat: Array = losses.reshape(repeats, -1, losses.shape[-1]).mean(axis=1)
    return by_repeat


def _networks(alone: float, error: float) -> float:
    """The networks' share of a squared standard error, that of the rows alone being known."""
    if not error > 0:
        return 1.0
    return min(max(1 - (alone / error) ** 2, 0.0), 1.0)


def _drawn(run: Run) -> tuple[int, str]:
    """How many rows there are by which it is judged, or groups of them."""
    return rows.units_of_split(run, run.judged), rows.rows_of_split(run, run.judged).unit


def _remains(run: Run) -> Question:
    """By the ledger of the winner, whose gaps are compared with the margin and with each other."""
    one = ledger.ledgers(run)[0]
    gap, room = _in_doubt(one)
    alone = 0.0 if gap.name == gaps.BIAS else _rows_alone(run, measures.plain())
    known = (*_drawn(run), _networks(alone, math.hypot(gap.seed_error, gap.row_error)))
    if one.verdict != gaps.UNDECIDED or math.isnan(gap.p):
        return Question(REMAINS, one.verdict, False, 0, *known[1:])
    # How many rows it takes, the ledger says by itself.
    return replace(_open(REMAINS, differences.OPEN, PLAIN * alone, room, known), rows=0)


def _in_doubt(one: ledger.Ledger) -> tuple[Gap, float]:
    """The gap that leaves a ledger undecided, and how far it is from deciding it."""
    undecided = [gap for gap in one.gaps if 1 - gaps.SURE < gap.p < gaps.SURE]
    if undecided:
        gap = max(undecided, key=lambda each: each.p)
        return gap, abs(gap.interval.estimate - gap.margin)
    bias, variance = one.gap(gaps.BIAS).interval, one.gap(gaps.VARIANCE)
    return variance, abs(bias.estimate - variance.interval.estimate)


def _open(
    name: str, word: str, of_rows: float, room: float, known: tuple[int, str, float]
) -> Question:
    """Open to more networks if the rows' part alone is within what room there is."""
    n, unit, share = known
    if of_rows < room:
        return Question(name, word, True, 0, unit, share)
    needed = n * (of_rows / room) ** 2 if room > 0 else math.inf
    return Question(name, word, False, _about(needed) if needed < BEYOND else 0, unit, share)


def _about(number: float) -> int:
    """In two digits, rounded up."""
    tens: int = 10 ** max(math.floor(math.log10(number)) - 1, 0)
    return math.ceil(number / tens) * tens
