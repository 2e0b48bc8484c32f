"""`sweeps ls`: the runs of a folder as a table."""

import math
import os
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sweeps.base.errors import UserError, printable
from sweeps.base.terminal import say
from sweeps.storage import folders
from sweeps.views import overview, wording
from sweeps.views.overview import Overview

STYLES = {"running": "green", "interrupted": "yellow", "damaged": "red", "older": "dim"}
SPANS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def survey(folder: Path) -> list[Overview]:
    """Every run of a folder, or the one that it is. Errors: UserError where there is none."""
    if not os.path.isdir(folder):
        hint = folders.meant(folder)
        raise UserError(f"{folder}: expected a folder of run folders, got no such folder{hint}")
    found = [folder] if folders.is_run(folder) else folders.inside(folder)
    if not found:
        raise UserError(f"{folder}: expected run folders in it, got none")
    return [overview.survey(path) for path in found]


def show(found: list[Overview], console: Console) -> None:
    """A row a run; below it what is to be said of some."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name in ("run", "state"):
        table.add_column(name, no_wrap=True)
    for name in ("trials", "pruned", "failed", "search best", "test error", "age"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found:
        state = Text(one.state, style=STYLES.get(one.state, ""))
        table.add_row(Text(printable(Path(one.folder).name)), state, *_numbers(one))
    console.print(table)
    for one in found:
        if one.note:
            say(console, "note", f"{Path(one.folder).name} ({one.state}): {one.note}")


def _numbers(one: Overview) -> list[str]:
    if one.is_unread:
        return ["–"] * 5 + [age(one.age)]
    best = "–"
    if one.search_best is not None:
        best = wording.score(one.metric, one.search_best, one.target_sd)
    return [
        f"{one.done}/{one.asked}",
        str(one.counts["pruned"]),
        str(one.counts["failed"]),
        best,
        error(one.test_error, one.regression, one.target_sd),
        age(one.age),
    ]


def error(
    found: tuple[float, float, float] | None, regression: bool, sd: float | None = None
) -> str:
    """An error with its bounds: in percent of rows, or an RMSE, in the target's own unit."""
    if found is None:
        return "–"
    if sd is not None:
        middle, *ends = (wording.score("test_error", one, sd) for one in found)
        return middle if math.isnan(found[1] + found[2]) else f"{middle} [{', '.join(ends)}]"
    scale, digits, unit = (1.0, 3, "") if regression else (100.0, 1, " %")
    value, low, high = (scale * number for number in found)
    bounds = "" if math.isnan(low + high) else f" [{low:.{digits}f}, {high:.{digits}f}]"
    return f"{value:.{digits}f}{unit}{bounds}"


def age(seconds: float) -> str:
    """Seconds in their largest unit: "5 min"."""
    unit, size = next((span for span in SPANS if seconds >= span[1]), SPANS[-1])
    return f"{seconds / size:.0f} {unit}"
