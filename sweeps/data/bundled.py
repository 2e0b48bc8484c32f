"""The data sets that scikit-learn brings along."""

from collections.abc import Mapping
from typing import Any

from sweeps.data.source_table import SourceTable, digest

# Each set's target by the name that its field gives it.
TARGETS: Mapping[str, str] = {
    "breast_cancer": "diagnosis",
    "diabetes": "progression",
    "digits": "digit",
    "iris": "species",
    "wine": "cultivar",
}


def read(name: str, options: Mapping[str, Any]) -> SourceTable:
    """A set of TARGETS; it has no options."""
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")(as_frame=True)
    classes = tuple(str(c) for c in bunch.target_names) if "target_names" in bunch else ()
    frame = bunch.frame.rename(columns={"target": TARGETS[name]})
    return SourceTable(frame, TARGETS[name], digest(frame), classes)
