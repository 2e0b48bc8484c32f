"""Bias or variance: the ledger, the verdicts, what would decide them, and what cures what."""

import math
from collections.abc import Iterator

import pandas as pd

from reports import labels, summary, text, units
from reports.figures import gaps as figures
from reports.figures.figure import Figure
from reports.frames import Run
from reports.sections.along import along
from reports.sections.blocks import (
    Block,
    Cell,
    Column,
    Pairs,
    Paragraphs,
    Plot,
    Row,
    Section,
    Table,
    section,
)
from reports.sections.links import link
from reports.sections.predicted_along import predicted_along
from reports.stats.bias_variance import gaps, remedies
from reports.stats.bias_variance import ledger as stats
from reports.stats.bias_variance.gaps import BIAS, VARIANCE, Gap
from reports.stats.bias_variance.ledger import Ledger
from reports.stats.settings import measures
from reports.stats.settings.rows import DIVERGED

ONE_SET = "All for this training set: no interval here covers drawing another one."
OF_GAPS = ("estimate", "low", "high", "margin", "seed_error", "row_error")
SETS = (
    "Train errors are of each network's own training rows, dev errors of rows left out of its "
    "training; intervals are for new rows, networks and training sets."
)


def ledger(run: Run) -> Section | None:
    """The ledger of every confirmed network setting, and the verdicts on it."""
    if run.winner is None:
        return None
    return section("ledger", "Bias or variance", _blocks(run))


def _blocks(run: Run) -> Iterator[Block]:
    found = stats.ledgers(run)
    first = found[0]
    if all(one.gaps[0].interval.why == DIVERGED for one in found):
        words = "Every confirmation network diverged: there is no error to take apart."
        yield Paragraphs((words,))
        return
    yield Paragraphs((_lead(run, first),))
    yield _table(run, found)
    table = summary.table(run)
    if math.isfinite(float(table["dev_error"].iloc[0])) and not summary.all_lost(table.iloc[0]):
        networks = table[(table["kind"] == "network") & (table["diverged"] < table["n"])]
        yield Plot(_figure(run, found, networks))
        yield Paragraphs((_rule(run, first),), "quiet")
    yield from along(run)
    yield from predicted_along(run)
    cures = _cures(run)
    if cures.rows:
        yield cures
    lost = first.gaps[0].interval.why == DIVERGED
    notes = [] if lost else [("The reference error", _reference(run, first))]
    notes += [("To decide", first.decide)] * bool(first.decide)
    notes.append(("In loss", _loss(run)))
    notes.append(("Remedies", _remedies(run, first)))
    yield Pairs("About the winner's verdict", tuple(notes))


def _figure(run: Run, found: tuple[Ledger, ...], networks: pd.DataFrame) -> Figure:
    scale, frame = units.unit(run, "dev_error"), stats.frame(found)
    frame = frame[frame["config"].isin(networks["config"])]
    return figures.gaps(
        scale.drawn_frame(frame, OF_GAPS),
        scale.drawn_frame(networks, ("dev_error", "gap")),
        not run.regression,
        scale.own * found[0].reference,
        labels.in_lines(run),
    )


def _remedies(run: Run, one: Ledger) -> str:
    if one.gaps[0].interval.why == DIVERGED:
        return "First a setting that trains."
    if one.verdict == gaps.UNDECIDED:
        return "Settle the question first: what cures bias can make variance worse."
    if one.verdict == gaps.SMALL:
        return "Nothing to mend within the margin: spend on data or stop here."
    return " ".join(remedies.remedies(run, one.config, one.verdict))


def _lead(run: Run, one: Ledger) -> str:
    """The verdict, and the winner's errors that it is on."""
    scale = units.unit(run, "dev_error")
    where = "" if measures.measure(run).is_error else f", in plain {scale.name.split()[-1]}"
    if one.gaps[0].interval.why == DIVERGED:
        return f"What limits the winner{where}: {one.verdict}. All its networks diverged."
    bias, variance = one.gap(BIAS).interval, one.gap(VARIANCE).interval
    train = one.reference + bias.estimate
    given = f" (the reference error is {scale.value(one.reference)})" * (not one.assumed)
    return (
        f"What limits the winner{where}: {one.verdict}. Its {'RMSE' if run.regression else 'error'}"
        f" is {scale.value(train)} on the rows it was trained on{given}, and {scale.size(variance)}"
        f" {'more' if variance.estimate >= 0 else 'less'} on rows it was not trained on."
    )


