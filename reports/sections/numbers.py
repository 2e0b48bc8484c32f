"""The key numbers of the first screen: the winner's score, error, gap, lead and speed."""

from collections.abc import Iterator

from reports import text, units
from reports.frames import Run
from reports.sections import answers
from reports.sections.blocks import KeyNumber
from reports.stats.bias_variance import ledger
from reports.stats.bias_variance.gaps import VARIANCE
from reports.stats.settings import measures, objectives
from reports.stats.settings.measures import Measure
from reports.stats.settings.rows import all_diverged
from reports.stats.speed import convergence


def numbers(run: Run) -> Iterator[KeyNumber]:
    """Of a winner that did not diverge."""
    winner, by = str(run.winner), measures.measure(run)
    goal = objectives.objectives(run)[0]
    if by.why or goal.reduce != "mean":  # what was searched for is not what is compared
        fresh = objectives.fresh(run, goal, winner)
        if fresh is not None:
            bounds = goal.unit.bounds(fresh).strip()
            note = f"fresh seeds, dev rows; {fresh.kind}"
            yield KeyNumber(f"{goal.name} of the winner", goal.unit.head(fresh), bounds, note)
    yield _score(run, winner, by, run.judged)
    beside = {"test": "dev", "dev": "test"}[run.judged] if by.is_error else run.judged
    if beside in run.splits:
        yield _score(run, winner, measures.plain(), beside)
    yield _gap(run)
    lead = answers.of_defaults(run)
    if lead is not None and not all_diverged(run, lead.other):
        yield _lead(run, lead)
    yield from _speed(run, winner)


def _score(run: Run, config: str, by: Measure, split: str) -> KeyNumber:
    scale, found = by.unit(run, split), measures.on_new_rows(run, config, by, split)
    sds = "in SDs; " if run.regression and by.is_error and not scale.of_target else ""
    rows = f"{found.n} rows" if by.of_rows else text.count(found.n, "network")
    return KeyNumber(
        f"{scale.name} of the winner",
        scale.head(found),
        scale.bounds(found).strip(),
        f"{sds}{found.kind}, {rows}",
    )


def _gap(run: Run) -> KeyNumber:
    scale, gap = units.unit(run, "dev_error"), ledger.ledgers(run)[0].gap(VARIANCE)
    return KeyNumber(
        f"variance: {scale.name} {text.MINUS} train",
        scale.head(gap.interval, difference=True),
        scale.bounds(gap.interval, difference=True).strip(),
        gap.interval.kind,
    )


def _lead(run: Run, lead: answers.Answer) -> KeyNumber:
    """Against the defaults: for new rows, and beside it for these alone."""
    scale, found, here = lead.found.by.unit(run), lead.found.decisive, lead.found.on_these_rows
    note = f"{found.why or found.kind}, n = {found.n}"
    if lead.found.on_new_rows is not None and here is not None and here.known:
        new = "rows and seeds" if run.folds is None else "rows, networks and training sets"
        note = f"for new {new}; these rows alone {scale.bounds(here, True).strip()}"
    return KeyNumber(
        f"{scale.name} against the defaults",
        scale.head(found, difference=True),
        scale.bounds(found, difference=True).strip(),
        note,
    )


def _speed(run: Run, winner: str) -> Iterator[KeyNumber]:
    aim = convergence.target(run)
    if aim is None:
        return
    row = convergence.speed(run, aim).set_index("config").loc[winner]
    found, reached, n = row["restricted"], int(row["reached"]), int(row["n"])
    bounds = f"[{text.cost(found.low)}, {text.cost(found.high)}]" if found.known else ""
    yield KeyNumber(
        "epochs to the target" + ", misses at the horizon" * (0 < reached < n),
        text.time(found, reached),
        bounds,
        f"{reached} of {n} networks reached it" + f"; {found.why or found.kind}" * bool(reached),
    )
