"""The trials by arm, against each number that was searched beside the word in question."""

from collections.abc import Iterator, Sequence

from reports import text
from reports.advice.answer import name as name_of
from reports.figures import slices as figures
from reports.frames import Run
from reports.sections.blocks import Block, Plot
from reports.stats.answer import arms
from reports.stats.search import tuning
from reports.stats.settings import objectives
from reports.stats.settings.objectives import Objective


def names_of_arms(run: Run) -> dict[tuple[str, ...], str]:
    """By the values of their words, best first: the order in which all figures colour them."""
    ordered = [*(one.arm for one in arms.judged(run)), *arms.arms(run)]
    return {arm.key: name_of(run, arm) for arm in ordered}


def by_arm(run: Run, names: Sequence[str], goal: Objective) -> Iterator[Block]:
    """Of the parameters `names`; nothing of a study of no arms, or whose arms are single trials."""
    known, words = arms.arms(run), arms.words(run)
    numbers = [
        (name, tuning.is_log(run, name))
        for name in names
        if name not in words and tuning.space_of(run, name).get("kind") == "range"
    ]
    trials = objectives.complete(run)
    numbers = [each for each in numbers if trials[f"param.{each[0]}"].notna().any()]
    if not known or not numbers:
        return
    said = names_of_arms(run)
    keys = zip(*(trials[f"param.{word}"].map(text.value) for word in words), strict=True)
    rows = trials.assign(arm=[said.get(key, "") for key in keys])
    rows = objectives.drawn([goal], rows)
    yield Plot(figures.slices(rows, list(said.values()), numbers, goal.drawn))
