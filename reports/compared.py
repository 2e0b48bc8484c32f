"""The page that compares the winners of runs: the answer, a figure, tables; as the report is made.

What differs in the study files is told by whoever reads them.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from reports import page, text, units
from reports.figures import recommended as figures
from reports.figures.figure import Figure
from reports.figures.recommended import Candidate
from reports.frames import Run
from reports.sections.blocks import Cell, Column, Links, Paragraphs, Row, Section, Table, section
from reports.stats.settings import comparison, measures, needed
from reports.stats.settings.differences import OPEN, SAME, Difference

MOST = 100  # times the rows that anyone would gather to decide a question


@dataclass(frozen=True)
class Compared:
    """A run's winner against the first one's; margin: less than it apart is the same.

    is_alike: whether both are of data of one kind.
    """

    name: str
    first: str
    found: Difference
    margin: float
    unit: units.Unit
    is_alike: bool

    @property
    def answer(self) -> str:
        """One of the four."""
        return self.found.answer(self.margin)

    @property
    def headline(self) -> str:
        """Which is better, in one sentence."""
        if not self.is_alike:
            return f"{self.name} and {self.first} are of different data, and cannot be compared."
        if self.answer == OPEN:
            return f"Whether {self.name} is better than {self.first} is not decided."
        if self.answer == SAME:
            return f"{self.name} and {self.first} do the same."
        return f"{self.name} is {self.answer} than {self.first}."

    @property
    def size(self) -> str:
        """By how much, what the interval covers, and what would decide it."""
        if not self.is_alike:
            return "Columns, classes or sets differ: an error on one says nothing of the other."
        decisive = self.found.decisive
        by = self.unit.interval(decisive, difference=True)
        sign = "below" if self.found.by.sign > 0 else "above"
        said = f"{text.capital(self.unit.name)}, {self.name} minus {self.first}: {by}; "
        said += f"{sign} 0, {self.name} is better."
        if decisive.known:
            said += f" The interval ({text.LEVEL}, {decisive.kind}) is for {decisive.covers}."
        else:
            said += f" There is no interval: {decisive.why}."
        within = self.unit.difference(self.margin).lstrip("+")
        said += f" Less than {within} apart is the same." * (self.answer in (SAME, OPEN))
        times = needed.times(self.found, self.margin)
        if self.answer == OPEN and 1 < times <= MOST:
            said += f" If the estimate holds, about {times:.2g} times the rows would decide it."
        return said


def compared(first: Run, run: Run, names: tuple[str, str], found: Difference) -> Compared:
    """names: of the first and of the run."""
    margin = measures.margin(first, comparison.winner(first), found.by)
    unit = found.by.unit(first, found.split)
    return Compared(names[1], names[0], found, margin, unit, alike(first, run))


def alike(first: Run, other: Run) -> bool:
    """Whether errors of both say which is better: the same columns and classes, or the same set."""
    ours, theirs = (
        (run.provenance["data"]["columns"], run.provenance.get("classes"), run.task)
        for run in (first, other)
    )
    sources = [str(run.provenance["data"]["source"]) for run in (first, other)]
    are_named = all(":" in source for source in sources)
    return ours == theirs and (not are_named or sources[0] == sources[1])


def render(
    runs: Sequence[Run],
    names: Sequence[str],
    each: Sequence[Compared],
    notes: Sequence[str],
    sections: Sequence[Section],
    place: Path,
) -> str:
    """The page as text, for a file at `place`, from which its links lead to the reports.

    notes: what cannot be compared. sections: tables of what was found and of what differs.
    """
    title = each[0].headline if len(each) == 1 else f"{len(runs)} runs against {names[0]}"
    said = [one.size if len(each) == 1 else f"{one.headline} {one.size}" for one in each]
    links = tuple(_link(run, place) for run in runs if (run.folder / "report.html").is_file())
    reports = [section("reports", "Reports", [Links("A page for each run", links)])]
    return page.compared(
        title=title,
        names=names,
        said=said,
        notes=Paragraphs(tuple(notes), "note") if notes else None,
        figure=_figure(runs, names) if all(one.is_alike for one in each) else None,
        sections=[*sections, *(reports if links else [])],
    )


def _link(run: Run, place: Path) -> str:
    target = os.path.relpath(run.folder.absolute() / "report.html", place.absolute().parent)
    return quote(Path(target).as_posix())


def table(name: str, caption: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A line a score or a setting, a column a run."""
    columns = (Column(""), *(Column(one) for one in names))
    return Table(name, caption, columns, tuple(Row(tuple(map(Cell, row))) for row in rows))


def _figure(runs: Sequence[Run], names: Sequence[str]) -> Figure | None:
    """Each winner's error on new rows, where they can share an axis."""
    if len({(run.task, run.target_sd is None) for run in runs}) > 1:
        return None
    by, first = measures.plain(), runs[0]
    candidates = []
    for run, name in zip(runs, names, strict=True):
        found = measures.on_new_rows(run, comparison.winner(run), by)
        unit = by.unit(run)
        one = Candidate(name, True, run is first, found, unit.interval(found))
        candidates.append(one.times(unit.own))
    margin = by.unit(first).own * measures.margin(first, comparison.winner(first), by)
    what = "typical error on new data" if first.regression else "error on new data"
    made = figures.recommended(candidates, margin, not first.regression, what)
    caption = "95 % intervals, each on its own. Shaded: as good as the first, within the margin."
    data = made.data.rename(columns={"model": "run"})
    return Figure("errors", what, caption, made.panels, data)
