"""The search loop: it keeps up to `window` trials in flight, and asks for another as each one ends.

It does not wait for whole batches. The sampler sees a delayed copy of the study, which is told of
trial j immediately before the trial that `Search.told_before` says, by numbers alone; never
earlier, even if its outcome is known, and until then trial j shows as running. So the result does
not depend on the order in which trials come back, on kills, or on later extensions.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sweeps.base import durations
from sweeps.base.interrupts import Shield
from sweeps.data import Dataset
from sweeps.engines import Engine
from sweeps.search import races
from sweeps.search.budgets import Budget
from sweeps.search.delayed import DelayedStudy
from sweeps.search.earlier import Earlier
from sweeps.search.workers import Workers
from sweeps.storage.compared import expect_recorded
from sweeps.storage.store import Store
from sweeps.study import patience_rules
from sweeps.study.space import Params
from sweeps.study.spec import Study
from sweeps.training import seeds
from sweeps.training.task import Outcome, Task, failed, task_of


@dataclass(frozen=True)
class Finished:
    """One trial's outcome; `new` if this run trained it."""

    number: int
    params: Params
    outcome: Outcome
    new: bool


def search(
    study: Study,
    store: Store,
    engine: Engine,
    budget: Budget,
    delayed: DelayedStudy,
    shield: Shield,
    dataset: Dataset | None = None,
) -> Iterator[Finished]:
    """Yield every trial of the budget as soon as its outcome is known, earlier runs' trials first.

    At most `window` trials are in flight. The engine is given lists of tasks (packs). With
    `dataset`, the trials with the most work go first, and small networks share a pack; without it,
    trials go alone, the oldest first.
    """
    earlier = Earlier(study, store, budget.trials)
    outcomes: dict[int, Outcome] = {}
    running: dict[int, Params] = {}
    workers = Workers(engine, dataset, study.search, in_time=math.isfinite(budget.deadline))
    number = told = 0
    while True:
        workers.fill()  # before the sampler takes its time
        while number < budget.trials and len(running) < workers.room:
            due = range(told, study.search.told_before(number))
            if not all(one in outcomes for one in due):
                break
            for one in due:
                outcome = outcomes.pop(one)
                delayed.tell(outcome)
                budget.count(outcome)
            told = max(told, due.stop)
            resumed = number < len(earlier.trials)
            if number > 0 and not resumed and budget.ends():
                break
            params, known = _next(delayed, store, earlier, number, shield)
            if known is not None:
                outcomes[number] = known
                yield Finished(number, params, known, new=False)
            # Out of time, a resumed trial stays asked and untrained, for a later run.
            elif not (resumed and budget.is_late()):
                running[number] = params
                workers.add(_task(study, number, params, delayed, dataset))
            number += 1
            # A result is back: collect it now, so that its worker gets a task, rather than first
            # asking for the rest of the window.
            if running and workers.ready():
                break
        if not running:
            return
        back = [(running.pop(outcome.number), outcome) for outcome in workers.wait()]
        with shield:
            store.finished(back)
        for params, outcome in back:
            outcomes[outcome.number] = outcome
            yield Finished(outcome.number, params, outcome, new=True)


def _next(
    delayed: DelayedStudy,
    store: Store,
    earlier: Earlier,
    number: int,
    shield: Shield,
) -> tuple[Params, Outcome | None]:
    """The parameters of trial `number`, and its outcome if an earlier run has trained it."""
    import optuna

    if number >= len(earlier.trials):
        with shield:
            asked = delayed.ask(number)
            store.asked(number, asked)
        known = store.load(number, asked.params)
    else:
        asked = earlier.trials[number]
        record = earlier.record(number)
        in_flight = earlier.is_in_flight(number)
        delayed.replay(number, asked, is_recorded=record is not None, in_flight=in_flight)
        known = None
        if record is not None:
            expect_recorded(asked, *record)
            known = record[1]
        elif asked.state == optuna.trial.TrialState.FAIL:
            cause = str(asked.user_attrs.get("cause", "unknown"))
            return asked.params, failed(number, cause)
    if known is not None:
        with shield:
            store.tell([known])
    return asked.params, known


def _task(
    study: Study, number: int, params: Params, delayed: DelayedStudy, dataset: Dataset | None
) -> Task:
    limit, config = study.budgets.trial_time, study.space.configure(params)
    return task_of(
        study,
        number,
        config,
        seeds.SEARCH,
        range(study.replicates.count),
        stop_rule=delayed.rule(number),
        patience=patience_rules.epochs(study),
        race=delayed.race(number) if races.pays(study, config, dataset) else None,
        seconds=durations.seconds(limit) if limit is not None else Task.seconds,
    )


def preview(study: Study, delayed: DelayedStudy, count: int) -> list[dict[str, Any]]:
    """The configurations of the first `count` trials, asked without telling any outcome."""
    asked = [delayed.ask(number) for number in range(count)]
    return [study.space.configure(trial.params) for trial in asked]
