"""What a searched range of regularization is predicted to do to bias and to variance."""

from collections.abc import Iterator

from reports import text, units
from reports.figures import predicted_along as figures
from reports.frames import Run
from reports.naming import plain_name
from reports.sections.blocks import Block, Paragraphs, Plot
from reports.stats.bias_variance import predicted_along as stats
from reports.stats.bias_variance.predicted_along import Curve, Predicted
from reports.stats.search.encoded import TRUSTED


def predicted_along(run: Run) -> Iterator[Block]:
    """A sentence and a figure a word; a sentence of all that the trials do not decide."""
    unknown = []
    for one in stats.predicted(run):
        if not one.is_decided:
            unknown.append(one.axis.name)
            continue
        unit = units.unit(run, "dev_error")
        yield Plot(figures.predicted_along(one.times(unit.own), unit.drawn, _sentence(run, one)))
    if unknown:
        names = text.listing(list(map(plain_name, unknown)))
        words = (
            f"What {names} did to bias and variance is not decided by the search's trials. A study "
            "that compares a few values (search.per, or a grid) would tell."
        )
        yield Paragraphs((words,))


def _sentence(run: Run, one: Predicted) -> str:
    unit = units.unit(run, "dev_error")
    low, high = (text.setting(x, 3) for x in (one.axis.low, one.axis.high))
    train = _change(unit, one.train, "bias")
    gap = _change(unit, one.gap, "variance")
    return (
        f"{text.capital(plain_name(one.axis.name))} from {low} to {high}, with the winner's other "
        f"settings: the train error is predicted to {train}, and the gap to dev rows to {gap}."
    )


def _change(unit: units.Unit, found: Curve, part: str) -> str:
    """`fall by 13.2 points [10.7, 15.8] (less variance)`."""
    if not found.change.excludes_zero or found.foretold < TRUSTED:
        return f"change by {unit.interval(found.change, difference=True)} ({part}: not decided)"
    verb, much = ("rise", "more") if found.change.estimate > 0 else ("fall", "less")
    return f"{verb} by {unit.size(found.change)} ({much} {part})"
