"""Which columns the winner relies on."""

from collections.abc import Iterator

from reports import text, units
from reports.figures import relied as figures
from reports.frames import Run
from reports.sections.blocks import Block, Paragraphs, Plot
from reports.stats.learned import relied as stats
from reports.stats.learned.relied import Relied

MISSING = (
    "Which columns it relies on is not known: the run is of an earlier version. Run the study "
    "again in the same folder to have it; nothing is trained anew."
)
UNKNOWN = "Which columns it relies on is not known: the training function leaves no network to ask."


def columns(run: Run) -> Iterator[Block]:
    """The figure, or why there is none."""
    found = stats.relied(run)
    if found is None:
        yield Paragraphs((MISSING if run.learned is None else UNKNOWN,), "quiet")
        return
    unit, axis = units.unit(run, "dev_error"), "rise in error, points"
    if run.regression:
        axis = "rise in RMSE" + ("" if unit.of_target else ", SDs")
    more = len(found.columns) - figures.SHOWN
    rest = f" Shown: the first {figures.SHOWN} of {len(found.columns)}." * (more > 0)
    words = f"{_sentence(found, unit)}{rest}"
    yield Plot(figures.relied(found, unit.own, not run.regression, axis, words))
    some = (
        f" Of {found.total} columns only the {len(found.columns)} with the largest weights were "
        "shuffled."
    ) * (found.total > len(found.columns))
    yield Paragraphs(
        (
            "By how much the error rises when a column's cells change places among rows that the "
            f"network was not trained on ({found.rows} {found.name}, {found.times} times; Breiman, "
            f"2001). Full circles: above 0 for certain. Bars: {text.LEVEL} intervals for "
            f"{found.columns[0][1].covers}, each by itself. Columns that say the same cover for "
            "each other: each alone may show little though together they matter. It is what the "
            f"network uses, not what causes the answer.{some}",
        ),
        "quiet",
    )


def _sentence(found: Relied, unit: units.Unit) -> str:
    sure = found.shown_to_matter
    name, rise = found.columns[0]
    if not sure:
        return (
            "No column alone is shown to matter: whichever is shuffled, the error may be the same."
        )
    by = unit.interval(rise, difference=True).replace("+", "")
    said = (
        f"It relies most on {name}: shuffled, the error rises by {by}. "
        f"{len(sure)} of {text.count(len(found.columns), 'column')} "
        f"{'is' if len(sure) == 1 else 'are'} shown to matter"
    )
    rest = len(found.columns) - len(sure)
    return f"{said}; the {rest} others, each alone, may do nothing." if rest else f"{said}."
