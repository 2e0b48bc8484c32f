"""Which of a network's inputs are a column's numbers, and by what each was standardized."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweeps.data.column import input_layouts
from sweeps.data.column.encode import Encoder


@dataclass(frozen=True, eq=False)
class NumberInputs:
    """Inputs that are numbers, not categories or marks of a gap: (k,) each.

    at: the input's place. mean, scale: its value is (number - mean) / scale.
    """

    at: NDArray[np.intp]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    @classmethod
    def of(cls, own: Encoder, layout: Encoder) -> "NumberInputs":
        """Those of one encoder, where another, of these rows and more, has them."""
        places = input_layouts.places(own, layout)
        at = places[own.starts[own.places]]
        return cls(at, own.numbers.mean, own.numbers.scale)
