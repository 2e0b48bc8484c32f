"""Whether the data can be had on the scales that a study asks for, before anything is trained."""

from sweeps.data import Dataset
from sweeps.data.arrays import scaling, target_scaling
from sweeps.study import unusual_values
from sweeps.study.space import Space


def expect_possible(space: Space, dataset: Dataset) -> None:
    """Errors: Expected, at the place of the scale."""
    for path, value in unusual_values.unusual(space, "inputs"):
        if value == "none":
            scaling.expect_held(dataset, path)
    for path, value in unusual_values.unusual(space, "target_scale"):
        if value == "log":
            target_scaling.expect_positive(dataset, path)
