"""How the search went: what its trials tried, and what came of it. Descriptive."""

from collections.abc import Iterator
from dataclasses import replace

from reports import text
from reports.figures import parallel as figures
from reports.frames import Run
from reports.sections.ablation import ablation
from reports.sections.best_so_far import best_so_far
from reports.sections.blocks import Block, Paragraphs, Plot, Section, section
from reports.sections.trained import layers, schedules
from reports.stats.search import tuning
from reports.stats.search.parallel import parallel
from reports.stats.settings import objectives


def search(run: Run) -> Section | None:
    """None where nothing can be drawn, such as of a single trial."""
    blocks = tuple(_blocks(run))
    return section("search", "How the search went", blocks) if blocks else None


def _blocks(run: Run) -> Iterator[Block]:
    yield from best_so_far(run)
    yield from _trials(run)
    yield from schedules(run)
    yield from layers(run)


def _trials(run: Run) -> Iterator[Block]:
    found = parallel(run)
    if found is None:
        return
    goals = objectives.objectives(run)
    drawn = replace(found, trials=objectives.drawn(goals, found.trials))
    best = tuning.best_trial(run)
    yield Plot(figures.parallel(drawn, [goal.drawn for goal in goals], best))
    without = len(run.trials) - len(found.trials)
    if without:
        verb = "is" if without == 1 else "are"
        words = f"{text.count(without, 'trial')} without a value {verb} not shown."
        yield Paragraphs((words,), "quiet")
    yield from ablation(run)
