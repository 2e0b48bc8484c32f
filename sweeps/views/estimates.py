"""How long a study will take about, from a few epochs that are timed."""

import time
from dataclasses import replace
from itertools import pairwise
from statistics import median

from threadpoolctl import threadpool_limits

from sweeps.base import durations
from sweeps.data import Dataset
from sweeps.phases import final, learning_curve
from sweeps.study import consistency
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training import baselines, networks, probing, seeds

DRAWS = 500  # settings, of which the cheapest and the dearest are timed
# Workers, small baselines and the report take about so long, whatever is trained.
START = 8.0


def seconds_per_trial(study: Study, dataset: Dataset, config: Config) -> float:
    """About how long an unpruned trial of a setting takes, from three of its epochs.

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
        epochs = networks.fit(net, theta, seen, replicates, streams, settings)
        ends = [time.perf_counter() for _ in epochs]
    each = [end - start for start, end in pairwise(ends)]
    # The first epoch also loads and sets up, so the middle one of three is a warm one.
    return median(each) * study.epochs if each else 0.0


def extremes(study: Study, dataset: Dataset) -> list[tuple[Config, float]]:
    """The cheapest and the dearest of some settings drawn at random, with seconds a trial.

    They are chosen by their work, which is not all that counts, so they are told by the clock.
    """
    space = study.space
    if study.trainer is not None:  # of whose work nothing is known
        return [(space.default, seconds_per_trial(study, dataset, space.default))]
    kept = consistency.random_allowed_configs(space, DRAWS)
    configs = sorted(
        kept,
        key=lambda config: networks.work(config, dataset, networks.network(config, dataset)),
    )
    ends = [configs[0], configs[-1]] if configs else [space.default]
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
    names, seen = baselines.of_study(study, dataset), dataset.for_confirmation
    each = [(name, baselines.seconds(name, seen)) for name in names]
    return [(name, min(seconds, limit), seconds > limit) for name, seconds in each]
