"""What a generator of rows is: how it draws, its options, and the error of a perfect model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.study.hyperparameters.kinds import Number

Options = Mapping[str, Any]
Drawn = tuple[NDArray[np.float64], NDArray[Any]]
CLASSES = Number(low=2, high=20, integer=True)


@dataclass(frozen=True)
class Generator:
    """A generator of inputs (n, columns) and targets (n,).

    draw: from options, the seed of this draw, and its rows; what does not change from draw to draw
    hangs on the option `seed` alone. defaults, bounds: of its options besides `seed`. reference:
    the error of a perfect model (of numbers their RMSE), where it is known. is_number: whether
    targets are numbers, by the options.
    """

    draw: Callable[[Options, int, int], Drawn]
    rows: int
    noise: float
    defaults: Options = field(default_factory=dict)
    bounds: Mapping[str, Number] = field(default_factory=dict)
    reference: Callable[[Options], float] | None = None
    is_number: Callable[[Options], bool] = lambda options: False
