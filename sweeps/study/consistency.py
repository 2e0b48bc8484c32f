"""Whether the sections of a study agree: what a sampler, pruner or metric needs of the others.

A study that cannot be run is refused with the reason; options that make its results depend on the
clock are listed.
"""

import importlib.util
import math
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from sweeps.base.errors import Expected, Unquoted, did_you_mean, show
from sweeps.study import patience_rules, pruner_options, racing_rules, sampler_options
from sweeps.study.hyperparameters.vocabulary import VOCABULARY, plain
from sweeps.study.metrics import METRICS, Cost
from sweeps.study.space import Config, Range, Space, walks
from sweeps.study.spec import Study

Found = Iterator[tuple[str, Expected]]
DRAWS = 2000  # random configurations, to estimate the share that keeps the constraints


def faults(study: Study) -> list[tuple[str, Expected]]:
    """Every disagreement as (dotted path, what was expected)."""
    every = (
        *(_objectives, _replicates, _split, _inputs, _final, _nested, _sampler, _pruner, _per),
        *(_hyperparameter_constraints, _trainer),
    )
    return [fault for check in every for fault in check(study)]


def _objectives(study: Study) -> Found:
    metrics = [o.metric for o in study.objectives]
    if len(set(metrics)) < len(metrics):
        yield "objective", Expected("each metric once", Unquoted(", ".join(metrics)))
    which = {study.objective.at, *(o.at for o in study.objectives if o.is_tracked)}
    if len(which) > 1:
        got = Unquoted(" and ".join(sorted(which, reverse=True)))
        yield "objective", Expected("one `at` for all objectives", got)
    for name in study.metrics:
        metric = METRICS[name]
        if isinstance(metric, Cost) and metric.needs_target and len(study.aims) != 1:
            got = Unquoted(f"{len(study.aims)}")
            yield "targets", Expected(f"one target for {name}", got, "like {dev_error: 0.05}")


def _replicates(study: Study) -> Found:
    resample, time = study.replicates.resample, study.data.split.time
    if resample == "rolling" and time is None:
        hint = "rows are in the order of that column"
        yield "replicates.resample", Expected("data.split.time with rolling", resample, hint)
    if time is not None and resample not in ("auto", "none", "rolling"):
        hint = "others train on what is later than their dev rows"
        yield "replicates.resample", Expected("rolling or none with split.time", resample, hint)
    if time is not None and study.confirm.until is not None:
        hint = "the origins are the same in every repeat; replicates gives more seeds"
        yield "confirm.until", Expected("none with data.split.time", study.confirm.until, hint)


def _split(study: Study) -> Found:
    data, split = study.data, study.data.split
    beside = [key for key in ("column", "time", "outer") if getattr(split, key) is not None]
    if len(beside) > 1 and split.outer is None:
        got = Unquoted(" and ".join(beside))
        yield "data.split", Expected("one of column and time", got, "each says who trains")
    if split.time is not None and data.group is not None:
        hint = "a group has rows before and after; leave one of the two out"
        yield "data.group", Expected("none with data.split.time", data.group, hint)


def _inputs(study: Study) -> Found:
    if not study.data.standardize:
        hint = "which is inputs: none; leave one of the two out"
        for path, value in unusual(study.space, "inputs"):
            yield path, Expected("none beside data.standardize: false", value, hint)


def _nested(study: Study) -> Found:
    split, nested = study.data.split, study.confirm.nested
    if split.outer is not None and (said := _says_test_rows(study)):
        hint = "each says which rows are test rows; leave one of the two out"
        yield "data.split.outer", Expected(f"none with {said}", Unquoted("both"), hint)
    if nested is None:
        return
    where = "confirm.nested"
    if said := _says_test_rows(study):
        hint = f"its folds are drawn from all rows; leave out {said}, or nested"
        yield where, Expected(f"none with {said}", nested, hint)
    if split.outer is not None:
        hint = "this study is an outer fold already; leave out one of the two"
        yield where, Expected("none with data.split.outer", nested, hint)
    if study.search.from_ is not None:
        hint = "that run has seen the rows of every fold; leave out one of the two"
        yield where, Expected("none with search.from", nested, hint)


def _says_test_rows(study: Study) -> str:
    """What of the study says which rows are test rows, so that none are drawn; "" for nothing."""
    split, apart = study.data.split, study.data.apart
    found = [f"data.split.{key}" for key in ("column", "time") if getattr(split, key) is not None]
    return next(iter([*found, *(f"data.{part}" for part in apart)]), "")


