"""What the whole procedure, search and confirmation, gives on new rows: the outer folds."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from reports import labels, text, units
from reports.frames import Run, RunFolderError
from reports.sections.blocks import (
    Block,
    Cell,
    Column,
    Pairs,
    Paragraphs,
    Row,
    Section,
    Table,
    section,
)
from reports.stats.sampling.out_of_fold import WIDENING
from reports.stats.settings import outer as stats
from reports.stats.settings.differences import BETTER, OPEN, SAME, WORSE

TITLE = "What the whole procedure gives on new rows"
AGAINST = {
    BETTER: "Better than the best baseline of each fold",
    WORSE: "Worse than the best baseline of each fold",
    SAME: "The same as the best baseline of each fold",
    OPEN: "Not decided against the best baseline of each fold",
}


def outer(run: Run) -> Section | None:
    """Error, baselines and settings by outer fold; None where the study has none."""
    return None if run.nested is None else section("outer", TITLE, _blocks(run))


def lines(run: Run) -> tuple[tuple[str, str], ...]:
    """A label and a sentence for the verdict; nothing where the study has no outer folds."""
    if run.nested is None:
        return ()
    return (("The whole procedure", f"{_error(run)}{_baseline(run)}"),)


def plain(run: Run) -> dict[str, Any] | None:
    """As JSON says it; None where the study has no outer folds."""
    if run.nested is None:
        return None
    found: dict[str, Any] = {"folds": len(run.nested), "rows": int(run.nested["rows"].sum())}
    for kind in ("error", "loss"):
        one = stats.interval(run, "ensemble", kind)
        found |= {kind: one.estimate, f"{kind}_low": one.low, f"{kind}_high": one.high}
    apart = stats.against_baseline(run)
    beside: dict[str, Any] | None = None
    if apart is not None:
        one = apart.decisive
        beside = {"by": apart.by.unit(run, "test").name, "answer": stats.answer(run, apart)}
        beside |= {"difference": one.estimate, "low": one.low, "high": one.high}
    settings = {str(row["fold"]): _searched(run, row) for row in run.nested.to_dict("records")}
    return {**found, "covers": stats.COVERS, "against_baseline": beside, "settings": settings}


def _blocks(run: Run) -> Iterator[Block]:
    frame = run.nested
    if frame is None:
        return
    lead = (
        f"Search and confirmation were made once more in each of {len(frame)} outer folds, on the "
        "rows of the others, and the saved ensemble of each was scored on the rows of its fold, "
        f"which it had never seen: all {text.number(int(frame['rows'].sum()))} rows, each once."
    )
    yield Paragraphs((lead, f"{_error(run)}{_baseline(run)}"))
    yield _scores(run)
    if (settings := _settings(run)) is not None:
        yield settings
    yield Pairs("", (("What it is", _meaning(run)),))


def _meaning(run: Run) -> str:
    return (
        "This is the error of doing all of it again, with other rows: choosing settings, and "
        "training what was chosen. The saved model is one outcome of that."
    )


def _error(run: Run) -> str:
    found, scale = stats.interval(run, "ensemble", "error"), units.unit(run, "test_error")
    return (
        f"What this whole procedure gives on new rows: {scale.name} {scale.interval(found)} "
        f"({text.LEVEL}, {found.kind}; {found.covers}). "
    )


def _baseline(run: Run) -> str:
    apart = stats.against_baseline(run)
    if apart is None:
        return ""
    scale, word = apart.by.unit(run, "test"), stats.answer(run, apart)
    margin = scale.difference(stats.margin(run, apart.by)).lstrip("+")
    within = f", within {margin}" if word == SAME else ""
    size = scale.interval(apart.decisive, difference=True)
    return f"{AGAINST[word]}{within}: {size} of {scale.name}."


def _scores(run: Run) -> Table:
    frame, scale, loss = run.nested, units.unit(run, "test_error"), units.unit(run, "test_loss")
    rows = []
    for row in [] if frame is None else frame.to_dict("records"):
        beside = row["baseline_error"]
        lost = f"{row['diverged']} of {row['networks']} diverged" if row["diverged"] else ""
        cells = (
            Cell(str(row["fold"]), lost),
            Cell(text.number(row["rows"])),
            Cell(scale.value(row["error"])),
            Cell(loss.value(row["loss"])),
            Cell(str(row["baseline"] or text.DASH)),
            Cell(text.DASH if math.isnan(beside) else scale.value(beside)),
        )
        rows.append(Row(cells))
    errors = [stats.interval(run, "ensemble", "error")]
    errors += [stats.interval(run, "baseline", "error")] if stats.has_baseline(run) else []
    own, beside = stats.interval(run, "ensemble", "loss"), errors[1] if errors[1:] else None
    whole = (
        Cell("all"),
        Cell(text.number(errors[0].n)),
        Cell(scale.head(errors[0]), scale.bounds(errors[0]).strip()),
        Cell(loss.head(own), loss.bounds(own).strip()),
        Cell("the best of each fold" if beside else text.DASH),
        Cell(scale.head(beside), scale.bounds(beside).strip()) if beside else Cell(text.DASH),
    )
    columns = (
        Column("Outer fold", True),
        Column("Rows", True),
        Column(f"Ensemble: {scale.name}", True),
        Column(f"Ensemble: {loss.name}", True),
        Column("Best baseline"),
        Column(f"Its {scale.name}", True),
    )
    note = (
        f"Brackets: {text.LEVEL} intervals for {stats.COVERS}. The baseline is the best on dev "
        "rows of the fold; all of its models together, as the networks are."
    )
    together = Row(whole, tone="winner")
    return Table(
        *("outer-scores", "Each fold's ensemble on rows it had never seen", columns),
        *((*rows, together),),
        csv="data/nested.csv",
        note=note,
    )


def _settings(run: Run) -> Table | None:
    """Each searched setting by fold, beside the study's own winner's; None of an empty space."""
    frame = run.nested
    if frame is None or run.winner is None:
        return None
    each = [_searched(run, row) for row in frame.to_dict("records")]
    own = labels.searched(run, run.winner)
    names = list(dict.fromkeys(name for found in (own, *each) for name in found))
    if not names:
        return None
    rows = []
    for name in names:
        values = [found.get(name) for found in each]
        said = [text.DASH if x is None else text.value(x) for x in (own.get(name), *values)]
        cells = (Cell(name), *map(Cell, said), Cell(_stable(run, name, own.get(name), values)))
        rows.append(Row(cells))
    folds = tuple(Column(f"Fold {number}") for number in frame["fold"])
    columns = (Column("Setting"), Column("The study's winner"), *folds, Column("Over the folds"))
    note = (
        "What a fold's winner has for each searched setting. Where folds agree, the setting "
        "matters and is found; where they do not, others do as well, or the search was too short."
    )
    return Table(
        "outer-settings", "How stable the winner's settings are", columns, tuple(rows), note=note
    )


def _stable(run: Run, name: str, own: Any, values: Sequence[Any]) -> str:
    """Of numbers, how much of their range folds span; of choices, how many are the winner's."""
    space = {str(one["name"]): one for one in run.provenance["space"]}
    limits = space.get(name)
    if limits and limits["kind"] == "range" and all(_is_within(x, limits) for x in values):
        scale, known = math.log if limits["log"] else float, [float(x) for x in values]
        low, high = scale(limits["low"]), scale(limits["high"])
        span = scale(max(known)) - scale(min(known))
        return f"{span / (high - low):.0%} of the range" if high > low else ""
    alike = sum(text.value(x) == text.value(own) for x in values if x is not None)
    return f"{alike} of {len(values)} as the winner"


def _is_within(value: Any, limits: dict[str, Any]) -> bool:
    """Whether it is of the range: the defaults, which may win, may lie beyond it (an l2 of 0)."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and limits["low"] <= value <= limits["high"]


def _searched(run: Run, row: dict[Any, Any]) -> dict[str, Any]:
    try:
        return dict(json.loads(row["searched"]))
    except (TypeError, ValueError):
        where = run.folder / "nested.parquet"
        got = f"{row['searched']!r:.60}"
        raise RunFolderError(f"{where}: searched: expected JSON, got {got}") from None


def method(run: Run) -> Iterator[tuple[str, str]]:
    """What is said of the outer folds among the methods."""
    if run.nested is None:
        return
    yield (
        TITLE,
        "Nested cross-validation (Varma and Simon, 2006): nothing of a fold's rows took part in "
        "its search. Its interval draws rows, and what folds differ by beyond their rows, by "
        f"Student's t over folds; draws of rows are {WIDENING:g} times as wide, for the folds' "
        "training rows overlap (Bates, Hastie and Tibshirani, 2024).",
    )
