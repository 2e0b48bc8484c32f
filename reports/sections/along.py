"""What a word's values do to bias and to variance: a figure with its message for each word."""

from collections.abc import Iterator

from reports import text, units
from reports.advice.in_words import axis_name, in_words, tick
from reports.figures import along as figures
from reports.frames import Run
from reports.sections.blocks import Block, Plot
from reports.stats.bias_variance import along as stats
from reports.stats.bias_variance import ledger
from reports.stats.bias_variance.along import Along
from reports.stats.sampling.intervals import Interval


def along(run: Run) -> Iterator[Block]:
    """Nothing of a study that compares no numbers or depths."""
    error, is_assumed = ledger.reference_of(run)
    unit = units.unit(run, "dev_error")
    reference = None if is_assumed else (unit.own * error, unit.value(error))
    for one in stats.along(run):
        place = _place(one)
        ticks = [tick(one.word, arm.values[place]) for arm in one.arms]
        message = " ".join([_sentence(run, one, ticks), *_of_parts(one, ticks)])
        axis = figures.Axis(one.word, axis_name(one.word), ticks, _where(one))
        yield Plot(figures.along(one.times(unit.own), axis, unit.drawn, message, reference))


def _place(one: Along) -> int:
    """Of the word among an arm's values."""
    first = {arm.key[0] for arm in one.arms}
    return 0 if len(one.arms[0].key) == 1 or len(first) > 1 else 1


def _where(one: Along) -> str:
    if one.other is None:
        return ""
    word, value = one.other
    return f", with {in_words({word: value})}"


def _sentence(run: Run, one: Along, ticks: list[str]) -> str:
    """From the first value to the last, for either part, with its interval and what it means."""
    unit = units.unit(run, "dev_error")
    return (
        f"{text.capital(axis_name(one.word))} from {ticks[0]} to {ticks[-1]}{_where(one)}: the "
        f"train error {_change(unit, one.bias, 'bias')}, and the gap to rows that were not trained "
        f"on {_change(unit, one.gap, 'variance')}."
    )


def _of_parts(one: Along, ticks: list[str]) -> Iterator[str]:
    """What of the loss is variance, at either end; nothing where it was not taken apart."""
    if not one.parts:
        return
    scale = units.Unit(one.parts[0].name)
    first, last = (
        f"{_amount(scale, one.parts[place].variance)} at {ticks[place]}" for place in (0, -1)
    )
    yield (
        f"Of the {scale.name} on test rows variance (training rows and random start) makes {first} "
        f"and {last}."
    )


def _amount(scale: units.Unit, found: Interval) -> str:
    """A part of a loss: the estimate of one near zero may lie below it."""
    said = scale.interval(found)
    return f"nothing sure ({said})" if found.estimate < 0 else said


def _change(unit: units.Unit, found: Interval, part: str) -> str:
    """`falls by 1.0 points [0.2, 1.7] (less variance)`."""
    if not found.excludes_zero:
        return f"changes by {unit.interval(found, difference=True)} ({part}: not decided)"
    verb, much = ("rises", "more") if found.estimate > 0 else ("falls", "less")
    return f"{verb} by {unit.size(found)} ({much} {part})"
