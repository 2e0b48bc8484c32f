"""`sweeps show`: one run, or one of its trials, for people and for programs."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from sweeps.base.errors import UserError, printable
from sweeps.base.terminal import say, verbatim
from sweeps.results import summaries
from sweeps.results.result import load
from sweeps.storage import folders, record_summaries
from sweeps.study.file import parsing
from sweeps.training.task import SCORES
from sweeps.views import overview, plan, tables, wording
from sweeps.views.overview import Overview

if TYPE_CHECKING:
    from sweeps.commands.work.one_trial import TrialUnit, TrialView
    from sweeps.study.spec import Study

BEST = 5  # trials of an unfinished run that are shown
BLOCKS = "▁▂▃▄▅▆▇█"
WIDTH = 40  # columns of a learning curve


def run(folder: Path, console: Console) -> None:
    """The plan, the counts, and what was found: the table of winners, or the best so far.

    Errors: UserError for a folder that is damaged.
    """
    seen = _seen(folder)
    if not (folder / "study.yaml").exists():
        verbatim(console, seen.name, style="bold")
        say(console, "state", f"{seen.state} ({seen.note}): sweeps run with the study's own file")
        return
    study = parsing.study(folders.study(folder))
    is_going = seen.state in ("running", "interrupted")
    result = None if is_going else load(folder)
    verbatim(console, study.name, style="bold")
    if study.description:
        say(console, "", study.description)
    say(console, "state", _state(seen))
    known = folders.provenance(folder) or {}
    if "ended_by" in known and seen.state in ("complete", "confirmed"):
        say(console, "ended by", str(known["ended_by"]))
    for name, text in _plan(study, known):
        say(console, name, text)
    if result is None:
        _so_far(folder, study, console)
    else:
        storage = known.get("storage")
        elsewhere = None if storage in (None, "journal.log") else str(storage)
        tables.closing(result, study, elsewhere, console)


def run_as_json(folder: Path) -> dict[str, Any]:
    """The overview, and of a finished run the winners. Errors: UserError."""
    seen = _seen(folder)
    if seen.state in ("running", "interrupted"):
        is_there = (folder / "study.yaml").exists()
        top = _top(folder, parsing.study(folders.study(folder))) if is_there else []
        return seen.plain() | {
            "top": [vars(one) | {"path": str(one.path), "value": one.value} for one in top]
        }
    return seen.plain() | summaries.plain(load(folder))


def _seen(folder: Path) -> Overview:
    seen = overview.survey(folders.expect(folder))
    if seen.is_unread:
        raise UserError(f"{folder}: expected a run that can be read, got: {seen.note}")
    return seen


def _state(seen: Overview) -> str:
    counts = ", ".join(f"{count} {state}" for state, count in seen.counts.items())
    note = f" ({seen.note})" if seen.note else ""
    return f"{seen.state}{note}: {seen.done} of {seen.asked} trials, {counts}"


def _plan(study: "Study", provenance: dict[str, Any]) -> list[tuple[str, str]]:
    facts = provenance.get("data", {})
    data = printable(str(facts.get("source", study.data.source)))
    if facts:
        data += (
            f": {facts['rows']} rows × {facts['columns']} columns; {facts['train']} train, "
            f"{facts['dev']} dev, {facts['test']} test ({facts['split']})"
        )
    return [
        ("data", data),
        *(("space" if n == 0 else "", text) for n, text in enumerate(plan.space(study))),
        (
            "search",
            f"{plan.cost(study)}, {study.search.sampler.name}, "
            f"window {study.search.window}, seed {study.search.seed}; {study.objective.label}",
        ),
    ]


def _top(folder: Path, study: "Study") -> list[record_summaries.RecordSummary]:
    records = [record_summaries.summary(path) for path in folders.record_paths(folder)]
    complete = [r for r in records if r is not None and r.state == "complete"]
    sign = study.objective.sign
    return sorted(complete, key=lambda record: (sign * record.value, record.number))[:BEST]


def _so_far(folder: Path, study: "Study", console: Console) -> None:
    top = _top(folder, study)
    if not top:
        say(console, "", "no trial is complete yet")
    for n, record in enumerate(top):
        settings = wording.settings(record.params)
        text = f"trial {record.number}, {study.objective.label} {record.value:.4f} ({settings})"
        say(console, "best" if n == 0 else "", text)


def trial(seen: "TrialView", console: Console, unit: "TrialUnit") -> None:
    """Settings, value, each network's numbers, and the mean learning curves."""
    verbatim(console, f"trial {seen.trial}", style="bold")
    say(console, "state", seen.state + (f": {seen.cause}" if seen.cause else ""))
    say(console, "settings", wording.settings(seen.settings))
    if seen.value is not None:
        from reports import units

        value = units.own(unit.metric, unit.sd) * seen.value
        say(console, "value", f"{value:.6g}, mean of {len(seen.replicates)} replicates")
    if seen.curves:
        epochs = seen.curves["epoch"]
        say(console, "trained", f"{epochs[-1]:.0f} epochs in {seen.seconds:.2f} s")
        for score in SCORES:
            verbatim(console, f"{score:12}{_curve(score, seen.curves[score], unit.sd)}")
    if seen.replicates:
        verbatim(console, "")
        console.print(_networks(seen.replicates, unit.sd))


def _networks(replicates: list[dict[str, Any]], sd: float | None) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name in ("replicate", *SCORES, ""):
        table.add_column(name, justify="right", no_wrap=True)
    for row in replicates:
        scores = (wording.score(score, row[score], sd) for score in SCORES)
        table.add_row(str(row["replicate"]), *scores, "diverged" if row["diverged"] else "")
    return table


def _curve(score: str, values: list[float], sd: float | None) -> str:
    """First and last value around a line of blocks; a gap where no network is left."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return "–"
    stride = max(1, math.ceil(len(values) / WIDTH))
    some = [*values[:-1:stride], values[-1]]
    low, high = min(finite), max(finite)
    steps = len(BLOCKS) - 1

    def block(value: float) -> str:
        if not math.isfinite(value):
            return " "
        return BLOCKS[round(steps * (value - low) / (high - low))] if high > low else BLOCKS[0]

    first, last = (wording.score(score, one, sd) for one in (finite[0], finite[-1]))
    return f"{first} {''.join(map(block, some))} {last}"