def _rule(run: Run, one: Ledger) -> str:
    """What each gap is, and from what size on one of them is the verdict."""
    scale = units.unit(run, "dev_error")
    margin = scale.difference(one.gaps[0].margin).lstrip("+")
    is_known = run.provenance["data"].get("reference") == one.reference
    giver = "made-up data have it" if is_known else "the study gives it"
    bias = (
        "Bias and noise: the train error; only a reference error, which the study does not give "
        "(reference), would tell them apart"
        if one.assumed
        else f"Avoidable bias: train error {text.MINUS} reference error (as {giver})"
    )
    overfit = (
        f"dev overfit: test error {text.MINUS} dev error"
        if run.has_test
        else "dev overfit, what dev owes to choices, cannot be said without test rows"
    )
    return (
        f"{bias}; variance: dev error {text.MINUS} train error; {overfit}. A gap counts from a "
        f"margin of {margin} on. It is the verdict where its whole interval lies above the margin "
        "and it is larger than the other with a probability of .95."
    )


def _table(run: Run, found: tuple[Ledger, ...]) -> Table:
    scale = units.unit(run, "dev_error")
    rows = []
    for one in found:
        cells = [link(run, one.config), Cell(one.verdict)]
        cells += [_cell(scale, gap) for gap in one.gaps]
        rows.append(Row(tuple(cells), tone="winner" if one.config == run.winner else ""))
    heads = [text.capital(stats.gap_name(found[0], gap)) for gap in found[0].gaps]
    columns = (Column("Setting"), Column("Verdict"), *(Column(head, True) for head in heads))
    note = (
        "P is the probability that the gap is above the margin of its own setting. "
        f"{ONE_SET if run.folds is None else SETS}"
    )
    return Table(
        "ledger-table", "What the error is made of, gap by gap", columns, tuple(rows), note=note
    )


def _cell(scale: units.Unit, gap: Gap) -> Cell:
    if gap.interval.why == DIVERGED:
        return Cell(text.DASH, DIVERGED)
    bounds = scale.bounds(gap.interval, difference=True).strip()
    lost = "one replicate" if gap.interval.known else gap.interval.why
    p = f"P {text.probability(gap.p)}" if math.isfinite(gap.p) else lost
    return Cell(scale.head(gap.interval, difference=True), " ".join(filter(None, (bounds, p))))


def _reference(run: Run, one: Ledger) -> str:
    """What the verdict would be with another reference error."""
    scale = units.unit(run, "dev_error")
    value = scale.value(one.flip)
    if not one.assumed:
        if not math.isfinite(one.flip):
            return "No reference error up to the train error changes this verdict."
        return f"With one from {value} on, the verdict would be {one.flips_to}."
    if not math.isfinite(one.flip):
        return f"With any up to the train error the verdict would be {one.given}."
    return (
        f"If a perfect model erred less than {value}, the verdict would be {one.given}; from there "
        f"on {one.flips_to}."
    )


def _loss(run: Run) -> str:
    one, scale = stats.loss_ledgers(run)[0], units.unit(run, "dev_loss")
    if one.gaps[0].interval.why == DIVERGED:
        return text.capital(f"{DIVERGED}.")
    sizes = "; ".join(
        f"{stats.gap_name(one, gap)} {scale.interval(gap.interval, difference=True)}"
        for gap in one.gaps
    )
    is_known = not stats.reference_of(run)[1]
    alone = ", for the reference is of the error alone" * (
        is_known and one.verdict == gaps.CONDITIONAL
    )
    return f"{one.verdict}{alone} ({sizes})."


def _cures(run: Run) -> Table:
    scale, frame = units.unit(run, "dev_error"), stats.cures(run)
    base = str(frame["base"].iloc[0]) if len(frame) else ""
    rows = tuple(
        Row(
            (
                link(run, str(row.config)),
                Cell(
                    scale.head(row.variance, difference=True),
                    scale.bounds(row.variance, difference=True).strip(),
                ),
                Cell(
                    scale.head(row.bias, difference=True),
                    scale.bounds(row.bias, difference=True).strip(),
                ),
                Cell(_cure_words(row)),
            )
        )
        for row in frame.itertuples()
    )
    columns = (
        Column("Setting"),
        Column("Change in variance", True),
        Column("Change in bias", True),
        Column("Reading"),
    )
    note = "t on paired differences over replicates: same seeds, same rows, these rows only."
    if run.folds is not None:
        note = "t on paired differences over networks: same folds and seeds, these rows only."
    return Table(
        "cures-table",
        f"What each setting does to the gaps of {_of(run, base)}",
        columns,
        rows,
        note=note,
    )


def _of(run: Run, config: str) -> str:
    return "the defaults" if config == "defaults" else labels.named(run)(config)


def _cure_words(row: object) -> str:
    words = []
    for name in ("variance", "bias"):
        found = getattr(row, name)
        if found.excludes_zero:
            words.append(f"{'less' if found.high < 0 else 'more'} {name}")
    return text.listing(words) or "not decided"
