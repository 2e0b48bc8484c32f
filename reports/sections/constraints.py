"""The constraints on metrics: how many trials kept them, what broke them, what fresh seeds say."""

from collections.abc import Iterator

from reports import text
from reports.frames import Run
from reports.sections.blocks import Block, Cell, Column, Paragraphs, Row, Section, Table, section
from reports.sections.links import link
from reports.sections.pareto import fresh_cell
from reports.stats.search import tuning
from reports.stats.settings import constraints as stats
from reports.stats.settings import objectives


def constraints(run: Run) -> Section | None:
    """The constraints in the search and in the confirmation; None where there are none."""
    if not run.provenance["limits"]:
        return None
    return section("constraints", "Constraints", _blocks(run))


def _blocks(run: Run) -> Iterator[Block]:
    yield Paragraphs(tuple(_search(run)))
    judged = stats.judged(run)
    if judged:
        yield _table(run, judged)


def _search(run: Run) -> Iterator[str]:
    done, every = objectives.complete(run), stats.constraints(run)
    kept = done["feasible"].to_numpy(bool)
    each = [f"{one.name} by {int(one.keeps(done[one.metric]).sum())}" for one in every] * (
        len(every) > 1
    )
    names = text.listing([one.name for one in every])
    yield (
        f"{int(kept.sum())} of {text.count(len(done), 'complete trial')} kept {names} in the "
        f"search{': ' + ', '.join(each) if each else ''}. A constraint is on the mean over "
        "replicates; the others are marked in the table of all trials, and none of them can win "
        "while there is one that keeps it."
    )
    apart = tuning.separating_parameters(run, done, ~kept, "where one was broken")
    strong = apart[apart["separation"] > 0.5]
    if len(strong):
        yield f"What sets the trials apart that broke one: {'; '.join(strong['words'].head(3))}."


def _table(run: Run, judged: tuple[stats.Judgement, ...]) -> Table:
    rows = []
    for config in run.configs:
        cells = [link(run, config)]
        for one in judged:
            if one.config == config:
                value = fresh_cell(one.constraint.unit, one.value)
                cells += [value, Cell(one.verdict)]
        rows.append(Row(tuple(cells), tone="winner" if config == run.winner else ""))
    heads = [
        column
        for constraint in dict.fromkeys(one.constraint for one in judged)
        for column in (Column(text.capital(constraint.name), True), Column("Verdict"))
    ]
    note = (
        f"Means over fresh seeds with {text.LEVEL} t intervals over seeds, on these dev rows. Kept "
        "or not kept: the whole interval says so; else it is undecided."
    )
    return Table(
        "constraints-table",
        "The constraints on fresh seeds",
        (Column("Setting"), *heads),
        tuple(rows),
        sortable=True,
        csv="data/confirm.csv",
        note=note,
    )
