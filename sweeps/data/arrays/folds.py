"""What is known of a confirmation out of fold beside what its networks train on.

Workers get it, so pandas is not imported here.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.data.arrays.row_places import RowPlaces
from sweeps.data.column.encode import Encoder
from sweeps.study.fold_design import FoldDesign


@dataclass(frozen=True, eq=False)
class Folds:
    """The n rows that are left out and the test rows, each once, and how folds divide them.

    Left out are all rows but test (the pool), by time those after the first origin alone. number
    (repeats, n): the fold whose networks did not train on the row. labels and groups by part, "dev"
    being those left out, as in `Dataset`. encoders: those of each set of training rows, in the
    order of repeats and folds. places: of both parts, as there. weights: by part, where rows have
    weights.
    """

    design: FoldDesign
    number: NDArray[np.intp]
    labels: dict[str, NDArray[Any]]
    groups: dict[str, NDArray[np.intp]]
    encoders: tuple[Encoder, ...]
    places: RowPlaces | None = None
    weights: dict[str, NDArray[Any]] = field(default_factory=dict)

    def up_to(self, repeats: int) -> "Folds":
        """The first repeats of them."""
        design = self.design.up_to(repeats)
        encoders = self.encoders[: design.trained]
        return replace(self, design=design, number=self.number[:repeats], encoders=encoders)

    def out_of_fold(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """(passes, n, K′): what is said of each row by networks that never saw it.

        outputs: (P, n_dev, K′), as in `Outcome`, of as many networks a fold as there are passes a
        repeat; passes are in the order of repeats and seeds.
        """
        repeats, rows = self.number.shape
        each = outputs.reshape(repeats, self.design.folds, -1, *outputs.shape[1:])
        found = np.full((repeats, each.shape[2], rows, each.shape[-1]), np.nan, outputs.dtype)
        for repeat, numbers in enumerate(self.number):
            for fold in range(self.design.folds):
                own = np.flatnonzero(numbers == fold)
                found[repeat][:, own] = each[repeat, fold][:, : len(own)]
        return found.reshape(-1, rows, each.shape[-1])
