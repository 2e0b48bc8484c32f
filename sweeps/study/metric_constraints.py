"""`constraints:` of the study file that are on metrics: what a good trial keeps.

Those between hyperparameters stand in `sweeps.study.space.hyperparameter_constraints`.
"""

import re
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import Expected
from sweeps.study.metrics import METRICS
from sweeps.study.section_base import StudySection


class MetricConstraint(StudySection):
    """A metric's mean over replicates that must not be beyond a bound: `gap <= 0.02`."""

    metric: str
    sign: Literal["<=", ">="]
    bound: float

    @property
    def text(self) -> str:
        """As the study file says it."""
        return f"{self.metric} {self.sign} {repr(self.bound).removesuffix('.0')}"

    def violation(self, values: NDArray[Any]) -> float:
        """By how much (P,) values are beyond it; 0 or less where it is kept."""
        over = float(values.mean()) - self.bound
        return over if self.sign == "<=" else -over


_FORM = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*([\w.+-]+)\s*")


def is_on_metric(text: str) -> bool:
    """Whether a constraint is about a metric rather than a hyperparameter."""
    found = _FORM.fullmatch(text)
    return bool(found and found[1] in METRICS)


def metric_constraint(text: str) -> MetricConstraint:
    """A constraint on a metric, as the study file says it. Errors: Expected."""
    found = _FORM.fullmatch(text)
    if not found:
        raise Expected("a constraint", text, "like 'gap <= 0.02'")
    metric, sign, bound = found.groups()
    try:
        number = float(bound)
    except ValueError:
        raise Expected("a number", bound, "like 'gap <= 0.02'") from None
    if not np.isfinite(number):
        raise Expected("a finite number", bound)
    # Of measured numbers < and <= are one.
    return MetricConstraint(metric=metric, sign="<=" if sign in ("<", "<=") else ">=", bound=number)
