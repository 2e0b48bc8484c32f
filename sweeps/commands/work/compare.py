"""`sweeps compare`: the winners of several runs side by side, and each against the first."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sweeps.base import files
from sweeps.base.errors import UserError, printable
from sweeps.base.terminal import say
from sweeps.results import unreadable
from sweeps.storage import folders
from sweeps.study.hyperparameters.vocabulary import VOCABULARY, plain
from sweeps.views import wording

if TYPE_CHECKING:
    from reports import frames
    from reports.compared import Compared
    from reports.stats.differences import Difference
    from reports.stats.intervals import Interval
    from reports.units import Unit


@dataclass(frozen=True)
class Comparison:
    """Runs, the row of each one's winner, and the differences of the later ones to the first.

    differences are by what was searched for; errors the same in plain error, None where that is it;
    each: the differences with their answers.
    """

    runs: "list[frames.Run]"
    winners: "list[pd.Series[Any]]"
    differences: "list[Difference]"
    errors: "list[Difference | None]"
    notes: list[str]
    each: "list[Compared]"

    @property
    def settings(self) -> dict[str, list[Any]]:
        """Each setting of any winner, a value a run; None where a winner has none."""
        pairs = [(r, w["settings"]) for r, w in zip(self.runs, self.winners, strict=True)]
        own = [bool(run.provenance.get("trainer")) for run in self.runs]
        each = (_said(*pair) for pair, is_own in zip(pairs, own, strict=True) if is_own)
        said = {name for names in each for name in names}
        shown = [
            {name: value for name, value in settings.items() if name in said or not is_own}
            for (_, settings), is_own in zip(pairs, own, strict=True)
        ]
        names = dict.fromkeys(name for one in shown for name in one)
        return {name: [one.get(name) for one in shown] for name in names}

    def plain(self) -> dict[str, Any]:
        """As JSON says it; `differences` are the later runs less the first.

        By `by`, whose sign is 1 where less is better and above 0 so is worse; `error` is beside it.
        """
        return {
            "runs": [
                {"run": str(run.folder), **winner.to_dict()}
                for run, winner in zip(self.runs, self.winners, strict=True)
            ],
            "differences": [
                {
                    "run": str(run.folder),
                    **asdict(found),
                    "answer": one.answer,
                    "margin": one.margin,
                    "error": None if error is None else asdict(error),
                }
                for run, found, error, one in zip(
                    self.runs[1:], self.differences, self.errors, self.each, strict=True
                )
            ],
            "notes": self.notes,
        }


def compare(paths: list[Path], split: str | None) -> Comparison:
    """Compare two or more confirmed runs. Errors: UserError."""
    from reports import frames, summary
    from reports.compared import compared
    from reports.stats import comparison, measures

    if len(paths) < 2:
        raise UserError(f"compare: expected two runs or more, got {len(paths)}")
    try:
        runs = [frames.load(folders.expect_finished(path)) for path in paths]
        names = [comparison.winner(run) for run in runs]
        rows = [summary.table(run).set_index("config", drop=False) for run in runs]
        winners = [table.loc[name] for table, name in zip(rows, names, strict=True)]
        differences = [comparison.difference(runs[0], run, split) for run in runs[1:]]
        errors = [
            None
            if found.by.is_error
            else comparison.difference(runs[0], run, split, measures.plain())
            for run, found in zip(runs[1:], differences, strict=True)
        ]
        notes = [note for run in runs[1:] for note in _notes(runs[0], run)]
        shown = labels(runs)
        each = [
            compared(runs[0], run, (shown[0], name), found)
            for run, name, found in zip(runs[1:], shown[1:], differences, strict=True)
        ]
    except frames.RunFolderError as fault:
        raise unreadable.told(fault) from None
    except files.BROKEN as fault:
        got = f"{type(fault).__name__} {fault}"
        raise UserError(f"compare: expected runs that can be read, got: {got}") from None
    return Comparison(runs, winners, differences, errors, notes, each)


def labels(runs: "list[frames.Run]") -> list[str]:
    """The runs' folders, each by as much of its path as tells it from the others."""
    paths = [run.folder.absolute() for run in runs]
    for depth in range(1, max(len(path.parts) for path in paths)):
        names = ["/".join(path.parts[-depth:]) for path in paths]
        if len(set(names)) == len(set(paths)):
            break
    return [printable(name) for name in names]


def _said(run: "frames.Run", settings: dict[str, Any]) -> list[str]:
    """The words of a winner of a user's trainer, without those that its study leaves alone."""
    ours = VOCABULARY.defaults()
    used = {"epochs", *(name.partition(".")[0] for name in run.parameters)}
    return [
        name
        for name, value in settings.items()
        if name in used or name not in ours or value != plain(ours[name])
    ]


def _notes(first: "frames.Run", other: "frames.Run") -> list[str]:
    """What makes the two less comparable."""
    from reports.stats import comparison

    where, notes = printable(str(other.folder)), []
    data, theirs = first.provenance["data"], other.provenance["data"]
    if data.get("sha256") != theirs.get("sha256"):
        notes.append(f"{where}: other data: each error is on its own rows")
    elif not comparison.same_rows(first, other):
        notes.append(f"{where}: the same data, divided otherwise: each error is on its own rows")
    elif not comparison.same_seeds(first, other):
        notes.append(f"{where}: other seeds, or another number of them: not paired")
    ours, wanted = _wanted(first), _wanted(other)
    if ours != wanted:
        notes.append(f"{where}: searched for {wanted}, the first for {ours}")
    if why := comparison.measure(first, other).why:
        notes.append(f"{where}: {why}")
    return notes


def _wanted(run: "frames.Run") -> str:
    """The objectives as the study had them: metrics, reductions, and whether of the best epoch."""
    each = run.provenance["objectives"]
    is_best = run.provenance["objective"].get("at", "last") != "last"
    best = " at the best epoch" if is_best else ""
    return ", ".join(one["label"] for one in each) + best


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
