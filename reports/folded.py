"""What of the page is folded until it is asked for: sections, tables, figures, long notes.

All of it is there: a link opens it, and so does paper. What is folded says in a line what is in it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.sections.blocks import (
    Block,
    Findings,
    Headline,
    Pairs,
    Paragraphs,
    Plot,
    Section,
    Table,
)

SECTIONS = ("verdict", "classes", "curves", "optimism", "runs", "methods", "provenance")
BLOCKS = (  # tables and figures by id, lists by title
    "arms-times",
    "settings-table",
    "against-table",
    "objectives-table",
    "ledger-table",
    "cures-table",
    "About the winner's verdict",
    "decomposition-table",
    "About the parts",
    "growth-table",
    "calibration",
    "ranking",
    "worst-table",
    "curves-loss",
    "speed-table",
    "costs-table",
    "parallel-figure",
    "scatter",
    "slices",
)
BESIDE = {"arms-figure": "arms-map"}  # folded where the other shows the same arms
ON_SCREEN = ("parallel-figure",)  # for pointing and dragging: paper says that they are left out
SAYING = ("calibration", "ranking", "worst-table")  # their first sentence stands beside the title
GISTS = {  # of sections whose first sentence is not the gist of them
    "curves": "Error and loss by epoch, of each confirmed setting.",
    "optimism": "What the search chose by, and what became of it on fresh seeds and new rows.",
    "methods": "How each number was measured, and what its interval covers.",
    "provenance": "Data, versions, settings and seeds, and the command that makes all of it again.",
}
LONG = 150  # letters of a note, from which on it is folded
GIST = 170  # letters that a line has room for
SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z])")


@dataclass(frozen=True)
class Part:
    """Blocks in a row, open; or a folded one with its notes, its title and its first sentence."""

    blocks: tuple[Block, ...]
    title: str = ""
    gist: str = ""
    is_on_paper: bool = True


def parts(section: Section) -> list[Part]:
    """The blocks of a section in their order, what is open before what is folded."""
    found: list[Part] = []
    ids = {_id(block) for block in section.blocks}
    for block in section.blocks:
        is_note = isinstance(block, Paragraphs) and block.tone == "quiet"
        if _id(block) in BLOCKS or BESIDE.get(_id(block)) in ids:
            is_on_paper = _id(block) not in ON_SCREEN
            found.append(Part((block,), _title(block), _gist_of(block), is_on_paper))
        elif found and (is_note or not found[-1].title):
            last = found[-1]
            found[-1] = replace(last, blocks=(*last.blocks, block))
        else:
            found.append(Part((block,)))
    return sorted(found, key=lambda part: bool(part.title))


def with_notes(blocks: Sequence[Block]) -> list[tuple[Block, tuple[str, ...]]]:
    """Blocks in their order, each figure with the notes that follow it, which stand beside it."""
    found: list[tuple[Block, tuple[str, ...]]] = []
    for block in blocks:
        last = found[-1][0] if found else None
        if isinstance(last, Plot) and isinstance(block, Paragraphs) and block.tone == "quiet":
            found[-1] = last, (*found[-1][1], *block.paragraphs)
        else:
            found.append((block, ()))
    return found


def is_folded(section: Section, others: set[str]) -> bool:
    """Whether a whole section is. others: the ids of all that the page has."""
    if section.id == "findings":
        return not any(isinstance(block, Findings) for block in section.blocks)
    return section.id in SECTIONS or (section.id == "confirmed" and "arms" in others)


def gist(section: Section) -> str:
    """What a folded section says first, if it is short."""
    first = section.blocks[0] if section.blocks else None
    if section.id in GISTS:
        return GISTS[section.id]
    if isinstance(first, Headline):
        return _short(first.sentence)
    return _short(first.paragraphs[0]) if isinstance(first, Paragraphs) else ""


def is_long(words: str) -> bool:
    """Whether a note is folded."""
    return len(words) > LONG


def _id(block: Block) -> str:
    if isinstance(block, Table):
        return block.id
    if isinstance(block, Plot):
        return block.figure.id
    return block.title if isinstance(block, Pairs) else ""


def _title(block: Block) -> str:
    if isinstance(block, Table):
        return block.caption
    return block.figure.title if isinstance(block, Plot) else _id(block)


def _gist_of(block: Block) -> str:
    if _id(block) not in SAYING:
        return ""
    if isinstance(block, Table):
        return _short(block.note)
    return _short(block.figure.caption) if isinstance(block, Plot) else ""


def _short(words: str) -> str:
    first = SENTENCE.split(words)[0]
    return first if len(first) <= GIST else ""
