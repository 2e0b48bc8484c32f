"""What would decide an undecided ledger: which noise dominates, and about how much less will do."""

import math
from dataclasses import dataclass

import numpy as np

from reports import text
from reports.stats.bias_variance.gaps import OVERFIT, SURE, VARIANCE, Gap
from reports.stats.sampling import intervals
from reports.stats.settings.rows import DIVERGED

TWO_SIDED = 1.96
RULE_OF_THREE = 3.0  # the rows without an error, times the share, that leave it a chance of 5 %
MOST_SEEDS = 1000  # that anyone would train to decide a question
MOST_ROWS = 1_000_000  # that anyone would gather


def words(gaps: tuple[Gap, ...], replicates: int, few: float) -> str:
    """In words: which source of noise dominates, and how many more of what would decide it.

    Where few rows err, no fewer rows than `few` over the distance to the margin will do, and the
    rows are at least as noisy as one of them more or less.
    """
    if gaps[0].interval.why == DIVERGED:
        return text.capital(f"{DIVERGED}: there is no gap to judge. Lower the learning rate first.")
    if math.isnan(gaps[0].interval.estimate):
        return "No train error is known: the trainer may yield train_error or train_outputs."
    if replicates < 2:
        return "One replicate: the noise between seeds is unknown. Confirm with 10 or more."
    found = needed(gaps, replicates, few)
    if found is None:
        return _both(gaps)
    gap = found.gap
    dominant = "the choice of seed" if found.is_by_seed else "the small number of rows"
    head = f"The open question is the {gap.name} gap; {dominant} is the larger source of noise. "
    ways = []
    if found.seeds:
        ways.append(f"about {found.seeds} replicates (now {replicates})")
    if found.rows:
        split = "dev" if gap.name == VARIANCE else "dev and test"
        ways.append(f"about {text.number(found.rows)} {split} rows (now {text.number(gap.rows)})")
    if not ways:
        return head + "The gap lies too close to the margin for any affordable number to decide."
    return head + "If the estimate holds, " + " or ".join(ways) + " would decide it."


def in_short(gaps: tuple[Gap, ...], replicates: int, few: float, rows: str) -> str:
    """`about 1 900 rows (455 now)`; "" where no affordable number is known to decide.

    rows: what those are called which judge.
    """
    if math.isnan(gaps[0].interval.estimate):
        return ""
    if replicates < 2:
        return f"10 networks ({replicates} now)"
    found = needed(gaps, replicates, few)
    if found is None:
        return f"more networks and {rows}"
    ways = [f"about {found.seeds} networks ({replicates} now)"] * bool(found.seeds)
    now = text.number(found.gap.rows)
    ways += [f"about {text.number(found.rows)} {rows} ({now} now)"] * bool(found.rows)
    return " or ".join(ways)


@dataclass(frozen=True)
class Needed:
    """The gap in doubt, and how many seeds or rows would decide it, 0 of what would not.

    is_by_seed: whether the seeds are its larger noise.
    """

    gap: Gap
    seeds: int
    rows: int
    is_by_seed: bool


def needed(gaps: tuple[Gap, ...], replicates: int, few: float) -> Needed | None:
    """If the estimates hold; None where each gap by itself is decided."""
    open_gaps = [gap for gap in gaps if 1 - SURE < gap.p < SURE]
    if not open_gaps:
        return None
    gap = max(open_gaps, key=lambda one: one.p)
    distance = abs(gap.interval.estimate - gap.margin)
    wanted = (distance / TWO_SIDED) ** 2
    row_error = max(gap.row_error, 1 / gap.rows) if few and gap.rows else gap.row_error
    seeds = _seeds_needed(gap.seed_error**2 * replicates, replicates, distance, row_error)
    rows = _needed(gap.row_error**2 * gap.rows, wanted - gap.seed_error**2)
    rows = max(rows, math.ceil(few / distance)) if distance > 0 else rows
    is_affordable = gap.rows and gap.rows < rows < MOST_ROWS
    return Needed(gap, seeds, _about(rows) if is_affordable else 0, gap.seed_error > row_error)


def _about(count: int) -> int:
    """In two digits, rounded up."""
    tens: int = 10 ** max(len(str(count)) - 2, 0)
    return math.ceil(count / tens) * tens


def _both(gaps: tuple[Gap, ...]) -> str:
    """Where each gap by itself is decided, and yet there is no verdict."""
    if max(gaps, key=lambda gap: gap.interval.estimate).name == OVERFIT:
        largest = f"test {text.MINUS} dev"
        return f"The largest gap is {largest}: the search has fitted its dev rows. Use more."
    return (
        "Neither bias nor variance is surely the larger: what cures one alone leaves the other. "
        "More replicates and dev rows would tell which comes first."
    )


def _seeds_needed(variance: float, now: int, distance: float, row_error: float) -> int:
    """The least number above the present one whose t would reach less far; 0 where there is none.

    With two or three, t is so wide that one network more can decide.
    """
    from scipy import special

    many = np.arange(now + 1, MOST_SEEDS)
    reach = special.stdtrit(many - 1, 0.5 + intervals.LEVEL / 2) ** 2 * variance / many
    enough = reach + (TWO_SIDED * row_error) ** 2 <= distance**2
    return int(many[enough.argmax()]) if enough.any() else 0


def _needed(variance: float, room: float) -> int:
    return math.ceil(variance / room) if room > 0 else 10**9
