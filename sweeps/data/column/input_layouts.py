"""Inputs of an encoder of some rows, each where an encoder of these rows and more has it.

So networks whose training rows differ, and with them words and gaps, are of one shape.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweeps.data.column import word_columns
from sweeps.data.column.encode import Encoder, OtherColumn
from sweeps.data.column.word_columns import CategoryColumn

if TYPE_CHECKING:
    import pandas as pd


def encoded_as(
    frame: "pd.DataFrame", own: Encoder, whole: Encoder, dtype: str = "float64"
) -> NDArray[Any]:
    """(n, n_inputs) by one encoder, each input where another, of these rows and more, has it.

    Inputs that the own encoder does not have are 0. Errors: as of `Encoder.encode`.
    """
    return placed(own.encode(frame, dtype), own, whole)


def placed(x: NDArray[Any], own: Encoder, whole: Encoder) -> NDArray[Any]:
    """Inputs of one encoder where another has them, as of `encoded_as`."""
    if own.inputs == whole.inputs:
        return x
    found = np.zeros((len(x), len(whole.inputs)), x.dtype)
    found[:, places(own, whole)] = x
    return found


def places(encoder: Encoder, layout: Encoder) -> NDArray[np.intp]:
    """Where an encoder's inputs stand among those of one that was fitted on these rows and more."""
    if encoder is layout or encoder.inputs == layout.inputs:
        return np.arange(len(layout.inputs))
    number = {name: place for place, name in enumerate(layout.inputs)}
    if len(number) == len(layout.inputs):
        return np.array([number[name] for name in encoder.inputs], dtype=np.intp)
    found: list[int] = []  # columns whose inputs share a name are told apart by their order
    for own, whole in zip(pairwise(encoder.starts), pairwise(layout.starts), strict=True):
        number = {name: place for place, name in enumerate(layout.inputs[slice(*whole)], whole[0])}
        found += [number[name] for name in encoder.inputs[slice(*own)]]
    return np.array(found, dtype=np.intp)


def joined(whole: Encoder, each: Sequence[Encoder]) -> Encoder:
    """An encoder fitted on all rows, with the inputs that those of some rows have besides.

    Those are words that are rare in all the rows, but not in some.
    """
    others: list[OtherColumn] = []
    for place, column in enumerate(whole.others):
        alike = [one.others[place] for one in each]
        words = [own for own in (column, *alike) if isinstance(own, CategoryColumn)]
        others.append(word_columns.joined(words) if isinstance(column, CategoryColumn) else column)
    return replace(whole, others=tuple(others))
