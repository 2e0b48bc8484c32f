"""A study's data, ready to train on: encoded parts, classes, and facts about them.

Workers get one, so pandas is not imported here: that takes as long as a trial.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import dnn
from sweeps.data.arrays.folds import Folds
from sweeps.data.arrays.row_places import RowPlaces
from sweeps.data.arrays.target import Target as Target
from sweeps.data.arrays.target import TargetScale as TargetScale
from sweeps.data.column.encode import Encoder
from sweeps.data.column.number_inputs import NumberInputs
from sweeps.data.source.read_options import DEFAULTS, ReadOptions
from sweeps.study import compatibility

if TYPE_CHECKING:
    from sweeps.study.data_section import DataSpec

LOSS = {
    "binary": "binary_cross_entropy",
    "multiclass": "softmax_cross_entropy",
    "regression": "mean_squared_error",
}


@dataclass(frozen=True)
class ReplicateRows:
    """Where one replicate's rows stand in each part, and what is known of them as in `Dataset`."""

    rows: dict[str, slice]
    constants: dict[str, float]
    scale: TargetScale
    numbers: NumberInputs


@dataclass(frozen=True, eq=False)
class Dataset:
    """Parts by name (of PARTS), each x (n, n_in) and y (n, K) of the study's dtype; none is empty.

    `labels` holds the class codes (n,) or the standardized numbers (n,) of each part, (n, K) of
    several targets; `groups` the
    number (n,) of each row's group, where rows belong together; `reading` how more rows are read;
    `changed` what columns are read as, where earlier versions read them as something else;
    `merges` whether rare words of a column share an input; `places` where the rows of each part
    stand in their file.

    `replicates`: where each has rows of its own, they stand one after the other in each part, each
    as its own encoder has them; y is in its own units, labels are in the study's, constants are
    means. `scale` and `numbers` are of one replicate's dataset alone. `resampled` is what the
    search sees instead, `folded` what the confirmation does; of that, `folds` says more.
    """

    parts: dict[str, dnn.Data]
    labels: dict[str, NDArray[Any]]
    target: Target
    encoder: Encoder
    sha256: str
    facts: dict[str, Any]
    constants: dict[str, float]
    groups: dict[str, NDArray[np.intp]] = field(default_factory=dict)
    reading: ReadOptions = DEFAULTS
    changed: dict[str, Any] = field(default_factory=dict)
    merges: bool = False
    replicates: tuple[ReplicateRows, ...] = ()
    scale: TargetScale = field(default_factory=TargetScale)
    numbers: NumberInputs | None = None
    resampled: "Dataset | None" = None
    folded: "Dataset | None" = None
    folds: Folds | None = None
    places: RowPlaces | None = None

    @property
    def has_test(self) -> bool:
        """Whether any rows are kept from all choices."""
        return "test" in self.parts

    @property
    def n_in(self) -> int:
        """Number of network inputs."""
        return int(self.parts["train"].x.shape[1])

    @property
    def n_out(self) -> int:
        """Number of network outputs."""
        return int(self.parts["train"].y.shape[1])

    @property
    def n_train(self) -> int:
        """Training rows of one network, at most."""
        own = self.rows("train", range(len(self.replicates)))
        return max(map(len, own)) if own else len(self.parts["train"])

    def rows(self, part: str, replicates: Sequence[int]) -> list[NDArray[np.intp]] | None:
        """The numbers of each replicate's rows in a part; None where all have all of them."""
        if not self.replicates:
            return None
        spans = [self.replicates[number].rows[part] for number in replicates]
        return [np.arange(span.start, span.stop) for span in spans]

    def of(self, replicate: int) -> "Dataset":
        """What a replicate trains on and is judged by: this, or its own part of it, uncopied."""
        if not self.replicates:
            return self
        own = self.replicates[replicate]
        parts = {part: self.parts[part].take(span) for part, span in own.rows.items()}
        labels = {part: self.labels[part][span] for part, span in own.rows.items()}
        return replace(
            self,
            parts=parts,
            labels=labels,
            constants=own.constants,
            scale=own.scale,
            numbers=own.numbers,
            replicates=(),
            folds=None,
        )

    def apart(self, replicates: Sequence[int]) -> list[tuple[slice, "Dataset"]]:
        """Replicates that share their rows, as places in their sequence, with those rows."""
        if not self.replicates:
            return [(slice(0, len(replicates)), self)]
        runs = groupby(enumerate(replicates), key=lambda one: self.replicates[one[1]].rows)
        found = []
        for _, run in runs:
            alike = list(run)
            found.append((slice(alike[0][0], alike[-1][0] + 1), self.of(alike[0][1])))
        return found

    def up_to(self, repeats: int) -> "Dataset":
        """Of a confirmation out of fold what its first repeats of the folds see."""
        if self.folds is None:
            return self
        folds = self.folds.up_to(repeats)
        networks = self.replicates[: folds.design.replicates]
        sets = networks[:: folds.design.seeds]
        means = {name: np.mean([one.constants[name] for one in sets]) for name in self.constants}
        constants = {name: float(mean) for name, mean in means.items()}
        ends = {part: networks[-1].rows[part].stop for part in self.parts}
        parts = {p: one.take(slice(ends[p])) for p, one in self.parts.items()}
        labels = {part: values[: ends[part]] for part, values in self.labels.items()}
        return replace(
            self, parts=parts, labels=labels, replicates=networks, folds=folds, constants=constants
        )

    @property
    def weights(self) -> dict[str, NDArray[Any]]:
        """The weights (n,) of each part's rows, where rows have weights."""
        found = {part: rows.weights for part, rows in self.parts.items()}
        return {part: weights for part, weights in found.items() if weights is not None}

    @property
    def each_trained(self) -> list["Dataset"]:
        """One dataset for each set of training rows."""
        return [own for _, own in self.apart(range(len(self.replicates) or 1))]

    @property
    def for_search(self) -> "Dataset":
        """What the search sees of it: never the test rows."""
        return self.resampled or (self.without("test") if self.has_test else self)

    @property
    def for_confirmation(self) -> "Dataset":
        """What the confirmation sees of it: its folds, or the one split."""
        return self.folded or replace(self, resampled=None)

    def without(self, part: str) -> "Dataset":
        """The same, but that the rows of one part are not there."""
        parts = {name: rows for name, rows in self.parts.items() if name != part}
        labels = {name: codes for name, codes in self.labels.items() if name != part}
        groups = {name: codes for name, codes in self.groups.items() if name != part}
        return replace(self, parts=parts, labels=labels, groups=groups)

    def identity(self, spec: "DataSpec") -> dict[str, Any]:
        """What must agree for two studies to be of the same data, divided alike."""
        kept_out = {"source", "columns", "rare", "quiet", *spec.apart}
        # Of the columns only what earlier versions read differently: the rest is the default.
        known = compatibility.fields(spec, exclude=kept_out)
        known["ignore"] = tuple(spec.ignore)  # why is said for people
        # Where a part's file stands does not matter, nor by which word it is named.
        apart = {
            part: one.model_dump(exclude={"source", "file"}, exclude_none=True)
            for part, one in spec.apart.items()
        }
        columns: dict[str, Any] = {"columns": self.changed} if self.changed else {}
        if self.merges:
            columns["rare"] = spec.rare
        return known | apart | columns | {"sha256": self.sha256}

    @property
    def number_inputs(self) -> NumberInputs:
        """Which inputs are numbers, where all networks share their training rows."""
        return self.numbers or NumberInputs.of(self.encoder, self.encoder)

    @property
    def loss(self) -> str:
        """The loss of this task."""
        return LOSS[self.target.task]
