"""Whether the sections of a study agree; one that cannot be run is refused with the reason.

Options that make its results depend on the clock are listed.
"""

from sweeps.base.errors import Expected, Unquoted
from sweeps.study import search_consistency
from sweeps.study.data_consistency import section_of
from sweeps.study.metrics import METRICS, Cost
from sweeps.study.search_consistency import Found
from sweeps.study.spec import Study
from sweeps.study.unusual_values import unusual


def faults(study: Study) -> list[tuple[str, Expected]]:
    """Every disagreement as (dotted path, what was expected)."""
    every = (_objectives, _replicates, _split, _inputs, _final, _nested)
    checks = (*every, *search_consistency.CHECKS, _trainer)
    return [fault for check in checks for fault in check(study)]


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


# Metrics that are only known for our own networks.
OURS = ("updates", "flops", "parameters")


def _trainer(study: Study) -> Found:
    if study.trainer is None:
        return
    hint = "it is not known of a training function of one's own"
    for name in study.metrics:
        if name in OURS:
            yield section_of(study, name), Expected("a metric that a trainer yields", name, hint)
    for path, value in unusual(study.space, "target_scale"):
        yield path, Expected("standardize with a trainer", value, "its function can scale data.y")
    if study.budgets.flops is not None:
        yield "budgets.flops", Expected("another budget", Unquoted("flops"), hint)


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
