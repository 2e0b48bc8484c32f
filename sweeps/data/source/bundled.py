"""The data sets that scikit-learn brings along."""

from collections.abc import Mapping
from typing import Any

from sweeps.data.source.source_table import SourceTable, digest

# Each set's target by the name that its field gives it.
TARGETS: Mapping[str, str] = {
    "breast_cancer": "diagnosis",
    "diabetes": "progression",
    "digits": "digit",
    "iris": "species",
    "linnerud": "Weight",
    "wine": "cultivar",
}
# Other targets of a set of several: no inputs, for they are what is to be found out.
OTHER_TARGETS: Mapping[str, tuple[str, ...]] = {"linnerud": ("Waist", "Pulse")}


def read(
    name: str, options: Mapping[str, Any], target: str | tuple[str, ...] | None = None
) -> SourceTable:
    """A set of TARGETS, for its target or others that it has; it has no options."""
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")(as_frame=True)
    classes = tuple(str(c) for c in bunch.target_names) if "classes" in _kinds(bunch) else ()
    frame = bunch.frame.rename(columns={"target": TARGETS[name]})
    others = (TARGETS[name], *OTHER_TARGETS.get(name, ()))
    asked = target if isinstance(target, tuple) else (target,)
    known = [one for one in asked if one in others] or [TARGETS[name]]
    frame = frame.drop(columns=[other for other in others if other not in known])
    return SourceTable(frame, known[0], digest(frame), classes)


def _kinds(bunch: Any) -> str:
    """What a set's `target_names` are: of its classes, or of its targets."""
    return "targets" if "target_names" not in bunch or bunch.target.ndim > 1 else "classes"
