"""Which questions of a confirmation are open, and whether more networks or only rows settle them.

The winner against the defaults and the best baseline, and bias against variance. Networks shrink
their own part of a squared standard error alone: where that of the rows is too large by itself at
the estimate, any number of networks leaves the question open.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.frames import Run
from reports.stats import differences, gaps, ledger, looks, recommending, rows
from reports.stats.differences import Difference
from reports.stats.diverged import all_diverged
from reports.stats.gaps import Gap
from reports.stats.intervals import Interval

BEYOND = 1_000_000  # rows that nobody gathers to decide a question
PLAIN = 1.96  # standard errors
REMAINS = "bias or variance"


@dataclass(frozen=True)
class Question:
    """A question with its answer in a word.

    is_open: whether more networks may settle it. rows: about how many rows would, where only they
    can (0: that is not so, or no number would). unit: "rows", or "groups" of them. networks: their
    share of the squared standard error.
    """

    name: str
    word: str
    is_open: bool
    rows: int
    unit: str
    networks: float


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
    unit, share = rows.rows_of_split(run, run.judged).unit, _share(found.found)
    if found.word != differences.OPEN or not decisive.known:
        return Question(name, found.word, False, 0, unit, share)
    middle = abs(decisive.low + decisive.high) / 2
    of_rows = _half(decisive) / looks.stretch(run) * math.sqrt(1 - share)
    # How far the ends of the interval may be off, to be better or worse, or the same.
    room = max(middle, found.margin - middle)
    return _open(name, found.word, of_rows, room, (decisive.n, unit, share))


def _share(found: Difference) -> float:
    """The networks' share of the squared standard error; all of it where rows have none."""
    new, here = found.on_new_rows, found.on_these_rows
    if new is None or here is None or not (new.known and here.known) or not _half(new):
        return 1.0
    return min((_half(here) / _half(new)) ** 2, 1.0)


def _half(found: Interval) -> float:
    return (found.high - found.low) / 2


def _remains(run: Run) -> Question:
    """By the ledger of the winner, whose gaps are compared with the margin and with each other."""
    one = ledger.ledgers(run)[0]
    gap, room = _in_doubt(one)
    squares, unit = gap.seed_error**2 + gap.row_error**2, rows.rows_of_split(run, run.judged).unit
    share = gap.seed_error**2 / squares if squares > 0 else 1.0
    if one.verdict != gaps.UNDECIDED or math.isnan(squares):
        return Question(REMAINS, one.verdict, False, 0, unit, 1.0 if math.isnan(share) else share)
    n = gap.rows or len(run.predictions.target(run.judged))
    return _open(REMAINS, differences.OPEN, PLAIN * gap.row_error, room, (n, unit, share))


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
