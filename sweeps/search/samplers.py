"""Optuna's samplers, rebuilt for every trial: nothing but (seed, number) is in their generators."""

import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sweeps.search.designs import DESIGNS
from sweeps.storage import optuna_private
from sweeps.study import sampler_options
from sweeps.study.sampler_options import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler
    from optuna.search_space import IntersectionSearchSpace


def _tpe(options: sampler_options.Tpe, seed: int) -> "BaseSampler":
    from optuna.samplers import TPESampler

    return TPESampler(n_startup_trials=options.startup, seed=seed)


def _random(options: Sampler, seed: int) -> "BaseSampler":
    from optuna.samplers import RandomSampler

    return RandomSampler(seed=seed)


def _cmaes(options: sampler_options.CmaEs, seed: int) -> "BaseSampler":
    from optuna.samplers import CmaEsSampler

    return CmaEsSampler(
        n_startup_trials=options.startup, seed=seed, warn_independent_sampling=False
    )


def _gp(options: sampler_options.Gp, seed: int) -> "BaseSampler":
    from optuna.samplers import GPSampler

    return GPSampler(n_startup_trials=options.startup, seed=seed, warn_independent_sampling=False)


def _nsga2(options: sampler_options.Nsga2, seed: int) -> "BaseSampler":
    from optuna.samplers import NSGAIISampler

    return NSGAIISampler(population_size=options.population, seed=seed)


def _nsga3(options: sampler_options.Nsga3, seed: int) -> "BaseSampler":
    from optuna.exceptions import ExperimentalWarning
    from optuna.samplers import NSGAIIISampler

    with warnings.catch_warnings():
        # Its interface may change; we pin Optuna, and rely on two of its arguments.
        warnings.simplefilter("ignore", ExperimentalWarning)
        return NSGAIIISampler(population_size=options.population, seed=seed)


SAMPLERS: Mapping[str, Callable[[Any, int], "BaseSampler"]] = {
    "tpe": _tpe,
    "random": _random,
    "cmaes": _cmaes,
    "gp": _gp,
    "nsga2": _nsga2,
    "nsga3": _nsga3,
}
# These samplers keep notes on trials and study as they are asked (CMA-ES a pickle). Such notes are
# never stored: a resumed run asks them for all trials again from the first on, which is quick.
KEEPS_NOTES = frozenset({"cmaes", "nsga2", "nsga3"})
# These keep notes on a trial that count while it runs: parameters that its arm has not, too.
NOTES_WHILE_RUNNING = frozenset({"tpe", "gp"})


def make(options: Sampler, seed: int, seen: "IntersectionSearchSpace") -> "BaseSampler":
    """The sampler of a study, for one trial; for designs a random one, since theirs are enqueued.

    seen: the parameters that all trials have. It depends on the trials alone, and finding it anew
    for each sampler would take as long as the rest of TPE.
    """
    name = "random" if options.name in DESIGNS else options.name
    sampler = SAMPLERS[name](options, seed)
    if options.name == "tpe":
        optuna_private.give_search_space(sampler, seen)
    return sampler
