"""What the error comes from: training rows, random starts, and what remains of it."""

from collections.abc import Iterator
from dataclasses import replace

from reports import labels, text, units
from reports.figures import loss_parts
from reports.frames import Run
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
from reports.stats.bias_variance import decomposition as stats
from reports.stats.bias_variance import ledger
from reports.stats.bias_variance.decomposition import (
    BRIER,
    ERROR,
    SQUARED,
    Decomposed,
    Decomposition,
)
from reports.stats.bias_variance.larger import larger
from reports.stats.sampling.intervals import Interval
from reports.stats.sampling.spread import Majority

TITLE = "Where the error comes from"


def decomposition(run: Run) -> Section | None:
    """The winner's loss and the defaults' in parts; None where the run was not resampled."""
    found = stats.decomposed(run)
    return section("decomposition", TITLE, _blocks(run, found)) if found else None


def _blocks(run: Run, found: tuple[Decomposed, ...]) -> Iterator[Block]:
    first = found[0]
    yield Paragraphs((" ".join(_lead(run, first)), _answer(run, first.each[0])))
    yield _table(run, found)
    yield Plot(loss_parts.parts(stats.frame(found), labels.in_lines(run)))
    notes = [("Measured on", _measured(run, found))]
    if first.majority is not None:
        notes.append(("What most networks say", _majority(run, first.majority)))
    yield Pairs("About the parts", tuple(notes))


def _lead(run: Run, one: Decomposed) -> Iterator[str]:
    """What is trained, and the error, in a sentence each."""
    whose = "the winner's" if one.config == run.winner else "the defaults'"
    for found in one.each:
        if found.name != BRIER:
            yield _sentence(run, whose, found)
    if not one.each[0].remains.known:
        yield f"No interval: {one.each[0].remains.why}."


def _sentence(run: Run, whose: str, one: Decomposition) -> str:
    scale = _alike(_unit(run, one), one)
    sets = _share(one, scale, one.sets, with_bounds=not one.is_bound)
    come = "come" if one.name == ERROR else "comes"
    squares = " in squared SDs" * (one.name == SQUARED)
    head = f"Of {whose} {one.name} on the test rows, {scale.value(one.total)}{squares}, "
    if one.starts is None:
        return (
            f"{head}at least {sets} {come} from which rows it was trained on and from the random "
            "start; more than one start a training set (confirm.seeds: 2) would part the two."
        )
    bound = "at least" if one.is_bound else "about"
    much = f"nothing sure ({sets})" if one.sets.estimate < 0 else f"{bound} {sets}"
    said = [
        f"{much} {come} from which rows it was trained on",
        f"{_share(one, scale, one.starts)} from the random start",
    ]
    if not one.is_bound:
        said.append(f"{_share(one, scale, one.remains)} remains: bias and noise")
    return f"{head}{text.listing(said)}."


def _alike(scale: units.Unit, one: Decomposition) -> units.Unit:
    """Parts of a loss to as many decimals as the whole, so that they are seen to add up."""
    if one.name == ERROR:
        return scale
    decimals = len(scale.value(one.total).partition(".")[2])
    return replace(scale, digits=lambda x, _: f"{x:.{decimals}f}")


def _share(one: Decomposition, scale: units.Unit, found: Interval, with_bounds: bool = True) -> str:
    """In points of an error: of 10 %, 2 % might be a fiftieth."""
    in_points = one.name == ERROR
    number = scale.head(found, in_points)
    return f"{number}{scale.bounds(found, in_points) * with_bounds}".replace("+", "")


def _answer(run: Run, one: Decomposition) -> str:
    """Which is larger, and what follows from it."""
    found, scale = larger(run, one), _unit(run, one)
    if found.answer == "variance":
        return (
            "Variance is the larger part, whatever part of the rest is noise. More rows, more "
            "regularization, or many networks together make it smaller."
        )
    if found.answer == "bias":
        return (
            f"Bias is the larger part: {_noise(scale.value(found.noise), found.best)}, and what "
            "remains above it is more than training rows and starts add. A larger network, longer "
            "training or better columns make it smaller; more rows of the same kind do not."
        )
    if found.answer == "little variance":
        return (
            "Variance is small, less than a tenth of it: more rows of the same kind, or "
            f"more networks together, would change little. What remains is {_remains(run)}."
        )
    if found.answer == "by noise":
        known = found.best and found.noise < one.remains.estimate
        bound = _noise(scale.value(found.noise), found.best) if known else ""
        return (
            f"Bias is the larger part if less than {scale.value(found.at)} of what remains is "
            f"noise, variance if more is.{f' {text.capital(bound)}.' * bool(bound)}"
        )
    if not one.lead.known:
        return f"Whether bias or variance is the larger part is not decided: {one.lead.why}."
    return (
        "Whether bias or variance is the larger part is not decided: more test rows or more "
        "repeats would tell."
    )


