"""The search: a window, not a wave.

The sampler sees a private mirror of the study. The mirror is told trial j immediately before trial
j + window is asked, never earlier, whatever is known by then; until then it shows j as running.
So the order in which trials come back, kills, and later extensions change nothing.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sweeps import pruning, seeds
from sweeps.engines import Engine, Failure
from sweeps.interrupts import Shield
from sweeps.space import Params
from sweeps.spec import Study
from sweeps.store import Store, as_asked
from sweeps.trial import Outcome, Task

if TYPE_CHECKING:
    import optuna


class Mirror:
    """What the sampler sees: an in-memory study that runs `window` trials behind."""

    def __init__(self, study: Study) -> None:
        import optuna

        self.spec = study
        self.optuna = optuna.create_study(direction="minimize")
        self.complete: list[np.ndarray] = []  # reports of the complete trials it was told

    def ask(self, number: int) -> "optuna.trial.FrozenTrial":
        """The next trial, from nothing but the file, its number, and what the mirror was told."""
        if number == 0:
            default = self.spec.space.locate(self.spec.space.default)
            if default is not None:
                self.optuna.enqueue_trial(default)
        self.optuna.sampler = _sampler(self.spec, number)
        trial = self.optuna.ask()
        self.spec.space.ask(trial)
        return self.optuna.get_trials(deepcopy=False)[number]

    def replay(self, trial: "optuna.trial.FrozenTrial") -> None:
        """A trial asked in an earlier run, as it stood then."""
        self.optuna.add_trial(as_asked(trial))

    def tell(self, outcome: Outcome) -> None:
        """What became of a trial."""
        import optuna

        number, reports = outcome.number, outcome.reports
        if outcome.state == "complete":
            self.complete.append(reports)
            self.optuna.tell(number, float(outcome.value))
        elif outcome.state == "pruned":
            frozen = self.optuna.get_trials(deepcopy=False)[number]
            trial = optuna.trial.Trial(self.optuna, frozen._trial_id)
            trial.report(float(reports[-1]), len(reports) - 1)
            self.optuna.tell(number, state=optuna.trial.TrialState.PRUNED)
        else:
            self.optuna.tell(number, state=optuna.trial.TrialState.FAIL)

    def thresholds(self) -> tuple[float, ...]:
        """For the trial that was just asked."""
        return pruning.thresholds(self.spec.search.pruner, self.complete, self.spec.epochs)


def _sampler(study: Study, number: int) -> "optuna.samplers.BaseSampler":
    """Rebuilt for every trial, so that nothing but (seed, number) is in its generator."""
    import optuna

    seed = seeds.sampler(study.search.seed, number)
    if study.search.sampler == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed)


@dataclass
class Deadline:
    """When to stop asking; `inf` for never."""

    at: float = float("inf")

    @property
    def passed(self) -> bool:
        """True when no more trials are to be asked."""
        return time.monotonic() >= self.at


@dataclass(frozen=True)
class Finished:
    """One trial's outcome; `new` if it was trained now."""

    number: int
    params: Params
    outcome: Outcome
    new: bool


def search(
    study: Study, store: Store, engine: Engine, budget: int, deadline: Deadline, shield: Shield
) -> Iterator[Finished]:
    """Yield every trial of the budget as it is known, those of earlier runs first.

    At most `window` are in flight, and no more than keep the engine busy.
    """
    window = study.search.window
    mirror, earlier = Mirror(study), store.trials()
    outcomes: dict[int, Outcome] = {}
    running: dict[int, Params] = {}
    number = 0
    while True:
        while number < budget and (number < window or number - window in outcomes):
            resumed = number < len(earlier)
            if len(running) > engine.jobs or (deadline.passed and not resumed and number > 0):
                break
            if number >= window:
                mirror.tell(outcomes[number - window])
            params, known = _next(mirror, store, earlier, number, shield)
            if known is None:
                task = _task(study, number, params, mirror.thresholds())
                running[number] = params
                engine.submit(number, task)
            else:
                outcomes[number] = known
                yield Finished(number, params, known, new=False)
            number += 1
        if not running:
            return
        for key, result in engine.wait():
            params = running.pop(key)
            outcome = _outcome(key, result)
            with shield:
                store.finished(key, params, outcome)
            outcomes[key] = outcome
            yield Finished(key, params, outcome, new=True)


def _next(
    mirror: Mirror,
    store: Store,
    earlier: "list[optuna.trial.FrozenTrial]",
    number: int,
    shield: Shield,
) -> tuple[Params, Outcome | None]:
    """The trial's parameters, and its outcome if an earlier run knew it."""
    import optuna

    if number >= len(earlier):
        with shield:
            trial = mirror.ask(number)
            store.asked(number, trial)
    else:
        trial = earlier[number]
        mirror.replay(trial)
        if trial.state == optuna.trial.TrialState.FAIL:
            cause = str(trial.user_attrs.get("cause", "unknown"))
            return trial.params, Outcome(number, "failed", float("nan"), cause=cause)
    known = store.load(number, trial.params)
    if known is not None:
        with shield:
            store.tell(number, known)
    return trial.params, known


def _task(study: Study, number: int, params: Params, thresholds: tuple[float, ...]) -> Task:
    return Task(
        number=number,
        config=study.space.configure(params),
        seed=study.search.seed,
        phase=seeds.SEARCH,
        replicates=range(study.replicates),
        metric=study.objective.metric,
        at=study.objective.at,
        dtype=study.dtype,
        thresholds=thresholds,
    )


def _outcome(number: int, result: Any) -> Outcome:
    if isinstance(result, Failure):
        return Outcome(number, "failed", float("nan"), cause=result.cause)
    outcome: Outcome = result
    return outcome
