"""What gets there fastest, and how often not at all."""

from collections.abc import Iterator

from reports import labels, summary, text, units
from reports.figures import speed as figures
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
from reports.stats.sampling.intervals import Interval
from reports.stats.speed import convergence, target_ladder
from reports.stats.speed.convergence import SpeedTarget, axes


def speed(run: Run) -> Section | None:
    """Time to the target on every cost axis; None without a confirmation."""
    aim = convergence.target(run)
    if aim is None:
        return None
    return section("speed", "Speed", _blocks(run, aim))


def _blocks(run: Run, aim: SpeedTarget) -> Iterator[Block]:
    yield Paragraphs((" ".join(_lead(run, aim)),))
    yield _epochs(run, aim)
    found = convergence.times(run, aim)
    scale, of_error = units.unit(run, aim.metric), units.unit(run, "dev_error")
    ladder = of_error.drawn_frame(target_ladder.speed_by_target(run), ("target",))
    yield Plot(
        figures.reach(
            convergence.survival(found),
            ladder,
            float(found.attrs["tau"]),
            f"{scale.name} of {scale.value(aim.value)} or less",
            not run.regression,
            run.default,
            labels.named(run),
        )
    )
    yield _costs(run, aim)


def _lead(run: Run, aim: SpeedTarget) -> Iterator[str]:
    """Who was first; the target, what counts as reaching it, and what it cannot tell here."""
    yield from _first(run, aim)
    all_of_them = "; the same for all" * (len(run.configs) > 1)
    yield (
        f"Target: {summary.target_in_words(run)}{all_of_them}. A network has reached it when two "
        "evaluations running are at or below it, and the first of the two counts."
    )
    early = convergence.met_untrained(run, aim)
    n = len(run.networks)
    if early:
        yield (
            f"{early if early < n else 'All'} of {n} networks met it before they were trained; "
            "they count from their first evaluation after that, and only a harder target would "
            "tell their speed."
        )
    if not convergence.times(run, aim)["reached"].any():
        yield "No speed can be told, only that it takes more."
    pruned = int(run.provenance["counts"]["pruned"])
    if pruned:
        yield (
            f"{text.count(pruned, 'pruned trial')} of the search {'is' if pruned == 1 else 'are'} "
            "left out: what is stopped for being slow cannot be timed."
        )


def _first(run: Run, aim: SpeedTarget) -> Iterator[str]:
    """What the figure shows: which setting got there first, and how the defaults did."""
    found = convergence.speed(run, aim)
    there = found[found["reached"] > 0]
    if not len(there):
        yield "No network reached the target."
        return
    each = {str(row.config): row for row in there.itertuples()}
    first = min(each, key=lambda name: each[name].restricted.estimate)
    time = each[first].restricted.estimate
    alike = sum(one.restricted.estimate == time for one in each.values())
    who = labels.named(run)(first) if alike == 1 else f"{alike} settings alike"
    said = f"Soonest at a {aim.least(run)}: {who}, after {text.cost(time)} epochs on average"
    if each[first].reached < each[first].n and alike == 1:
        said += f" ({each[first].reached} of {each[first].n} networks reached it)"
    if run.default in each and run.default != first:
        said += f"; the defaults after {text.cost(each[str(run.default)].restricted.estimate)}"
    yield f"{said}."


def _epochs(run: Run, aim: SpeedTarget) -> Table:
    compared = run.default is not None and len(run.configs) > 1
    rows = []
    for row in convergence.speed(run, aim).itertuples():
        ours, gain = row.restricted, row.speedup
        lost = f", {row.diverged} diverged" if row.diverged else ""
        ratio, _, ends = text.ratio(gain).partition(" [")
        cells = [
            link(run, str(row.config)),
            Cell(f"{row.reached} of {row.n}", f"{_percent(row.share)}{lost}"),
            Cell(text.time(ours, row.reached), _bounds(ours)),
        ]
        if compared:
            cells += [Cell(ratio, f"[{ends}" if ends else gain.why), _chance(row.faster)]
        rows.append(Row(tuple(cells)))
    heads = ["Reached it", "Mean epochs"]
    heads += ["Speed-up over the defaults", "Chance of being sooner"] if compared else []
    columns = (Column("Setting"), *(Column(head, True) for head in heads))
    note = (
        "Reached it: the networks here, and the share of new ones (Wilson). Mean epochs: those "
        "that missed it count with the horizon (t over replicates). Where all "
        "reached it, its interval is for networks that do: the share says how many may not."
    )
    if compared:
        note += (
            " Speed-up: ratio of these means, where both reached it at all; misses count as if "
            "they got there at the horizon. Its paired permutation interval has both means moved "
            "by half the spacing of the evaluations, the way that widens it. Chance of being "
            "sooner: that a network of this setting is sooner than one of the defaults; ties, such "
            "as two misses, count half (Mann-Whitney U, interval of Newcombe)."
        )
    return Table("speed-table", "Epochs to the target", columns, tuple(rows), note=note)


def _chance(found: Interval) -> Cell:
    if not found.known:
        return Cell(text.probability(found.estimate), found.why)
    low, high = text.probability(found.low), text.probability(found.high)
    return Cell(text.probability(found.estimate), f"[{low}, {high}]")


def _bounds(ours: Interval) -> str:
    return f"[{text.cost(ours.low)}, {text.cost(ours.high)}]" if ours.known else ours.why


def _percent(share: Interval) -> str:
    low, high = (f"{100 * end:.0f}" for end in (share.low, share.high))
    return f"[{low}, {high}]{text.SPACE}%"


def _costs(run: Run, aim: SpeedTarget) -> Table:
    """The means on the other cost axes, on which batch sizes are no longer equal."""
    known = axes(run)
    frames = {axis: convergence.reaching(run, aim, axis).set_index("config") for axis in known}
    rows = []
    for config in run.configs:
        cells, first = [link(run, config)], frames["epoch"].loc[config]
        for frame in frames.values():
            row = frame.loc[config]
            ours, said = row["restricted"], []
            if ours.known:
                said.append(_bounds(ours))
            if row["reached"] != first["reached"]:
                said.append(f"{row['reached']} of {row['n']} in time")
            cells.append(Cell(text.time(ours, row["reached"]), "; ".join(said)))
        rows.append(Row(tuple(cells)))
    columns = (Column("Setting"), *(Column(name.capitalize(), True) for name in known.values()))
    note = (
        "Mean cost to the target, with its interval as in epochs. Of each kind of cost the horizon "
        "is the least that any of these settings was trained for; where fewer reached it in time "
        "than in epochs, it is said. "
        "Seconds are left out: networks trained stacked share one clock."
    )
    return Table(
        "costs-table",
        "What the target costs, counted in other ways",
        columns,
        tuple(rows),
        csv="data/curves.csv",
        note=note,
    )