def _final(study: Study) -> Found:
    if study.final.rows == "all" and study.trainer is not None:
        hint = "its function saves its models itself"
        yield "final.rows", Expected("pool with a trainer", study.final.rows, hint)


class PredictedTarget(Protocol):
    """What the data let a network predict."""

    @property
    def kind(self) -> str:
        """classification or regression."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes' names; none in regression."""


def faults_with_data(study: Study, target: PredictedTarget) -> list[tuple[str, Expected]]:
    """Every disagreement between study and data, likewise."""
    every = (_metrics_of_the_task, _hyperparameters_of_the_task, _shares)
    found = [fault for check in every for fault in check(study, target)]
    return [*found, *_patience(study), *_racing(study)]  # by the epoch that counts, known by now


def _metrics_of_the_task(study: Study, target: PredictedTarget) -> Found:
    for name in study.metrics:
        task = METRICS[name].task
        if task and task != target.kind:
            problem = Expected(f"a metric of {target.kind}", name, f"it is one of {task}")
            yield _judging(study, name), problem


def _judging(study: Study, metric: str) -> str:
    """The section that names a metric."""
    return "objective" if metric in [o.metric for o in study.objectives] else "constraints"


def _shares(study: Study, target: PredictedTarget) -> Found:
    """Errors above 1, though in classification an error is a share of rows: meant in percent."""
    given = {"targets.dev_error": study.targets.dev_error, "reference": study.reference}
    for path, value in given.items():
        if target.kind == "classification" and value is not None and value > 1:
            hint = f"did you mean {value / 100:g}?" if value <= 100 else ""
            yield path, Expected("a share of rows, at most 1", value, hint)


def _hyperparameters_of_the_task(study: Study, target: PredictedTarget) -> Found:
    """Hyperparameters that are for the other task, and class weights that are not one per class."""
    kind, classes = target.kind, target.classes
    for name, known in VOCABULARY.items():
        if known.task and known.task != kind:
            for path, value in unusual(study.space, name):
                expected = f"{show(known.default)} in {kind}"
                yield path, Expected(expected, value, f"{name} is for {known.task}")
        elif name == "class_weights":
            for path, value in unusual(study.space, name):
                if isinstance(value, list) and len(value) != len(classes):
                    names = Unquoted(", ".join(classes))
                    expected = f"{len(classes)} weights, one for each of {show(names)}"
                    yield path, Expected(expected, value)


def unusual(space: Space, name: str) -> Iterator[tuple[str, Any]]:
    """(path in the file, value) of each value of a hyperparameter that is not its default."""
    usual = plain(VOCABULARY[name].default)
    for path, values in [(f"fixed.{name}", [space.default[name]]), *space.entries(name)]:
        for value in values:
            if isinstance(value, Range):
                yield path, Unquoted("a range")
            elif plain(value) != usual:
                yield path, plain(value)


def _sampler(study: Study) -> Found:
    sampler, space = study.search.sampler, study.space
    where = "search.sampler"
    if sampler.name in sampler_options.NEEDS:
        module, package = sampler_options.NEEDS[sampler.name]
        if importlib.util.find_spec(module) is None:
            missing = Unquoted("none")
            yield (
                where,
                Expected(f"{package} for {sampler.name}", missing, f"pip install {package}"),
            )
    if isinstance(sampler, sampler_options.CmaEs):
        if len(study.objectives) > 1:
            yield where, Expected("one objective for cmaes", Unquoted(f"{len(study.objectives)}"))
        if study.metric_constraints:
            text = study.metric_constraints[0].text
            yield where, Expected("no constraints on metrics for cmaes", text)
        if space.structure() - ({study.search.per} if study.search.per else set()):
            hint = "its ranges have to be the same for every trial; try tpe"
            yield where, Expected("no conditional parameters for cmaes", Unquoted("some"), hint)
        ranges = [leaf for leaf in space.parameters() if isinstance(leaf, Range)]
        if len(ranges) < 2:
            yield where, Expected("two ranges or more for cmaes", Unquoted(f"{len(ranges)}"))
    if isinstance(sampler, sampler_options.BruteForce | sampler_options.Grid):
        points = sampler_options.points(sampler)
        size = walks.size(space, space.parameters(), space.structure(), points)
        if size == math.inf:
            hint = "give it a step, or try grid"
            yield where, Expected("no range without a step for brute_force", Unquoted("one"), hint)
        elif size > sampler_options.MOST_CELLS:
            most = f"at most {sampler_options.MOST_CELLS:,} cells"
            yield where, Expected(most, Unquoted(f"{size:,.0f}"))


