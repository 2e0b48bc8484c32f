"""All trials of the search, in one table that sorts."""

from collections.abc import Hashable
from typing import Any

from reports import text
from reports.frames import Run
from reports.sections.blocks import Cell, Column, Paragraphs, Row, Section, Table, section
from reports.sections.pareto import measured
from reports.stats import constraints, counted, objectives, tuning

SHOWN = ("train_error", "dev_error", "gap", "seconds")  # have a column of their own anyway


def runs(run: Run) -> Section:
    """The table of all trials, in the order of the search."""
    counts = run.provenance["counts"]
    words = ", ".join(
        f"{counts[state]} {state}" for state in ("complete", "pruned", "failed", "running")
    )
    ended = text.ended_by(run)
    lead = Paragraphs(
        (
            f"{text.count(len(run.trials), 'trial')}: {words}; {counts['asked']} asked for.",
            *_stopped(run),
            *([f"The search was ended by {ended}."] if ended else ()),
        )
    )
    return section("runs", "All trials", [lead, _table(run)])


def _stopped(run: Run) -> list[str]:
    """How many trials lost their race: "7 pruned trials stopped after 2 of 5 replicates."."""
    pruned = run.trials[run.trials["state"] == "pruned"]
    causes = pruned["cause"].astype(str).value_counts()
    return [
        f"{text.count(int(n), 'pruned trial')} {cause}." for cause, n in causes.items() if cause
    ]


def _standing(row: dict[Hashable, Any], several: bool) -> str:
    if row["state"] == "complete" and not row["feasible"]:
        return "breaks a constraint"
    return "on the front" if several and row["front"] else ""


def _table(run: Run) -> Table:
    goals, error = objectives.objectives(run), text.unit(run, "dev_error")
    bounds = [one for one in constraints.constraints(run) if one.metric not in SHOWN]
    best, rows = tuning.best_trial(run), []
    causes = bool((run.trials["cause"].astype(str) != "").any())
    parameters = [f"param.{name}" for name in run.parameters]
    for row in run.trials.to_dict("records"):
        gap = row["dev_error"] - row["train_error"]
        cells = [
            Cell(str(row["trial"]), "defaults" if row["is_default"] else ""),
            Cell(str(row["state"]), _standing(row, several=len(goals) > 1)),
            *(measured(goal.unit, float(row[goal.column])) for goal in goals),
            *(measured(constraint.unit, float(row[constraint.metric])) for constraint in bounds),
            Cell(error.value(row["train_error"])),
            Cell(error.value(row["dev_error"])),
            Cell(error.difference(gap).removesuffix(error.points)),
            Cell(str(row["epochs"])),
            Cell(str(row["diverged"])),
            Cell(text.number(row["seconds"], 2)),
        ]
        cells += [Cell(text.value(row[name])) for name in parameters]
        cells += [Cell(str(row["cause"] or text.DASH)[:80])] * causes
        tone = "winner" if row["trial"] == best else ""
        rows.append(Row(tuple(cells), id=f"trial-{row['trial']}", tone=tone))
    points = ", points" if error.points else ""
    names = (
        ("Trial", True),
        ("State", False),
        *((text.capital(one.name), True) for one in goals),
        *((text.capital(one.unit.name), True) for one in bounds),
        ("Train", True),
        ("Dev", True),
        (f"Dev {text.MINUS} train{points}", True),
        ("Epochs", True),
        ("Diverged", True),
        ("Seconds", True),
        *((name, tuning.numeric(run, name)) for name in run.parameters),
        *((("Cause of failure", False),) * causes),
    )
    columns = tuple(Column(label, numeric) for label, numeric in names)
    replicates = run.provenance["search"]["replicates"]
    note = (
        f"Means over the {text.count(int(replicates), 'replicate')} of a trial"
        f"{', each on rows of its own,' * ('resample' in run.provenance['search'])} "
        f"at {'the epoch that counts' if counted.keeps_best(run) else 'its last epoch'}; "
        "train and dev are errors in evaluation mode. Diverged: replicates that diverged, each "
        "counting with the worst value. Seconds: training all replicates of the trial together."
    )
    return Table(
        "trials-table",
        "Every trial of the search",
        columns,
        tuple(rows),
        sortable=True,
        csv="data/trials.csv",
        note=note,
    )
