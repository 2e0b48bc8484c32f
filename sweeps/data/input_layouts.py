"""Inputs of an encoder of some rows, each where an encoder of these rows and more has it.

So networks whose training rows differ, and with them words and gaps, are of one shape.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweeps.data import word_columns
from sweeps.data.encode import Column, Encoder
from sweeps.data.word_columns import CategoryColumn

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
    if encoder.columns is layout.columns or encoder.inputs == layout.inputs:
        return np.arange(len(layout.inputs))
    found: list[int] = []
    start = 0
    for own, whole in zip(encoder.columns, layout.columns, strict=True):
        numbers = {name: number for number, name in enumerate(whole.inputs, start)}
        found += [numbers[name] for name in own.inputs]
        start += len(whole.inputs)
    return np.array(found, dtype=np.intp)


def joined(whole: Encoder, each: Sequence[Encoder]) -> Encoder:
    """An encoder fitted on all rows, with the inputs that those of some rows have besides.

    Those are words that are rare in all the rows, but not in some.
    """
    made: list[Column] = []
    for place, column in enumerate(whole.columns):
        if isinstance(column, CategoryColumn):
            others = [one.columns[place] for one in each]
            words = [column, *(own for own in others if isinstance(own, CategoryColumn))]
            made.append(word_columns.joined(words))
        else:
            made.append(column)
    return Encoder(tuple(made))