def _pruner(study: Study) -> Found:
    pruner = study.pruner
    if isinstance(pruner, pruner_options.Unpruned):
        return
    if len(study.objectives) > 1:
        yield "search.pruner", Expected("no pruner with several objectives", pruner.name)
    elif not study.objective.is_tracked:
        hint = f"{study.objective.metric} has no value before the end"
        yield "search.pruner", Expected("no pruner for this objective", pruner.name, hint)
    ranked = pruner.around if isinstance(pruner, pruner_options.Patient) else pruner
    count = study.replicates.count
    if isinstance(ranked, pruner_options.SignedRank) and 2.0**-count > ranked.alpha:
        needed = math.ceil(-math.log2(ranked.alpha))
        hint = f"with fewer no p-value is below {ranked.alpha:g}"
        yield "replicates", Expected(f"{needed} or more for signed_rank", count, hint)


def _patience(study: Study) -> Found:
    if isinstance(study.search.patience, int) and (problem := patience_rules.fault(study)):
        yield "search.patience", problem


def _racing(study: Study) -> Found:
    if study.search.racing is True and (problem := racing_rules.fault(study)):
        yield "search.racing", problem


def _per(study: Study) -> Found:
    per, space = study.search.per, study.space
    if per is None or space.choices(per):
        return
    chosen = [name for d in space.dimensions for name in d.names if space.choices(name)]
    hint = did_you_mean(per, chosen) if chosen else "none is"
    expected = "a hyperparameter that space chooses from a list"
    yield "search.per", Expected(expected, per, hint)


def _hyperparameter_constraints(study: Study) -> Found:
    space, per = study.space, study.search.per
    if not space.constraints:
        return
    texts = "; ".join(constraint.text for constraint in space.constraints)
    got = Unquoted(f"none of {DRAWS:,} drawn")
    if kept_share(space) == 0:
        yield "constraints", Expected("some settings that keep them", got, texts)
        return
    for code in space.choices(per) if per is not None else ():
        if kept_share(space.only(str(per), code)) == 0:
            expected = f"some settings with {per} {code} that keep them, for search.per"
            yield "constraints", Expected(expected, got, texts)


# Metrics that are only known for our own networks.
OURS = ("updates", "flops", "parameters")


def _trainer(study: Study) -> Found:
    if study.trainer is None:
        return
    hint = "it is not known of a training function of one's own"
    for name in study.metrics:
        if name in OURS:
            yield _judging(study, name), Expected("a metric that a trainer yields", name, hint)
    for path, value in unusual(study.space, "target_scale"):
        yield path, Expected("standardize with a trainer", value, "its function can scale data.y")
    if study.budgets.flops is not None:
        yield "budgets.flops", Expected("another budget", Unquoted("flops"), hint)


def kept_share(space: Space) -> float:
    """The share of a space that keeps its constraints, estimated from random configurations."""
    return float(np.mean([space.allows(config) for config in random_configs(space, DRAWS)]))


def random_configs(space: Space, count: int) -> list[Config]:
    """That many random configurations, the same in every call; constraints are ignored."""
    names = [leaf.name for leaf in space.parameters()]
    points = np.random.default_rng(0).random((count, len(names)))
    return [space.configure(walks.at(space, names, point)) for point in points]


def random_allowed_configs(space: Space, count: int) -> list[Config]:
    """Those of `count` random configurations that keep the constraints."""
    return [config for config in random_configs(space, count) if space.allows(config)]


def clock_dependent_options(study: Study, time: float | None = None) -> list[str]:
    """The study's options through which results depend on the clock, and so on the machine's speed.

    time: the command line's `--time` in seconds, which counts like `budgets.time`.
    """
    found = []
    for objective in study.objectives:
        metric = METRICS[objective.metric]
        if isinstance(metric, Cost) and metric.in_seconds:
            found.append(f"objective {objective.metric}")
    for one in study.metric_constraints:
        metric = METRICS[one.metric]
        if isinstance(metric, Cost) and metric.in_seconds:
            found.append(f"constraint {one.text}")
    if study.budgets.time is not None or time is not None:
        found.append("budgets.time" if time is None else "--time")
    if study.budgets.trial_time is not None:
        found.append("budgets.trial_time")
    return found
