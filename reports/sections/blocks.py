"""What a section is made of. Sections say what is to be read; the template alone writes HTML."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from reports import text
from reports.advice.facts import Fact
from reports.advice.step import Step
from reports.figures.figure import Figure
from reports.stats.lints.findings import Lint


@dataclass(frozen=True)
class Paragraphs:
    """Paragraphs; `tone` is "", "quiet" or "note"."""

    kind: ClassVar[str] = "text"
    paragraphs: tuple[str, ...]
    tone: str = ""


@dataclass(frozen=True)
class Headline:
    """The verdict in one sentence, and what stands behind it: (label, sentence) lines."""

    kind: ClassVar[str] = "headline"
    sentence: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Recommended:
    """The first screen: a model's settings, why it is the one, three numbers, what to do next.

    answer, others: to the study's question, where it compares arms. written_by: the command that
    writes the steps into a study; where: their lines go; how: the lines that use it; sure: what its
    intervals cover. The figure has a wide and a narrow panel, of which one is shown. asked: the
    answer's figure; if it has a narrow panel, that stands for both on a phone.
    """

    kind: ClassVar[str] = "recommended"
    settings: str
    answer: str
    others: str
    why: str
    facts: tuple[Fact, ...]
    steps: tuple[Step, ...]
    written_by: str
    where: str
    how: str
    sure: str
    figure: Figure | None
    asked: Figure | None = None


@dataclass(frozen=True)
class KeyNumber:
    """A key number: what it is, its value, its bounds, and n and kind of the interval."""

    label: str
    value: str
    bounds: str
    note: str


@dataclass(frozen=True)
class KeyNumbers:
    """The key numbers, side by side."""

    kind: ClassVar[str] = "numbers"
    items: tuple[KeyNumber, ...]


@dataclass(frozen=True)
class Findings:
    """The findings of the lints."""

    kind: ClassVar[str] = "findings"
    items: tuple[Lint, ...]


@dataclass(frozen=True)
class Cell:
    """One cell: its text, a second, quieter part (bounds), a sort key, a link, a row's tone."""

    text: str
    quiet: str = ""
    key: float | None = None
    href: str = ""

    @property
    def in_words(self) -> str:
        """Both parts in a line: `2.6 % [1.8, 3.5]`, `20.0 (90 % reached it)`."""
        return text.with_rest(self.text, self.quiet)


@dataclass(frozen=True)
class Column:
    """A heading; numeric columns are set flush right with tabular figures.

    quiet: what stands small below it, such as the study file's word.
    """

    label: str
    numeric: bool = False
    quiet: str = ""


@dataclass(frozen=True)
class Row:
    """A row of a table; `tone` "winner" sets it off."""

    cells: tuple[Cell, ...]
    id: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Table:
    """A table; `sortable` gives it buttons in its headings. on_paper: what paper leaves out."""

    kind: ClassVar[str] = "table"
    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    sortable: bool = False
    csv: str = ""
    note: str = ""
    on_paper: str = ""


@dataclass(frozen=True)
class Plot:
    """A figure."""

    kind: ClassVar[str] = "plot"
    figure: Figure


@dataclass(frozen=True)
class Pairs:
    """Terms and what they are."""

    kind: ClassVar[str] = "pairs"
    title: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Code:
    """Preformatted text; folded away unless `open`."""

    kind: ClassVar[str] = "code"
    title: str
    body: str
    open: bool = False


@dataclass(frozen=True)
class Links:
    """Files beside the page, by relative name."""

    kind: ClassVar[str] = "links"
    title: str
    files: tuple[str, ...]


Block = (
    Paragraphs
    | Headline
    | Recommended
    | KeyNumbers
    | Findings
    | Table
    | Plot
    | Pairs
    | Code
    | Links
)


@dataclass(frozen=True)
class Section:
    """One section of the page: the id of its deep link, its title, its blocks in order."""

    id: str
    title: str
    blocks: tuple[Block, ...]


def section(anchor: str, title: str, blocks: Iterable[Block]) -> Section:
    """A section from any iterable of blocks, such as a generator."""
    return Section(anchor, title, tuple(blocks))
