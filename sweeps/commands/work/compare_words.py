"""The comparison of runs in words: in the terminal, and as the page and the gate repeat them."""

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sweeps.base.errors import printable
from sweeps.base.terminal import say
from sweeps.commands.work.compare import Comparison
from sweeps.views import wording

if TYPE_CHECKING:
    from reports import frames
    from reports.stats.sampling.intervals import Interval
    from reports.stats.settings.differences import Difference
    from reports.units import Unit


def show(found: Comparison, console: Console) -> None:
    """Results and differing settings, a column a run; then the differences, and what they cover."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("")
    for run in found.runs:
        table.add_column(Text(printable(str(run.folder))), overflow="fold")
    for name, cells in results(found):
        table.add_row(name, *cells)
    for name, values in found.settings.items():
        if any(value != values[0] for value in values):
            table.add_row(printable(name), *(Text(setting(value)) for value in values))
    console.print(table)
    same = [
        f"{name} {setting(values[0])}"
        for name, values in found.settings.items()
        if all(value == values[0] for value in values)
    ]
    if same:
        say(console, "the same", ", ".join(same), style="dim")
    first = found.runs[0]
    each = zip(found.runs[1:], found.each, found.errors, strict=True)
    for run, one, error in each:
        difference, answer = one.found, one.answer
        against = f"{run.folder} against {first.folder}"
        say(console, "", f"{against}: {words(difference, first, answer)}")
        for label, interval in (
            ("new rows", difference.on_new_rows),
            ("these rows alone", difference.on_these_rows),
        ):
            if interval is not None:
                label = label if difference.by.of_rows else "networks"
                say(console, "", f"{label}: {_interval(interval, unit_of(difference, first))}")
        if error is not None:
            say(console, "", f"beside it: {words(error, first, error.answer())}")
    for note in found.notes:
        say(console, "note", note, style="yellow")


def results(found: Comparison) -> list[tuple[str, list[Text]]]:
    """Scores of the winners, a line each; – where another run has none of the kind."""
    scores = [
        _scores(run, str(row["config"])) for run, row in zip(found.runs, found.winners, strict=True)
    ]
    found_in = dict.fromkeys(head for each in scores for head in each)
    # What all have last: the errors, behind what the one or other was after.
    heads = sorted(found_in, key=lambda head: all(head in each for each in scores))
    lines = [
        ("winner", [str(winner["config"]) for winner in found.winners]),
        *((head, [each.get(head, "–") for each in scores]) for head in heads),
        ("networks", [str(winner["n"]) for winner in found.winners]),
    ]
    return [(name, [Text(printable(cell)) for cell in cells]) for name, cells in lines]


def _scores(run: "frames.Run", config: str) -> dict[str, str]:
    """A setting's, by their heads; but the epochs to a target, of which each run has its own."""
    from reports import winners

    made = winners.table(run)
    (n,) = (n for n, entry in enumerate(made.entries) if entry.config == config)
    shown = (column for column in made.columns if column.name != "epochs_to_target")
    return {column.short_head: column.scores[n].short for column in shown}


def setting(value: Any) -> str:
    """A winner's setting, – where it has none."""
    return "–" if value is None else printable(wording.value_of(value))


def unit_of(found: "Difference", run: "frames.Run") -> "Unit":
    """How the difference's values are written."""
    return found.by.unit(run, found.split)


def words(found: "Difference", run: "frames.Run", answer: str) -> str:
    """What the decisive interval says: that for new rows, where the measure has any."""
    unit = unit_of(found, run)
    where = " for new rows" if found.by.of_rows else ""
    return f"{unit.name} {unit.interval(found.decisive, difference=True)}: {answer}{where}"


def failure(found: "Difference", margin: float, run: "frames.Run") -> str:
    """Why the gate is closed."""
    unit, decisive = unit_of(found, run), found.decisive
    allowed = unit.difference(margin).lstrip("+")
    over = "over the whole interval " if decisive.known else ""
    size = unit.interval(decisive, difference=True)
    return f"{unit.name} {size} is worse {over}by more than the margin of {allowed}"


def _interval(found: "Interval", unit: "Unit") -> str:
    if not found.known:
        return f"no interval: {found.why}"
    bounds = unit.bounds(found, difference=True).strip()
    return f"{bounds} {found.kind}, n = {found.n}; covers {found.covers}"
