"""What a figure of the arms shows, counted: how many are as good as the best, or as soon there."""

from collections.abc import Sequence

from reports.advice import reasons
from reports.advice.answer import name
from reports.frames import Run
from reports.stats.answer import arms
from reports.stats.settings.differences import BETTER, OPEN, SAME, WORSE
from reports.stats.speed import pace

SAID = {
    SAME: "as good{within}",
    OPEN: "not decided",
    WORSE: "worse",
    BETTER: "better on the rows that chose nothing",
}


def of_quality(run: Run) -> str:
    """By what they err: `Beside momentum, the best: 1 of 6 others as good, 5 worse`."""
    first, *others = arms.judged(run) or (None,)
    if first is None or len(others) < 2:  # one other has a sentence of its own
        return ""
    words = [one.difference.word if one.difference else SAME for one in others]
    least = next((one.difference for one in others if one.difference), None)
    within = f" (within {reasons.margin_in_words(run, least)})" if least else ""
    counts = [(SAID[word].format(within=within), words.count(word)) for word in SAID]
    return f"Beside {name(run, first.arm)}, the best: {_counted(counts, len(others))}."


def of_speed(run: Run) -> str:
    """By when they get there: `Beside momentum, the fastest: 1 of 3 others slower`."""
    found = pace.by_epochs(run)
    if len(found) < 3 or not found[0].reached:
        return ""
    names = {one.config: name(run, one.arm) for one in arms.judged(run)}
    others = found[1:]
    slower = sum(one.is_slower for one in others)
    never = sum(not one.reached for one in others)
    counts = [
        ("slower", slower),
        ("not decided", len(others) - slower - never),
        ("never there", never),
    ]
    return f"Beside {names[found[0].config]}, the fastest: {_counted(counts, len(others))}."


def _counted(counts: Sequence[tuple[str, int]], total: int) -> str:
    """`1 of 6 others as good, 5 worse`, `all 3 others slower`."""
    each = [(words, count) for words, count in counts if count]
    (words, count), *rest = each
    first = (
        f"all {total} others {words}" if count == total else f"{count} of {total} others {words}"
    )
    return ", ".join([first, *(f"{count} {words}" for words, count in rest)])
