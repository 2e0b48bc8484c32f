"""What more rows would bring: the learning curve over training rows."""

from collections.abc import Iterator

from reports import labels, text
from reports.figures import growth as figures
from reports.frames import Run
from reports.sections.blocks import (
    Block,
    Cell,
    Column,
    Paragraphs,
    Plot,
    Row,
    Section,
    Table,
    section,
)
from reports.sections.links import link
from reports.stats.bias_variance import growth as stats
from reports.stats.bias_variance.growth import Growth

TITLE = "What more rows would bring"


def growth(run: Run) -> Section | None:
    """The winner's curve and the best baseline's; None where there is none."""
    found = stats.grown(run)
    return section("growth", TITLE, _blocks(run, found)) if found else None


def _blocks(run: Run, found: tuple[Growth, ...]) -> Iterator[Block]:
    by_config: dict[str, list[str]] = {}
    for one in found:
        said = by_config.setdefault(one.config, [])
        said.append((stats.beside if said else stats.sentence)(run, one))
    named = labels.named(run)
    each = [
        f"{text.capital(named(one))}: {said[0][:1].lower()}{said[0][1:]} {' '.join(said[1:])}"
        for one, said in by_config.items()
    ]
    yield Paragraphs(tuple(each))
    drawn = [one.times(stats.unit(run, one).own) for one in found]
    yield Plot(figures.growth(drawn, not run.regression, named))
    yield _table(run, found)


def _table(run: Run, found: tuple[Growth, ...]) -> Table:
    columns = (
        Column("Setting"),
        Column("Of what"),
        Column("All rows", True),
        Column("Twice the rows", True),
        Column("Less by", True),
        Column("At any number of rows", True),
        Column("Falls as", True),
    )
    note = (
        f"Brackets: {text.LEVEL} intervals for {stats.COVERS}, from folds drawn anew. All "
        "numbers are the fit's where there is one. At any number of rows: its a, which lies far "
        "from the rows there are. Falls as: rows to "
        "the power of −c."
    )
    rows = tuple(Row(_cells(run, one)) for one in found)
    return Table(
        "growth-table",
        "The fit in numbers",
        columns,
        rows,
        csv="data/learning_curve.csv",
        note=note,
    )


def _cells(run: Run, one: Growth) -> tuple[Cell, ...]:
    scale, law = stats.unit(run, one), one.law
    twice, gain = Cell("not known", one.why), Cell(text.DASH)
    if not one.why:
        twice = Cell(scale.head(one.twice), scale.bounds(one.twice).strip())
        gain = Cell(scale.head(one.gain, True), scale.bounds(one.gain, True).strip())
    ends = (Cell(text.DASH), Cell(text.DASH))
    if law is not None:
        power = f"n^{text.MINUS}{text.number(float(law.c[0]), 2)}"
        ends = (Cell(scale.value(float(law.a[0]))), Cell(power))
    now = Cell(scale.value(one.now if one.why else one.here.estimate))
    return (link(run, one.config), Cell(text.capital(scale.name)), now, twice, gain, *ends)


def method(run: Run) -> Iterator[tuple[str, str]]:
    """What is said of the curve among the methods."""
    if not stats.grown(run):
        return
    yield (
        TITLE,
        "The winner and the best baseline are trained on growing parts of the training rows of "
        "each fold of the confirmation's first repeat: nested, stratified, from about a tenth of "
        "the rows to all. Every network makes as many updates as on all rows (a schedule and "
        "patience last longer in epochs), so the curve shows rows and not the length of training; "
        "the setting is the one that won on all rows. Through the means goes a + b·n^−c (a and b "
        "not below 0, c up to 2; Cortes et al., 1994) by least squares, weighted by their standard "
        "errors, half of which are a size's own and half those of all sizes. Its interval comes "
        "from folds drawn anew, each with its whole curve, by Student's t, widened as all that is "
        "out of fold. What twice the rows bring is not known where a network diverged, where the "
        "means lie off the curve, or where the interval is three times as wide as the number "
        "and holds both a gain and none. In simulations the truth was in it in 90 to 99 of 100.",
    )