def _remains(run: Run) -> str:
    reference, is_assumed = ledger.reference_of(run)
    if is_assumed:
        return "bias or noise"
    value = units.unit(run, "dev_error").value(reference)
    return f"bias, and noise, of which the study's reference error, {value}, says how much"


def _noise(amount: str, best: str) -> str:
    if not best:
        return f"noise is {amount}, by the study's reference"
    return f"noise is at most {amount}, the loss of {best}, the best of all that was tried"


def _table(run: Run, found: tuple[Decomposed, ...]) -> Table:
    rows = tuple(
        Row(_cells(run, one), tone="winner" if one.config == run.winner else "")
        for setting in found
        for one in setting.each
    )
    columns = (
        Column("Setting"),
        Column("Of what"),
        Column("Total", True),
        Column("Training rows", True),
        Column("Random start", True),
        Column("Remains: bias and noise", True),
    )
    note = (
        f"Parts add up. Brackets: {text.LEVEL} intervals for new training sets of as many rows, "
        "new starts and new test rows. A part below zero is the estimate of one near zero."
    )
    note += " Squares are of SDs of the target." * run.regression
    caption = "The parts in numbers, on the test rows"
    return Table("decomposition-table", caption, columns, rows, note=note)


def _cells(run: Run, one: Decomposition) -> tuple[Cell, ...]:
    scale = _unit(run, one)
    bounds = ("at least", "at most") if one.is_bound else ("", "")
    starts = Cell("with the rows") if one.starts is None else _cell(scale, one.starts)
    return (
        link(run, one.config),
        Cell(text.capital(one.name)),
        Cell(scale.value(one.total)),
        _cell(scale, one.sets, bounds[0]),
        starts,
        _cell(scale, one.remains, bounds[1]),
    )


def _cell(scale: units.Unit, found: Interval, bound: str = "") -> Cell:
    """A number and its interval, or of what is a bound that word and the number."""
    if bound:
        return Cell(f"{bound} {scale.value(found.estimate)}")
    return Cell(scale.head(found), scale.bounds(found).strip())


def _unit(run: Run, one: Decomposition) -> units.Unit:
    if one.name == ERROR:
        return units.unit(run, "test_error")
    return units.Unit(one.name)


def _measured(run: Run, found: tuple[Decomposed, ...]) -> str:
    first = found[0]
    left = (
        f" {text.count(one.lost, 'network')} of {labels.named(run)(one.config)} are left out: all "
        "of each training set on which one diverged."
        for one in found
        if one.lost
    )
    return (
        f"All {text.count(first.networks, 'network')} of {text.count(first.sets, 'training set')}, "
        f"predicting the same test rows.{''.join(left)}"
    )


def _majority(run: Run, found: Majority) -> str:
    scale = units.unit(run, "test_error")
    shares = [scale.value(x) for x in (found.wrong, found.away, found.back, found.error)]
    return (
        f"On {shares[0]} of the test rows most networks are wrong. Single ones are wrong on "
        f"{shares[1]} more where most are right, and right on {shares[2]} where most "
        f"are wrong: {shares[3]} in all."
    )


def method(run: Run) -> Iterator[tuple[str, str]]:
    """What is said of the parts among the methods."""
    if not stats.decomposed(run):
        return
    named = (
        "Squared error: as bias² and variance."
        if run.regression
        else "Loss: that of p̄ ∝ exp(mean log p), and the divergence of networks from it (Heskes, "
        "1998). Brier score: as bias² and variance. "
        "Error: after Kohavi and Wolpert (1996). What most networks say: after Domingos (2000)."
    )
    yield (
        TITLE,
        "Test rows are used, since all networks predict them; a row out of fold is predicted by "
        "networks of as many training sets as there are repeats, too few to tell rows from starts. "
        f"{named} Each part is jackknifed over whole training sets, for few networks lie too "
        "close to their mean. The training sets share most of their rows, and so differ too "
        "little: the part of the training rows is multiplied by what that comes to for smooth "
        "functions of the rows (Shao and Wu, 1989), and what remains is less by as much."
        f"{' Errors are no such function, so theirs are bounds.' * (not run.regression)} "
        "Intervals: t over training sets and rows, crossed. In simulations with training sets "
        "redrawn they held the truth in some 93 to 97 cases of 100.",
    )
