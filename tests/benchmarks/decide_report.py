"""The tables of `decide.py`, from the results that it has kept."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np

from dnn.bench.report import MarkdownTable
from reports.stats.sampling import intervals
from tests.benchmarks.known_tables import FRESH, KNOWN_TABLES, least

Result = dict[str, Any]
# By table, those of its draws.
Results = Mapping[str, list[Result]]
OURS = ("earlier", "split", "default", "proposed")
TITLES = {
    "earlier": "earlier version",
    "split": "one split",
    "default": "default",
    "proposed": "`sweeps new`",
    "hand": "by hand",
}
BETTER, SAME, OPEN = "better", "the same", "not decided"
ALL = "all"


def tables(folder: Path, designs: Sequence[str]) -> list[MarkdownTable]:
    """All of them, of the draws that each of these designs has that is there at all."""
    found = {design: kept(folder, design) for design in TITLES if design in designs}
    found = {design: each for design, each in found.items() if each}
    if not found:
        return []
    shared = set.intersection(*(set(each) for each in found.values()))
    order = [(name, draw) for name in KNOWN_TABLES for draw in sorted(_draws(shared, name))]
    by_design = {
        design: {name: [each[one] for one in order if one[0] == name] for name in dict(order)}
        for design, each in found.items()
    }
    asked = {design: each for design, each in by_design.items() if design in OURS}
    return [
        answers(asked),
        advised(by_design),
        regrets(asked, kept(folder, "references")),
        seconds(by_design),
    ]


def kept(folder: Path, design: str) -> dict[tuple[str, int], Result]:
    """The results of a design, by table and draw."""
    each = [json.loads(path.read_text()) for path in sorted((folder / design).glob("*.json"))]
    return {(one["table"], one["draw"]): one for one in each}


def _draws(shared: set[tuple[str, int]], table: str) -> list[int]:
    return [draw for name, draw in shared if name == table]


def is_false(answer: Mapping[str, Any], margin: float) -> bool:
    """Whether the truth is another: beyond the margin on the other side, or not within it."""
    if answer["answer"] == SAME:
        return bool(abs(answer["truth"]) > answer["margin"])
    sign = 1 if answer["answer"] == BETTER else -1
    return bool(answer["answer"] != OPEN and sign * answer["truth"] > margin)


def answers(found: Mapping[str, Results]) -> MarkdownTable:
    """How many questions are answered, and how many of these answers are false."""

    def cells(each: list[Result]) -> list[str]:
        asked = [answer for one in each for answer in one["answers"]]
        said = [answer for answer in asked if answer["answer"] != OPEN]
        false = sum(is_false(answer, answer["margin"]) for answer in asked)
        wrong = sum(is_false(answer, 0.0) for answer in asked)
        return [f"{len(said)} of {len(asked)}", f"{false}", f"{wrong}"]

    heads = [f"{TITLES[design]}: {what}" for design in found for what in COUNTED]
    note = (
        "The winner against the defaults (unless it is them) and against the best baseline: "
        "better, worse and the same are answers. False: the truth lies beyond the margin on the "
        "other side, or, of the same, beyond it; wrong side: whatever the margin."
    )
    return MarkdownTable("Answers", note, ["table", *heads], list(_rows(found, cells)))


COUNTED = ("answered", "false", "wrong side")


def _rows(
    found: Mapping[str, Results], cells: Callable[[list[Result]], list[str]]
) -> Iterator[list[str]]:
    """A row a table, and one of all."""
    names = list(next(iter(found.values())))
    for name in names:
        yield [name, *(cell for each in found.values() for cell in cells(each[name]))]
    whole = [[one for name in names for one in each[name]] for each in found.values()]
    yield [ALL, *(cell for each in whole for cell in cells(each))]


def advised(found: Mapping[str, Results]) -> MarkdownTable:
    """True errors of what is advised."""

    def error(each: list[Result]) -> float:
        return mean(one["recommended"]["error"] for one in each)

    heads = ["table", "draws", "least", *(TITLES[design] for design in found)]
    rows, above = [], []
    for name, each in next(iter(found.values())).items():
        lowest, errors = _least(name), [error(of[name]) for of in found.values()]
        rows.append([name, str(len(each)), *(f"{value:.3f}" for value in (lowest, *errors))])
        above.append([value / lowest - 1 for value in errors])
    rows.append(
        ["above the least, mean", "", "", *(f"{mean(of):.1%}" for of in zip(*above, strict=True))]
    )
    note = (
        "True error (share of rows; RMSE in the target's units), mean over the draws, of the "
        "saved networks, or of the baseline that is advised instead, fitted on all rows; least: of "
        f"one who knows the rule. {_compared(found, error)}"
    )
    return MarkdownTable("What is advised", note, heads, rows)


def _least(name: str) -> float:
    table = KNOWN_TABLES[name]
    return least(table, table.draw(FRESH, 100_000).expected)


def _compared(found: Mapping[str, Results], value: Callable[[list[Result]], float]) -> str:
    """Each of our designs over the other ones: the geometric mean over tables."""
    pairs = [*product(OURS[2:], ("earlier", "split", "hand")), *product(OURS[:2], ("hand",))]
    said = []
    for ours, other in pairs:
        if not {ours, other} <= set(found):
            continue
        over, under = (np.array([value(e) for e in found[d].values()]) for d in (ours, other))
        said.append(
            f"{TITLES[ours]} over {TITLES[other]}: {ratio(over, under)}, not above it on "
            f"{int((over <= under).sum())} of {len(over)}."
        )
    return " ".join(said)


def ratio(over: np.ndarray, under: np.ndarray) -> str:
    """`0.95 [0.92, 0.98]`: the geometric mean, and its interval over tables if there are two."""
    logs = np.log(over / under)
    if len(logs) < 2:
        return f"{np.exp(logs.mean()):.2f}"
    apart = intervals.t_mean(logs)
    return f"{np.exp(apart.estimate):.2f} [{np.exp(apart.low):.2f}, {np.exp(apart.high):.2f}]"


def regrets(
    found: Mapping[str, Results], references: Mapping[tuple[str, int], Result]
) -> MarkdownTable:
    """True losses of the settings that were chosen, beside the least of all that are known."""
    lowest = {
        name: min(one["setting"]["loss"] for each in found.values() for one in each[name])
        for name in next(iter(found.values()))
    }
    for (name, _), one in references.items():
        if name in lowest:
            lowest[name] = min(lowest[name], *(each["loss"] for each in one["settings"]))

    def cost(each: list[Result]) -> float:
        return mean(one["setting"]["loss"] / lowest[one["table"]] - 1 for one in each)

    whole = {
        design: cost([one for each in results.values() for one in each])
        for design, results in found.items()
    }
    beside = [
        f" {TITLES[design]} over {TITLES[other]}: {value / whole[other]:.2f}."
        for design, value in whole.items()
        for other in OURS[:2]
        if design not in OURS[:2] and whole.get(other)
    ]
    note = (
        "By how much the chosen setting's true loss, the mean of fresh networks on fresh training "
        "sets, is above that of the best setting that is known: of all that were chosen, and some "
        "random ones." + "".join(beside)
    )
    heads = ["table", *(TITLES[design] for design in found)]
    return MarkdownTable(
        "What the choice costs", note, heads, list(_rows(found, lambda each: [f"{cost(each):.1%}"]))
    )


def seconds(found: Mapping[str, Results]) -> MarkdownTable:
    """The processor's."""

    def spent(each: list[Result]) -> float:
        return median(one["cpu"] for one in each)

    names = list(next(iter(found.values())))
    rows = [[name, *(f"{spent(of[name]):.0f}" for of in found.values())] for name in names]
    rows += [[ALL, *(f"{sum(spent(of[name]) for name in names):.0f}" for of in found.values())]]
    note = (
        "Seconds of the processor (user and system, with all that a program starts), median of "
        f"the draws; ours with confirmation and report. {_compared(found, spent)}"
    )
    return MarkdownTable("Seconds", note, ["table", *map(TITLES.__getitem__, found)], rows)
