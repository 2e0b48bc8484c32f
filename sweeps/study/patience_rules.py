"""When a trial of the search ends early: after so many epochs without a better one.

Early stopping (Prechelt, 1998, "Early stopping - but when?") of all networks of a trial together.
"""

from sweeps.base.errors import Expected
from sweeps.study.metrics import METRICS, Cost
from sweeps.study.spec import Study

SHARE, LEAST = 4, 30  # of the horizon a quarter, but no fewer epochs


def epochs(study: Study) -> int | None:
    """How many epochs a trial waits for a better one; None where it always goes on to the end."""
    patience = study.search.patience
    if patience == "none" or (patience == "auto" and fault(study) is not None):
        return None
    return max(LEAST, study.epochs // SHARE) if patience == "auto" else patience


def fault(study: Study) -> Expected | None:
    """Why every trial needs all its epochs; None where it does not."""
    if study.objective.at != "shared":
        at = study.objective.at
        return _no(study, f"with at: {at}", "with at: shared the best epoch counts")
    for name in study.metrics:
        if isinstance(METRICS[name], Cost):
            return _no(study, f"with {name}", "it is what all epochs cost")
    return None


def _no(study: Study, reason: str, hint: str) -> Expected:
    return Expected(f"no patience {reason}", study.search.patience, hint)
