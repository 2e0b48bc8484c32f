"""A study's data, ready to train on: encoded parts, classes, and facts about them.

Workers get one, so pandas is not imported here: that takes as long as a trial.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import dnn
from sweeps.data.encode import Encoder
from sweeps.study import compatibility

if TYPE_CHECKING:
    from sweeps.study.data_section import DataSpec

PARTS = ("train", "dev", "test")
LOSS = {
    "binary": "binary_cross_entropy",
    "multiclass": "softmax_cross_entropy",
    "regression": "mean_squared_error",
}


@dataclass(frozen=True)
class Target:
    """What is predicted: classes, or a number standardized by the training rows."""

    name: str
    task: str  # binary, multiclass or regression
    classes: tuple[str, ...] = ()
    mean: float = 0.0
    scale: float = 1.0

    @property
    def kind(self) -> str:
        """classification or regression."""
        return "classification" if self.classes else "regression"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Parts by name (of PARTS), each x (n, n_in) and y (n, K) of the study's dtype.

    `labels` holds the class codes (n,) or the standardized numbers (n,) of each part; `groups` the
    number (n,) of each row's group, where rows belong together; `decimal` the mark in its CSV;
    `changed` what columns are read as, where earlier versions read them as something else.
    """

    parts: dict[str, dnn.Data]
    labels: dict[str, NDArray[Any]]
    target: Target
    encoder: Encoder
    sha256: str
    facts: dict[str, Any]
    constants: dict[str, float]
    groups: dict[str, NDArray[np.intp]] = field(default_factory=dict)
    decimal: str = "."
    changed: dict[str, str] = field(default_factory=dict)

    @property
    def n_in(self) -> int:
        """Number of network inputs."""
        return int(self.parts["train"].x.shape[1])

    @property
    def n_out(self) -> int:
        """Number of network outputs."""
        return int(self.parts["train"].y.shape[1])

    def without(self, part: str) -> "Dataset":
        """The same, but that the rows of one part are not there."""
        parts = {name: rows for name, rows in self.parts.items() if name != part}
        labels = {name: codes for name, codes in self.labels.items() if name != part}
        groups = {name: codes for name, codes in self.groups.items() if name != part}
        return replace(self, parts=parts, labels=labels, groups=groups)

    def identity(self, spec: "DataSpec") -> dict[str, Any]:
        """What must agree for two studies to be of the same data, divided alike."""
        # Of the columns only what earlier versions read differently: the rest is the default.
        known = compatibility.fields(spec, exclude={"source", "columns"})
        columns = {"columns": self.changed} if self.changed else {}
        return known | columns | {"sha256": self.sha256}

    @property
    def loss(self) -> str:
        """The loss of this task."""
        return LOSS[self.target.task]
