"""Texts that are spelled nearly as another: as a gap of `data.missing`, or another category."""

from typing import TYPE_CHECKING

from sweeps.base.errors import show
from sweeps.data.cell import cells, dtypes
from sweeps.study.data_section import DataSpec

if TYPE_CHECKING:
    import pandas as pd


def remarks(spec: DataSpec, frame: "pd.DataFrame") -> dict[str, str]:
    """What is to be said of the columns that have such texts as categories."""
    named = {_plain(word): word for word in spec.missing if isinstance(word, str)}
    found: dict[str, str] = {}
    for name in dtypes.other_columns(frame):
        if not cells.unsupported(frame[name]):
            words = list(cells.counts(frame[name]))
            found[name] = _near_gap(words, named) or _alike(words)
    return {name: said for name, said in found.items() if said}


def _plain(word: str) -> str:
    return " ".join(word.casefold().split())


def _near_gap(words: list[str], named: dict[str, str]) -> str:
    near = [word for word in words if _plain(word) in named] if named else []
    if not near:
        return ""
    meant = show(named[_plain(near[0])])
    return (
        f"{show(near[0])} is a category, and {meant} of data.missing a gap "
        f"(did you mean {show(near[0])}?)"
    )


def _alike(words: list[str]) -> str:
    """Two words, as they are read, that differ in nothing but capitals and blanks."""
    if len(words) > MOST_WORDS:
        return ""
    first: dict[str, str] = {}
    for word in map(str.strip, words):
        other = first.setdefault(_plain(word), word)
        if other != word and not cells.are_flags((other, word)):
            return (
                f"{show(other)} and {show(word)} are two categories (write them alike, if they "
                "are one)"
            )
    return ""


MOST_WORDS = 1000  # of a column; more are free text
