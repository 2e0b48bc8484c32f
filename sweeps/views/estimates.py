"""How long a study will take about: from a few epochs that are timed, and how busy cores are."""

import os
import sys
import time
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import fmean, median_low

from threadpoolctl import threadpool_limits

from sweeps.base import durations, provenance
from sweeps.data import Dataset
from sweeps.phases import final, learning_curve
from sweeps.study import patience_rules, random_configs
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training import baselines, networks, probing, seeds

DRAWS = 500  # settings, of which the cheapest and the dearest are timed
# Seconds of free cores: workers and libraries started, and what the confirmation adds to that, with
# small baselines and the report.
START, CONFIRMING = 4.0, 5.0
ASKING = 0.015  # seconds that a trial takes beside its training: a sampler, a record
ENDED_EARLY = 0.5  # of the search's work what is left at least, where trials end early
MORE = 1.25  # of what is reckoned what it may be
# Of the thread alone, whatever else runs; Windows counts it in steps that are too large.
CLOCK = "perf_counter" if sys.platform == "win32" else "thread_time"


@dataclass(frozen=True)
class Span:
    """Seconds from low to high, with the cores as busy as they are; free: high, were they not."""

    low: float
    high: float
    free: float

    @property
    def words(self) -> str:
        """`about 40 s to 2 min`, and why, where other programs are the cause."""
        said = f"about {durations.span(self.low, self.high)}"
        if self.high < BUSY * self.free:
            return said
        free = durations.span(self.free, self.free)
        return f"{said}, since other programs keep the cores busy ({free} without them)"


BUSY = 2.0  # times as long as on free cores, from which on the reason is told
LONG = 0.5  # seconds of two epochs, after which no third is timed


def seconds_per_trial(study: Study, dataset: Dataset, config: Config) -> float:
    """About how long an unpruned trial of a setting takes, from two or three of its epochs.

    Errors: Expected, where a training function of the user's fails.
    """
    if study.trainer is not None:
        return probing.seconds_per_trial(study.trainer, study, config, dataset)
    seen, every = dataset.for_search, range(study.replicates.count)
    replicates = every[:1] if networks.are_apart(config, seen, study.dtype) else every
    streams = seeds.streams(study.search.seed, seeds.SEARCH, replicates)
    net = networks.network(config, seen)
    theta = networks.initialize(config, seen, streams, study.dtype)
    settings = replace(networks.settings(config, seen), epochs=3)
    with threadpool_limits(1):
        ends: list[float] = []
        for _ in networks.fit(net, theta, seen, replicates, streams, settings):
            ends.append(getattr(time, CLOCK)())
            if len(ends) == 3 and ends[-1] - ends[0] > LONG:
                break
    each = [end - start for start, end in pairwise(ends)]
    # The first epoch also loads and sets up: the middle one of three, the lower of two is warm.
    of_trial = study.epochs * len(every) / len(replicates)
    return median_low(each) * of_trial if each else 0.0


def extremes(study: Study, dataset: Dataset) -> list[tuple[Config, float]]:
    """The cheapest and the dearest of some settings drawn at random, with seconds a trial.

    They are chosen by their work, which is not all that counts, so they are told by the clock.
    Where all are of the same work, it is the defaults alone.
    """
    space = study.space
    if study.trainer is not None:  # of whose work nothing is known
        return [(space.default, seconds_per_trial(study, dataset, space.default))]
    kept = random_configs.allowed(space, DRAWS)
    work = [networks.work(one, dataset, networks.network(one, dataset)) for one in kept]
    ends = [space.default]
    if len(set(work)) > 1:
        ends = [kept[work.index(min(work))], kept[work.index(max(work))]]
    timed = [(config, seconds_per_trial(study, dataset, config)) for config in ends]
    return sorted(timed, key=lambda one: one[1])


def span(study: Study, dataset: Dataset, trials: int, confirmations: int, jobs: int) -> Span:
    """Seconds that so many more trials and confirmations, with their baselines, take about.

    Errors: Expected, where a training function of the user's fails.
    """
    each = seconds_per_trial(study, dataset, study.space.default)
    searched = each * _beside_default(study, dataset)
    start = START + CONFIRMING * confirmations + ASKING * trials
    after = confirmations * _confirmation(study, dataset, each, searched, jobs)
    ends_early = study.pruner.name != "none" or patience_rules.epochs(study) is not None
    least = (ENDED_EARLY if ends_early else 1.0) * searched * trials / jobs + after
    most = searched * trials / jobs + after
    others = _others()
    return Span(
        start * _slowdown(others / 2, 1) + least * _slowdown(others / 2, jobs),
        MORE * (start * _slowdown(others, 1) + most * _slowdown(others, jobs)),
        start + most * _slowdown(0, jobs),
    )


def _others() -> float:
    """How many other processes want a core, over the last minute; 0 where nobody counts them."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _slowdown(others: float, own: int) -> float:
    """How many times as long each of so many own processes takes beside the others."""
    return max(1.0, (others + own) / provenance.cores())


def _beside_default(study: Study, dataset: Dataset) -> float:
    """The mean work of a setting drawn at random, as a multiple of the default's."""
    if study.trainer is not None:  # of whose work nothing is known
        return 1.0

    def work(config: Config) -> float:
        return networks.work(config, dataset, networks.network(config, dataset))

    drawn = random_configs.allowed(study.space, DRAWS)
    return fmean(map(work, drawn)) / work(study.space.default) if drawn else 1.0


def _confirmation(
    study: Study, dataset: Dataset, default: float, searched: float, jobs: int
) -> float:
    """Of one, with what follows it; default, searched: seconds of a trial of either."""
    settings = searched * study.confirm.top + default
    networks = settings * study.confirm.at_most + searched * _after(study, dataset)
    beside = [seconds for _, seconds, _ in beside_networks(study, dataset)]
    # Each baseline is one worker's.
    return max([(networks / study.replicates.count + sum(beside)) / jobs, *beside])


def _after(study: Study, dataset: Dataset) -> float:
    """How many networks of the winner are trained after the confirmation."""
    count, folds = 0.0, dataset.for_confirmation.folds
    if folds is not None and learning_curve.is_wanted(study):
        count += (study.confirm.learning_curve - 1) * folds.design.folds
    if final.is_wanted(study):
        count += (
            min(study.confirm.at_most, final.MOST) * dataset.facts["rows"] / dataset.facts["train"]
        )
    return count


def beside_networks(study: Study, dataset: Dataset) -> list[tuple[str, float, bool]]:
    """The confirmation's baselines: name, about how many seconds, whether their limit ends them."""
    limit = durations.seconds(study.confirm.baseline_time)
    names, seen = baselines.of_study(study, dataset), dataset.for_confirmation
    each = [(name, baselines.seconds(name, seen)) for name in names]
    return [(name, min(seconds, limit), seconds > limit) for name, seconds in each]
