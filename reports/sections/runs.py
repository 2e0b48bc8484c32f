"""All trials of the search, in one table that sorts and filters: the searched settings first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reports import text, units
from reports.frames import Run
from reports.naming import file_word, plain_name, plain_value
from reports.sections.blocks import Cell, Column, Paragraphs, Row, Section, Table, section
from reports.sections.pareto import measured
from reports.stats.search import tuning
from reports.stats.settings import constraints, counted, objectives
from reports.stats.speed import trial_curves

PRINTED = 200  # trials on paper: three pages
SHOWN = ("train_error", "dev_error", "gap", "seconds")  # have a column of their own anyway


@dataclass(frozen=True)
class Described:
    """A column: its heading, a cell for each trial, and whether it is left out if all are alike."""

    head: Column
    cells: list[Cell]
    may_fold: bool = True

    @property
    def is_constant(self) -> bool:
        """Whether it says one and the same of all of several trials."""
        return self.may_fold and len(self.cells) > 1 and len(set(self.cells)) == 1

    @property
    def in_words(self) -> str:
        """`epochs 60`, of a constant column."""
        label = self.head.label
        name = label if not label[1:2].islower() else label[:1].lower() + label[1:]
        return f"{name} {self.cells[0].in_words}"


def runs(run: Run) -> Section:
    """The table of all trials, in the order of the search."""
    counts = run.provenance["counts"]
    states = ("complete", "pruned", "failed", "running")
    known = [f"{text.number(counts[state])} {state}" for state in states if counts[state]]
    words = text.listing(known) if len(known) != 1 else f"all {known[0].rpartition(' ')[2]}"
    ended = text.ended_by(run)
    is_budget = bool(ended) and not ended.startswith("trials")  # the number of which is told
    asked = "" if counts["asked"] == len(run.trials) else f"; {counts['asked']} were asked for"
    columns = list(_columns(run))
    lead = Paragraphs(
        (
            " ".join(
                (
                    f"{text.count(len(run.trials), 'trial')}: {words}{asked}.",
                    *_stopped(run),
                    *([f"The search was ended by {ended}."] if is_budget else ()),
                    *_same(columns),
                )
            ),
        )
    )
    return section("runs", "All trials", [lead, _table(run, columns)])


def _stopped(run: Run) -> list[str]:
    """How many trials lost their race: "7 pruned trials stopped after 2 of 5 replicates."."""
    pruned = run.trials[run.trials["state"] == "pruned"]
    causes = pruned["cause"].astype(str).value_counts()
    return [
        f"{text.count(int(n), 'pruned trial')} {cause}." for cause, n in causes.items() if cause
    ]


def _same(columns: list[Described]) -> list[str]:
    """What the table leaves out, since it is alike in all trials."""
    constant = {one.head.label: one for one in columns if one.is_constant}
    constant.pop("State", None)  # which is told with the number of trials
    said = []
    if "Diverged" in constant and constant["Diverged"].cells[0].text == "0":
        said.append("No network diverged.")
        del constant["Diverged"]
    alike = ", ".join(one.in_words for one in constant.values())
    return [f"The same in every trial, and not in the table: {alike}.", *said] if alike else said


def _columns(run: Run) -> Iterator[Described]:
    """The trial, what was searched, how it went, what it came to, what it took."""
    trials = run.trials.to_dict("records")

    def each(label: str, cells: list[Cell], numeric: bool = True, fold: bool = True) -> Described:
        return Described(Column(label, numeric), cells, fold)

    names = [Cell(str(row["trial"]), "defaults" if row["is_default"] else "") for row in trials]
    yield each("Trial", names, fold=False)
    for name in run.parameters:
        if name.removesuffix(f".{tuning.RANGE}") not in set(run.parameters) - {name}:
            yield _setting(run, name, trials)
    several = len(objectives.objectives(run)) > 1
    states = [Cell(str(row["state"]), _standing(row, several)) for row in trials]
    yield each("State", states, numeric=False)
    yield from _scores(run, trials)
    yield each("Epochs", [Cell(str(row["epochs"])) for row in trials])
    yield each("Diverged", [Cell(str(row["diverged"])) for row in trials])
    yield each("Seconds", [Cell(text.number(row["seconds"], 2)) for row in trials])
    if (run.trials["cause"].astype(str) != "").any():
        causes = [Cell(str(row["cause"] or text.DASH)[:80]) for row in trials]
        yield each("Cause", causes, numeric=False)


def _setting(run: Run, name: str, trials: list[dict[Any, Any]]) -> Described:
    """A searched setting; of one that is exact values or a range, both in one column."""
    inner = f"{name}.{tuning.RANGE}"
    has_range = inner in run.parameters
    cells = []
    for row in trials:
        is_inner = has_range and row[f"param.{name}"] == tuning.RANGE
        cells.append(Cell(plain_value(name, row[f"param.{inner if is_inner else name}"])))
    is_numeric = has_range or tuning.numeric(run, name)
    return Described(Column(plain_name(name), is_numeric, file_word(name)), cells)


def _scores(run: Run, trials: list[dict[Any, Any]]) -> Iterator[Described]:
    """The objectives, the constraints, and both errors with what lies between."""
    error = units.unit(run, "dev_error")
    bounds = [one for one in constraints.constraints(run) if one.metric not in SHOWN]
    asked = [(goal.name, goal.unit, goal.column) for goal in objectives.objectives(run)]
    asked += [(one.unit.name, one.unit, one.metric) for one in bounds]
    for place, (name, unit, column) in enumerate(asked):
        cells = [measured(unit, float(row[column])) for row in trials]
        yield Described(Column(text.capital(name), True), cells, may_fold=place > 0)
    for split in ("train", "dev"):
        cells = [Cell(error.value(row[f"{split}_error"])) for row in trials]
        yield Described(Column(split.capitalize(), True), cells)
    points = ", points" if error.points else ""
    gaps = [error.difference(row["dev_error"] - row["train_error"]) for row in trials]
    cells = [Cell(gap.removesuffix(error.points)) for gap in gaps]
    yield Described(Column(f"Gap{points}", True), cells)


def _standing(row: dict[Any, Any], several: bool) -> str:
    if row["state"] == "complete" and not row["feasible"]:
        return "breaks a constraint"
    return "on the front" if several and row["front"] else ""


def _table(run: Run, columns: list[Described]) -> Table:
    shown, best = [one for one in columns if not one.is_constant], tuning.best_trial(run)
    printed = _printed(run)
    lines = zip(*(one.cells for one in shown), strict=True)
    rows = tuple(
        Row(
            cells,
            id=f"trial-{trial}",
            tone="winner" if trial == best else "" if trial in printed else "off-paper",
        )
        for trial, cells in zip(run.trials["trial"], lines, strict=True)
    )
    return Table(
        "trials-table",
        "Every trial of the search",
        tuple(one.head for one in shown),
        rows,
        sortable=True,
        csv="data/trials.csv",
        note=_note(run),
        on_paper=_on_paper(len(rows)),
    )


def _printed(run: Run) -> set[int]:
    """The trials that paper has: the best of many, the winner in any case."""
    goal = objectives.objectives(run)[0]
    ordered = run.trials.sort_values("value", ascending=goal.sign > 0, kind="stable")
    return set(ordered["trial"].head(PRINTED).astype(int))


def _on_paper(total: int) -> str:
    if total <= PRINTED:
        return ""
    return (
        f"On paper: the {PRINTED} best of {text.count(total, 'trial')}, in the order of the "
        "search; all are in data/trials.csv."
    )


def _note(run: Run) -> str:
    replicates = int(run.provenance["search"]["replicates"])
    own_rows = f"{', each on rows of its own,' * ('resample' in run.provenance['search'])}"
    last = "the epoch that counts" if counted.keeps_best(run) else "its last epoch"
    curves = ""
    if trial_curves.thinned(run):
        curves = " A trial's number opens its learning curve (all points: data/curves.csv)."
    return (
        f"{text.DASH}: not in play in this trial, or not known. Means over the "
        f"{text.count(replicates, 'replicate')} of a trial{own_rows} at {last}; "
        "train and dev are errors in evaluation mode. Diverged: replicates that diverged, each "
        "counting with the worst value. Seconds: training all replicates of the trial together."
        + curves
    )
