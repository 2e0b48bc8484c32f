"""Texts that are spelled nearly as one that `data.missing` names, and so are no gaps."""

from typing import TYPE_CHECKING

from sweeps.base.errors import show
from sweeps.data import cells, dtypes
from sweeps.study.data_section import DataSpec

if TYPE_CHECKING:
    import pandas as pd


def remarks(spec: DataSpec, frame: "pd.DataFrame") -> dict[str, str]:
    """What is to be said of the columns that have such texts as categories."""
    named = {word.strip().casefold(): word for word in spec.missing if isinstance(word, str)}
    found: dict[str, str] = {}
    for name in dtypes.other_columns(frame) if named else ():
        if cells.unsupported(frame[name]):
            continue
        near = [word for word in cells.counts(frame[name]) if word.strip().casefold() in named]
        if near:
            meant = show(named[near[0].strip().casefold()])
            found[name] = (
                f"{show(near[0])} is a category, and {meant} of data.missing a gap "
                f"(did you mean {show(near[0])}?)"
            )
    return found
