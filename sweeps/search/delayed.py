"""What the sampler sees: the study as it was a window of trials ago, in this process's memory.

Usually that is one Optuna study. With `search.per` each arm (one option of the chosen
hyperparameter) has an Optuna study of its own, and the arms take turns; so each arm gets the same
number of trials, and its sampler learns from that arm's trials alone.
"""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sweeps.base.errors import UserError
from sweeps.search import pruners, races, samplers, starts
from sweeps.search.designs import DESIGNS, Design, design_size
from sweeps.storage import optuna_private
from sweeps.storage.compared import expect_asked
from sweeps.storage.optuna_trials import as_asked, expect_possible, in_space
from sweeps.study import racing_rules, sampler_options
from sweeps.study.space import Params, Space
from sweeps.training import seeds
from sweeps.training.stop_rules import Race, StopRule
from sweeps.training.task import Outcome

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

    from sweeps.study.spec import Study

# Tries for a setting that keeps the constraints: with the study's sampler, before falling back to
# random sampling; and in all, before giving up.
ATTEMPTS = 20
DRAWS = 10_000
# The pruners that compare replicates, and so need each replicate's curve.
PAIRED = ("signed_rank", "patient")


class DelayedStudy:
    """All trials that have been asked and told, by the numbers they have in the whole study.

    Trials passed in and out carry the distributions of the whole space, because a database rejects
    a study whose trials' distributions differ. Each arm's study uses only its own arm's.
    """

    def __init__(self, study: "Study", warm: "list[WarmTrial] | None" = None) -> None:
        self._space, self._spaces = study.space, spaces(study)
        self._arm_studies = [ArmStudy(study, space, warm or []) for space in self._spaces]

    def _arm_study(self, number: int) -> "ArmStudy":
        return self._arm_studies[number % len(self._arm_studies)]

    def ask(self, number: int) -> "FrozenTrial":
        """The next trial. It depends only on the study file, its number, and the trials told."""
        trial = self._arm_study(number).ask(number)
        return trial if len(self._arm_studies) == 1 else in_space(trial, self._space)

    def replay(
        self, number: int, trial: "FrozenTrial", is_recorded: bool = True, in_flight: bool = False
    ) -> None:
        """Take over a trial that an earlier run asked, with the parameters it had there.

        A trial without a record is asked again. Errors: UserError if the sampler now gives
        different parameters, or if the stored trial is impossible in this space. in_flight: whether
        the sampler is asked for another while this one counts as running.
        """
        space = self._spaces[number % len(self._spaces)]
        # Earlier versions stored a trial with the distributions of its own arm alone.
        expect_possible(trial, [self._space, space])
        if len(self._arm_studies) > 1:
            trial = in_space(trial, space)
        self._arm_study(number).replay(number, trial, is_recorded, in_flight)

    def tell(self, outcome: Outcome) -> None:
        """Tell the sampler a trial's outcome."""
        self._arm_study(outcome.number).tell(outcome)

    def rule(self, number: int) -> StopRule:
        """When to stop the trial that was just asked."""
        return self._arm_study(number).rule(number)

    def race(self, number: int) -> Race | None:
        """How the trial that was just asked begins, if it races; None if too little is known."""
        return self._arm_study(number).race(number)


def spaces(study: "Study") -> list[Space]:
    """The spaces that are searched in turn, one an arm; the arm of the defaults comes first."""
    space, word = study.space, study.search.per
    if word is None:
        return [space]
    arms = [space.only(word, code) for code in space.choices(word)]
    return sorted(arms, key=lambda s: s.locate(s.default) is None)


def max_trials(study: "Study") -> float:
    """How many trials there can be at most; inf unless the sampler's design (a grid) has an end."""
    sampler = study.search.sampler
    sizes = [design_size(sampler, space, initial_settings(study, space)) for space in spaces(study)]
    if math.inf in sizes:
        return math.inf
    # The arms take turns; where one arm's design ends before the others', the search ends.
    return min(len(sizes) * size + place for place, size in enumerate(sizes))


def initial_settings(study: "Study", space: Space) -> list[Params]:
    """The settings tried before the sampler is asked: the defaults, then the enqueued ones."""
    default = space.locate(space.default)
    found = [default] if default is not None else []
    found += [p for p in study.enqueue if space.locate(study.space.configure(p)) == p]
    return [p for n, p in enumerate(found) if p not in found[:n]]


@dataclass(frozen=True)
class WarmTrial:
    """A trial of an earlier run, told to the sampler before the first trial is asked.

    params: its setting in this study's space. violations: by how much it breaks each constraint of
    this study, without those on metrics that the earlier run did not compute.
    """

    params: Params
    value: float
    violations: dict[str, float] = field(default_factory=dict)


