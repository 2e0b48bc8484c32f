"""How soon each arm reaches the target, against the fastest of them."""

from reports import text
from reports.advice.answer import name
from reports.advice.in_words import axis_name
from reports.frames import Run
from reports.sections.blocks import Cell, Column, Row, Table
from reports.stats.answer import arms as stats
from reports.stats.answer.arms import Arm
from reports.stats.speed import convergence, pace
from reports.stats.speed.pace import Pace


def times_table(run: Run) -> Table | None:
    """The times to the target, on each axis; None where there is no target."""
    axes = {axis: found for axis in pace.axes(run) if (found := _by_config(run, axis))}
    if not axes:
        return None
    heads = ["Reached the target"]
    for axis in axes:
        heads += [f"{text.capital(convergence.AXES[axis])} to it", "Times as long as the fastest"]
    columns = (Column(_compared(run)), *(Column(head, True) for head in heads))
    order = list(next(iter(axes.values())))
    arm_of = {one.config: one.arm for one in stats.judged(run)}
    rows = tuple(_timed(run, arm_of[one], [found[one] for found in axes.values()]) for one in order)
    aim = convergence.target(run)
    caption, note = "Time to the target", ""
    if aim is not None:
        caption, note = (
            f"Time to a {aim.least(run)}",
            f"The target is {aim.source.removesuffix(' target')}. ",
        )
    note += (
        "Times: means, those that missed the target counting with the horizon that all had; "
        "ratios against the fastest by paired permutation, the fastest being chosen by these "
        "times. Reached it: the networks here, and the share of new ones (Wilson)."
    )
    return Table("arms-times", caption, columns, rows, note=note)


def _compared(run: Run) -> str:
    return text.capital(text.listing([axis_name(word) for word in stats.words(run)]))


def _timed(run: Run, arm: Arm, each: list[Pace]) -> Row:
    first = each[0]
    low, high = (f"{100 * end:.0f}" for end in (first.share.low, first.share.high))
    reached = Cell(f"{first.reached} of {first.n}", f"[{low}, {high}]{text.SPACE}%")
    cells = [Cell(text.capital(name(run, arm)), first.config), reached]
    for one in each:
        cells += [_time(one, first), _ratio(one)]
    return Row(tuple(cells), tone="winner" if first.ratio.why == pace.FASTEST else "")


def _time(one: Pace, first: Pace) -> Cell:
    """With how many reached it in time, where that is not what the row says already."""
    found = one.time
    ends = f"[{text.cost(found.low)}, {text.cost(found.high)}]" if found.known else ""
    reached = "" if one.reached == first.reached else f"{one.reached} of {one.n} in time"
    return Cell(text.time(found, one.reached), "; ".join(filter(None, [ends, reached])))


def _ratio(one: Pace) -> Cell:
    if one.ratio.why == pace.FASTEST:
        return Cell(pace.FASTEST)
    number, _, ends = text.ratio(one.ratio).partition(" [")
    return Cell(number, f"[{ends}" if ends else "")


def _by_config(run: Run, axis: str) -> dict[str, Pace]:
    aim = convergence.target(run)
    return {} if aim is None else {one.config: one for one in pace.paces(run, aim, axis)}
