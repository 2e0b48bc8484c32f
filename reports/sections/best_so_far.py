"""How the best value came down, or went up, in the course of the search."""

import math
from collections.abc import Iterator
from dataclasses import replace

from reports import text
from reports.figures import best_so_far as figures
from reports.figures.scales import robust
from reports.frames import Run
from reports.sections.blocks import Block, Paragraphs, Plot
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
    """A course of each arm of `search.per`, best first; none where some have a trial or two."""
    word = run.provenance["search"].get("per")
    if word not in run.parameters:
        return []
    column = run.trials[f"param.{word}"].map(text.value)
    found = [course(str(arm), rows, goal.sign) for arm, rows in run.trials.groupby(column)]
    if not found or min(len(one.best) for one in found) < IN_AN_ARM:
        return []
    return sorted((one for one in found if one.last), key=lambda one: goal.sign * one.best[-1])


def _sentence(run: Run, whole: Course, goal: Objective) -> str:
    count = len(whole.best)
    half = whole.best[(count - 1) // 2]
    so_far = (
        f"; half of them had got to {goal.unit.value(float(half))}" if math.isfinite(half) else ""
    )
    return (
        f"The search got to {goal.name} {goal.unit.value(float(whole.best[-1]))}, with trial "
        f"{int(run.trials['trial'].iloc[whole.last - 1])} of {text.count(count, 'trial')}{so_far}. "
        f"All of them trained for {text.seconds(float(whole.seconds[-1]))}."
    )