class ArmStudy:
    """One arm's Optuna study with its sampler and history; without `search.per` there is only one.

    Optuna numbers each arm's trials from 0.
    """

    def __init__(self, study: "Study", space: Space, warm: "list[WarmTrial]") -> None:
        import optuna

        self._spec, self._space = study, space
        self._study = optuna.create_study(directions=[o.goal for o in study.objectives])
        self._initial = initial_settings(study, space)
        self._design: Design | None = None
        if study.search.sampler.name in DESIGNS:
            settings = DESIGNS[study.search.sampler.name](
                study.search.sampler, space, study.search.seed
            )
            self._design = Design(settings, self._initial)
        self._starts = starts.first_settings(study, space, self._initial)
        self._ids: dict[int, int] = {}  # Optuna's id of a trial, by its number in the whole study
        self._seen = optuna.search_space.IntersectionSearchSpace(include_pruned=True)
        self._pruner = pruners.of_costs(study.pruner, study.objective.sign)
        self._history = pruners.History(study.epochs, study.objective.at == "shared")
        self._races = races.Races(study) if racing_rules.races(study) else None
        mine = [one for one in warm if space.locate(study.space.configure(one.params))]
        for one in mine:
            self._recall(one)
        self._told = len(mine)

    def _recall(self, one: WarmTrial) -> None:
        """Add a trial of an earlier run, as if it had been told before the first trial."""
        import optuna

        probe = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
        probe.enqueue_trial(one.params)
        self._space.ask(probe.ask())
        (asked,) = probe.get_trials(deepcopy=False)
        told = optuna.trial.create_trial(
            params=asked.params, distributions=asked.distributions, value=one.value
        )
        storage = optuna_private.storage(self._study)
        added = optuna_private.add(self._study, as_asked(told))
        optuna_private.set_constraints(storage, added, one.violations)
        storage.set_trial_state_values(added, told.state, told.values)

    def ask(self, number: int) -> "FrozenTrial":
        """The next trial."""
        known = self._fixed(len(self._ids))
        if known is not None:
            self._study.enqueue_trial(known)
        seed = seeds.sampler(self._spec.search.seed, number)
        self._study.sampler = samplers.make(self._spec.search.sampler, seed, self._seen)
        trial = self._study.ask()
        params = self._space.ask(trial)
        if known is None and not self._space.allows(self._space.configure(params)):
            self._ask_again(number, optuna_private.trial_id(trial))
        self._ids[number] = optuna_private.trial_id(trial)
        stored = optuna_private.stored(self._study, self._ids[number])
        if self._spec.search.sampler.name not in samplers.KEEPS_NOTES:
            # TPE counts on its notes on trials that still run; a replayed trial has none.
            stored.system_attrs = {}
        return stored

    def _fixed(self, place: int) -> Params | None:
        """The setting at this place, whatever was told; None where the sampler decides."""
        if place < len(self._initial):
            return self._initial[place]
        is_first = self._told < sampler_options.startup(self._spec.search.sampler)
        design = self._design or (self._starts if is_first else None)
        return design[place - len(self._initial)] if design else None

    def _ask_again(self, number: int, trial_id: int) -> None:
        """Ask until the constraints are kept: with other seeds, then with a random sampler."""
        seed = self._spec.search.seed
        for attempt in range(1, DRAWS):
            method = self._spec.search.sampler if attempt < ATTEMPTS else sampler_options.Random()
            drawn = seeds.sampler(seed, number, attempt)
            self._study.sampler = samplers.make(method, drawn, self._seen)
            params = self._space.ask(optuna_private.reset_suggestions(self._study, trial_id))
            if self._space.allows(self._space.configure(params)):
                return
        texts = "; ".join(constraint.text for constraint in self._space.constraints)
        raise UserError(
            f"constraints: expected settings that keep them, got none of {DRAWS}: {texts}"
        )

    def replay(self, number: int, trial: "FrozenTrial", is_recorded: bool, in_flight: bool) -> None:
        """See `DelayedStudy.replay`."""
        name = self._spec.search.sampler.name
        has_notes = in_flight and name in samplers.NOTES_WHILE_RUNNING
        is_checked = not is_recorded or name in samplers.KEEPS_NOTES
        if not (is_checked or has_notes):
            self._ids[number] = optuna_private.add(self._study, as_asked(trial))
            return
        asked = self.ask(number)
        if is_checked:
            expect_asked(trial, asked.params)
        # The stored digits, for on another processor the last ones may differ. `asked` is no copy:
        # it is the very trial that the study keeps in memory.
        asked.params, asked.distributions = trial.params, trial.distributions

    def tell(self, outcome: Outcome) -> None:
        """See `DelayedStudy.tell`."""
        # Straight into the storage: `Study.tell` makes a deep copy of the trial.
        from optuna.trial import TrialState

        self._told += 1
        storage = optuna_private.storage(self._study)
        trial, reports = self._ids[outcome.number], outcome.reports
        if outcome.state == "failed":
            storage.set_trial_state_values(trial, TrialState.FAIL)
            return
        sign = self._spec.objective.sign
        each = sign * outcome.each if self._pruner.name in PAIRED else np.empty((0, 0))
        # Of a trial that was outraced the estimate counts like the value of any other.
        is_complete = outcome.state == "complete" or outcome.is_outraced
        self._history.add(pruners.PastTrial(outcome.number, is_complete, sign * reports, each))
        if self._races is not None:
            self._races.add(outcome)
        optuna_private.set_constraints(storage, trial, outcome.violations)
        if is_complete:
            values = [float(value) for value in outcome.values]
            storage.set_trial_state_values(trial, TrialState.COMPLETE, values)
        else:
            last = float(reports[-1])
            storage.set_trial_intermediate_value(trial, len(reports) - 1, last)
            # As Study.tell does: the last report is a pruned trial's value.
            storage.set_trial_state_values(trial, TrialState.PRUNED, [last])

    def rule(self, number: int) -> StopRule:
        """See `DelayedStudy.rule`."""
        return pruners.rule(self._pruner, self._history, number)

    def race(self, number: int) -> Race | None:
        """See `DelayedStudy.race`."""
        return self._races.race(number) if self._races is not None else None
