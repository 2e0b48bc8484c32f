"""Which studies may race: those whose trials are judged by one mean over many replicates."""

import math

from sweeps.base.errors import Expected
from sweeps.study import pruner_options
from sweeps.study.spec import Study

LEAST = 4  # replicates
SHARE = 0.4  # of the replicates come first, two at least


def first(count: int) -> int:
    """How many replicates a trial begins with."""
    return max(2, math.ceil(SHARE * count))


def races(study: Study) -> bool:
    """Whether trials may begin with a few replicates: where asked for, or where it can help."""
    racing = study.search.racing
    if racing == "auto":
        return study.replicates.is_resampled and fault(study) is None
    return racing


def fault(study: Study) -> Expected | None:
    """Why trials need all their replicates; None where they do not."""
    objective, pruner = study.objective, study.pruner
    if len(study.objectives) > 1:
        return _no("with several objectives", "the first one alone would decide")
    if not objective.is_tracked:
        return _no(f"for {objective.metric}", "it has no value before the end")
    if objective.reduce != "mean":
        return _no(f"for {objective.label}", "it needs all replicates")
    if study.metric_constraints:
        return _no(
            f"with the constraint {study.metric_constraints[0].text}", "it needs all replicates"
        )
    if isinstance(pruner, pruner_options.SignedRank | pruner_options.Patient):
        return _no(f"with the pruner {pruner.name}", "it needs all replicates")
    if study.replicates.count < LEAST:
        return _no(f"with {study.replicates.count} replicates", f"it takes {LEAST} or more")
    if objective.at == "shared":
        return _no("with at: shared", "its epoch is that of all replicates; at: best races")
    return None


def _no(reason: str, hint: str) -> Expected:
    return Expected(f"no racing {reason}", True, hint)
