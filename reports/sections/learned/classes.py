"""Classes: what each is taken for, whether probabilities come true, how rows are ranked."""

from collections.abc import Iterator

from reports import text, units
from reports.figures import calibration as calibration_figures
from reports.figures import confusion as confusion_figures
from reports.figures import ranking as ranking_figures
from reports.frames import Run
from reports.sections.blocks import Block, Paragraphs, Plot
from reports.stats.learned import calibration as calibration_stats
from reports.stats.learned import confusion as confusion_stats
from reports.stats.learned import ranking as ranking_stats
from reports.stats.learned.calibration import Calibration
from reports.stats.learned.ranking import Ranking

AREA = units.Unit("area")


def confusion(run: Run) -> Iterator[Block]:
    """Up to `confusion_stats.MOST` classes."""
    found = confusion_stats.confusion(run)
    if not found:
        return
    first, worst = found[0], found[0].worst
    if worst is None:
        said = f"Every one of the {first.name} is right."
    else:
        right, taken, rows, share = worst
        said = (
            f"Most often {_class(right)} is taken for {_class(taken)}: {_percent(share)} of that "
            f"class, {text.number(rows, 2)} of the {first.name} on average over networks."
        )
    yield Plot(confusion_figures.confusion(found, said))
    few = len(first.names) <= confusion_figures.IN_WORDS
    in_cells = "in percent, is in a cell" if few else "tints a cell, a mistake with a dot in it"
    yield Paragraphs(
        (
            f"The share of a class's rows, {in_cells}: means over the winner's networks, so that a "
            "row may count in parts. The table has the counts. Shares below 0.5 % are left empty.",
        ),
        "quiet",
    )


def calibration(run: Run) -> Iterator[Block]:
    """With classes."""
    found = calibration_stats.calibration(run)
    if not found:
        return
    said = _calibrated(found[0])
    if len(found) > 1:
        said += f" On the {found[1].name} they are off by {_percent(found[1].error)}."
    yield Plot(calibration_figures.calibration(found, said))
    yield Paragraphs(
        (
            f"Marks: the mean probability of {_class(found[0].of)} in each tenth of the scale, and "
            f"the share of its rows for which that is so, with {text.LEVEL} intervals for new rows "
            "(Wilson, 1927). On the dotted line every probability comes true. Off by: the mean "
            "distance from it, weighted by rows (expected calibration error; Guo et al., 2017). "
            "Probabilities are those of single networks; the saved model takes their mean, which "
            "is less sure.",
        ),
        "quiet",
    )


def _calibrated(found: Calibration) -> str:
    off = f"off by {_percent(found.error)} on average"
    if found.answer == "calibrated":
        return (
            f"Its probabilities can be taken at their word: they are {off}, and chance alone makes "
            f"up to {_percent(found.by_chance)} with so many rows."
        )
    how = "too sure of itself" if found.answer == "too sure" else "not sure enough of itself"
    return (
        f"It is {how}: its probabilities are {off}, where chance would make "
        f"{_percent(found.by_chance)} at most. Take them for a rank, not for a share."
    )


def ranking(run: Run) -> Iterator[Block]:
    """With two classes."""
    found = ranking_stats.ranking(run)
    if not found:
        return
    yield Plot(ranking_figures.ranking(found, _class(found[0].of), _ranked(found[0])))
    each = "; ".join(f"{one.name} {AREA.interval(one.area)}" for one in found)
    yield Paragraphs(
        (
            f"Curves: means over the winner's networks. Area under the ROC curve: {each}; "
            f"{text.LEVEL} intervals from each row's pairs (DeLong et al., 1988) and from how "
            "networks differ. Average precision: the mean of what is right over all that is found. "
            f"Dotted: what guessing gives; {_percent(found[0].share)} of the rows are "
            f"{_class(found[0].of)}.",
        ),
        "quiet",
    )


def _ranked(one: Ranking) -> str:
    return (
        f"Of a row that is {_class(one.of)} and one that is not, it puts the right one first in "
        f"{_percent(one.area.estimate)} of all pairs of {one.name}."
    )


def _class(name: str) -> str:
    """A class within a sentence, where a bare number would be taken for a count."""
    return f"class {name}" if name.replace(".", "", 1).lstrip("-").isdigit() else name


def _percent(share: float) -> str:
    return f"{100 * share:.1f}{text.SPACE}%"
