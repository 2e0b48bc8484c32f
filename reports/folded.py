"""What of the page is folded until it is asked for: sections, tables, figures, long notes.

All of it is there: a link opens it, and so does paper. What is folded says in a line what is in it.
"""

import re
from dataclasses import dataclass

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


def parts(section: Section) -> list[Part]:
    """The blocks of a section in their order, what is open before what is folded."""
    found: list[Part] = []
    for block in section.blocks:
        is_note = isinstance(block, Paragraphs) and block.tone == "quiet"
        if _id(block) in BLOCKS:
            found.append(Part((block,), _title(block), _gist_of(block)))
        elif found and (is_note or not found[-1].title):
            last = found[-1]
            found[-1] = Part((*last.blocks, block), last.title, last.gist)
        else:
            found.append(Part((block,)))
    return sorted(found, key=lambda part: bool(part.title))


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
