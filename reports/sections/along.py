"""What a word's values do to bias and to variance: a sentence and a figure for each word."""

from collections.abc import Iterator

from reports import text, units
from reports.advice.in_words import axis_name, in_words, tick
from reports.figures import along as figures
from reports.frames import Run
from reports.sections.blocks import Block, Paragraphs, Plot
from reports.stats.bias_variance import along as stats
from reports.stats.bias_variance import ledger
from reports.stats.bias_variance.along import Along
from reports.stats.sampling.intervals import Interval


def along(run: Run) -> Iterator[Block]:
    """Nothing of a study that compares no numbers or depths."""
    error, is_assumed = ledger.reference_of(run)
    reference = "" if is_assumed else units.unit(run, "dev_error").value(error)
    for one in stats.along(run):
        yield Paragraphs((" ".join([_sentence(run, one), *_of_parts(one)]),))
        place = _place(one)
        ticks = [tick(one.word, arm.values[place]) for arm in one.arms]
        word = axis_name(one.word)
        drawn = one.times(units.unit(run, "dev_error").own)
        yield Plot(figures.along(drawn, ticks, word, _where(one), not run.regression, reference))


def _place(one: Along) -> int:
    """Of the word among an arm's values."""
    first = {arm.key[0] for arm in one.arms}
    return 0 if len(one.arms[0].key) == 1 or len(first) > 1 else 1


def _where(one: Along) -> str:
    if one.other is None:
        return ""
    word, value = one.other
    return f", with {in_words({word: value})} throughout"


def _sentence(run: Run, one: Along) -> str:
    """From the first value to the last, for either part, with its interval and what it means."""
    place, unit = _place(one), units.unit(run, "dev_error")
    first, last = (in_words({one.word: one.arms[n].values[place]}) for n in (0, -1))
    bias, gap = (unit.interval(found, difference=True) for found in (one.bias, one.gap))
    where = _where(one).removeprefix(", ").removesuffix(" throughout")
    head = f"{text.capital(where)}, from" if where else "From"
    return (
        f"{head} {first} to {last} the train error changes by {bias} ({_word(one.bias, 'bias')}) "
        f"and the gap from training rows to new ones by {gap} ({_word(one.gap, 'variance')})."
    )


def _of_parts(one: Along) -> Iterator[str]:
    """What of the loss is variance, at either end; nothing where it was not taken apart."""
    if not one.parts:
        return
    scale = units.Unit(one.parts[0].name)
    first, last = (scale.interval(one.parts[place].variance) for place in (0, -1))
    yield (
        f"Of the {scale.name} on test rows, training rows and random starts make {first} at the "
        f"first and {last} at the last."
    )


def _word(found: Interval, part: str) -> str:
    if not found.excludes_zero:
        return f"{part}: not decided"
    return f"{'more' if found.estimate > 0 else 'less'} {part}"
