"""How long a study will take about, from a few epochs that are timed."""

import time
from dataclasses import replace
from itertools import pairwise
from statistics import median_low

from threadpoolctl import threadpool_limits

from sweeps.base import durations
from sweeps.data import Dataset
from sweeps.phases import final, learning_curve
from sweeps.study import consistency
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training import baselines, networks, probing, seeds

DRAWS = 500  # settings, of which the cheapest and the dearest are timed
LONG = 0.5  # seconds of two epochs, after which no third is timed
# Workers, small baselines and the report take about so long, whatever is trained.
START = 8.0


def seconds_per_trial(study: Study, dataset: Dataset, config: Config) -> float:
    """About how long an unpruned trial of a setting takes, from two or three of its epochs.

    Errors: Expected, where a training function of the user's fails.
    """
    if study.trainer is not None:
        return probing.seconds_per_trial(study.trainer, study, config, dataset)
    seen, replicates = dataset.for_search, range(study.replicates.count)
    streams = seeds.streams(study.search.seed, seeds.SEARCH, replicates)
    net = networks.network(config, seen)
    theta = networks.initialize(config, seen, streams, study.dtype)
    settings = replace(networks.settings(config, seen), epochs=3)
    with threadpool_limits(1):
        ends: list[float] = []
        for _ in networks.fit(net, theta, seen, replicates, streams, settings):
            ends.append(time.perf_counter())
            if len(ends) == 3 and ends[-1] - ends[0] > LONG:
                break
    each = [end - start for start, end in pairwise(ends)]
    # The first epoch also loads and sets up: the middle one of three, the lower of two is warm.
    return median_low(each) * study.epochs if each else 0.0


def extremes(study: Study, dataset: Dataset) -> list[tuple[Config, float]]:
    """The cheapest and the dearest of some settings drawn at random, with seconds a trial.

    They are chosen by their work, which is not all that counts, so they are told by the clock.
    Where all are of the same work, it is the defaults alone.
    """
    space = study.space
    if study.trainer is not None:  # of whose work nothing is known
        return [(space.default, seconds_per_trial(study, dataset, space.default))]
    kept = consistency.random_allowed_configs(space, DRAWS)
    work = [networks.work(one, dataset, networks.network(one, dataset)) for one in kept]
    ends = [space.default]
    if len(set(work)) > 1:
        ends = [kept[work.index(min(work))], kept[work.index(max(work))]]
    timed = [(config, seconds_per_trial(study, dataset, config)) for config in ends]
    return sorted(timed, key=lambda one: one[1])


def seconds(study: Study, dataset: Dataset, trials: int, confirmations: int, jobs: int) -> float:
    """Seconds that so many more trials and confirmations, with their baselines, take about."""
    each = seconds_per_trial(study, dataset, study.space.default)
    searching = START * max(confirmations, 1) + each * trials / jobs
    if not confirmations:
        return searching
    networks = each * (study.confirm.top + 1) * study.confirm.at_most / study.replicates.count
    networks += each * _after(study, dataset) / study.replicates.count
    beside = [seconds for _, seconds, _ in beside_networks(study, dataset)]
    # Each baseline is one worker's.
    return searching + confirmations * max([(networks + sum(beside)) / jobs, *beside])


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
    names, seen = baselines.names(dataset, study.confirm.baselines), dataset.for_confirmation
    each = [(name, baselines.seconds(name, seen)) for name in names]
    return [(name, min(seconds, limit), seconds > limit) for name, seconds in each]
