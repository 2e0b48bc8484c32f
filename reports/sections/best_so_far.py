"""How the best value came down, or went up, in the course of the search."""

import math
from collections.abc import Iterator
from dataclasses import replace

from reports import labels, text
from reports.figures import best_so_far as figures
from reports.figures.scales import robust
from reports.frames import Run
from reports.sections.blocks import Block, Paragraphs, Plot
from reports.sections.slices import names_of_arms
from reports.stats.search.best_so_far import Course, course
from reports.stats.settings import objectives
from reports.stats.settings.objectives import Objective

FEWEST, IN_AN_ARM = 5, 3  # complete trials of which a line is drawn


def best_so_far(run: Run) -> Iterator[Block]:
    """A sentence and a figure; nothing of a few trials."""
    done = objectives.complete(run)
    if len(done) < FEWEST:
        return
    goal = objectives.objectives(run)[0]
    whole, arms = course("", run.trials, goal.sign), _arms(run, goal)
    if not whole.last:
        return
    yield Paragraphs((_sentence(run, whole, goal),))
    own = goal.unit.own
    scale = robust(own * done["value"].to_numpy(float), goal.sign)
    courses = [replace(one, best=own * one.best) for one in arms or [whole]]
    yield Plot(figures.best_so_far(courses, goal.drawn, scale))


def _arms(run: Run, goal: Objective) -> list[Course]:
    """A course of each arm of `search.per`, in their order; none where some are few trials."""
    word = run.provenance["search"].get("per")
    if word not in run.parameters:
        return []
    column = run.trials[f"param.{word}"].map(text.value)
    names = names_of_arms(run)
    order = {key: place for place, key in enumerate(names)}
    groups = {(str(arm),): rows for arm, rows in run.trials.groupby(column)}
    keys = sorted(groups, key=lambda key: order.get(key, len(order)))
    found = [course(names.get(key, key[0]), groups[key], goal.sign) for key in keys]
    if not found or min(len(one.best) for one in found) < IN_AN_ARM:
        return []
    return [one for one in found if one.last]


def _sentence(run: Run, whole: Course, goal: Objective) -> str:
    """When the search came to its best, with what, and what came after."""
    count, last = len(whole.best), whole.last
    trial = labels.named(run)(f"trial {int(run.trials['trial'].iloc[last - 1])}")
    half, left = whole.best[(count - 1) // 2], count - last
    then = f"; the other {left} found nothing better" if left > 1 else ""
    if last > count // 2 and math.isfinite(half):
        then = f"; half of the trials had got to {goal.unit.value(float(half))}"
    when = "with the last" if not left else f"after {text.number(last)}"
    best = goal.unit.value(float(whole.best[-1]))
    return (
        f"The {goal.best} {goal.name} of the search, {best}, came {when} of "
        f"{text.count(count, 'trial')}: {trial}{then}. "
        f"All of them trained for {text.seconds(float(whole.seconds[-1]))}."
    )
