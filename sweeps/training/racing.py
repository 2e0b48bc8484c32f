"""Trials that begin with their first replicates, and have the rest trained if they may yet win.

The first replicates of a trial are compared with the same replicates of the best trial known when
it was asked, so nothing hangs on time or on what else is in training. A trial that goes on has the
numbers that it would have if all its replicates had been trained together.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sweeps.data import Dataset
from sweeps.training import merging
from sweeps.training.stop_rules import NEVER
from sweeps.training.task import Outcome, Task

PackTrainer = Callable[[list[Task], Dataset], list[Outcome]]
SOON = 1e-3  # seconds that are left of a time that is up; 0 would be no limit


def train(pack_trainer: PackTrainer, tasks: Sequence[Task], dataset: Dataset) -> list[Outcome]:
    """Each task's outcome, of its first replicates alone where these say that it cannot win."""
    outcomes = pack_trainer([_first(task) for task in tasks], dataset)
    going_on = [n for n, task in enumerate(tasks) if _goes_on(task, outcomes[n])]
    if going_on:
        rest = pack_trainer([_rest(tasks[n], outcomes[n]) for n in going_on], dataset)
        for n, outcome in zip(going_on, rest, strict=True):
            outcomes[n] = _whole(tasks[n], outcomes[n], outcome)
    return [_judged(task, outcome) for task, outcome in zip(tasks, outcomes, strict=True)]


def _first(task: Task) -> Task:
    """The task with its first replicates alone, if it races."""
    race = task.race
    if race is None:
        return task
    return replace(task, replicates=task.replicates[: race.first], stop_rule=race.stop_rule)


def _goes_on(task: Task, first: Outcome) -> bool:
    race = task.race
    if race is None or first.state != "complete":
        return False
    return not race.loses(first.each[-1], task.objectives[0].sign)


def _rest(task: Task, first: Outcome) -> Task:
    """The task with the replicates that are left, which nothing stops."""
    assert task.race is not None
    left = max(SOON, task.seconds - float(first.curves["seconds"][-1]))
    rest = task.replicates[task.race.first :]
    return replace(task, replicates=rest, stop_rule=NEVER, seconds=left)


def _whole(task: Task, first: Outcome, rest: Outcome) -> Outcome:
    if rest.state == "failed":
        return rest
    return merging.merge([first, rest], task.objectives, task.metric_constraints)


def _judged(task: Task, outcome: Outcome) -> Outcome:
    """The outcome, its value an estimate for all replicates where only the first were trained."""
    race = task.race
    if race is None or outcome.state == "failed":
        return outcome
    if outcome.each.shape[1] == len(task.replicates):
        return outcome
    reports = outcome.reports + race.shift
    trained = f"stopped after {race.first} of {len(task.replicates)} replicates"
    is_outraced = outcome.state == "complete"
    return replace(
        outcome,
        state="pruned",
        values=(float(reports[-1]),),
        reports=reports,
        cause=trained if is_outraced else "",
        is_outraced=is_outraced,
    )
