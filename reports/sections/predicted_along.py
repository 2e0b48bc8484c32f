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
        yield Paragraphs((_sentence(run, one),))
        unit = units.unit(run, "dev_error")
        yield Plot(figures.predicted_along(one.times(unit.own), unit.drawn))
    if unknown:
        names = text.listing(list(map(plain_name, unknown)))
        words = (
            f"What {names} did to bias and variance is not decided by the search's trials. A study "
            "that compares a few values (search.per, or a grid) would tell."
        )
        yield Paragraphs((words,), "quiet")


def _sentence(run: Run, one: Predicted) -> str:
    unit = units.unit(run, "dev_error")
    low, high = (text.setting(x, 3) for x in (one.axis.low, one.axis.high))
    train, gap = (unit.interval(each.change, difference=True) for each in (one.train, one.gap))
    return (
        f"From {plain_name(one.axis.name)} {low} to {high}, with the winner's other settings, the "
        f"train error is predicted to change by {train} ({_word(one.train, 'bias')}) and the gap "
        f"to dev rows by {gap} ({_word(one.gap, 'variance')})."
    )


def _word(found: Curve, part: str) -> str:
    if not found.change.excludes_zero or found.foretold < TRUSTED:
        return f"{part}: not decided"
    return f"{'more' if found.change.estimate > 0 else 'less'} {part}"
