"""The tables of `search.py`, from the results that it has kept."""

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np

from dnn.bench.report import MarkdownTable
from tests.benchmarks.decide_report import ratio

Result = dict[str, Any]
TITLES = {
    "tpe": "TPE, same trainer",
    "sklearn": "TPE with scikit-learn",
    "random": "random, same trainer",
}


def tables(folder: Path, counts: Sequence[int]) -> list[MarkdownTable]:
    """All of them, of the tables and seeds that our side has and the other."""
    found = {side: kept(folder, side, counts) for side in ("ours", *TITLES)}
    others = [side for side in TITLES if found[side].keys() & found["ours"].keys()]
    made = [beside(found["ours"], found[side], side, counts) for side in others]
    return made + ([reached(found)] if "random" in others else [])


def kept(folder: Path, side: str, counts: Sequence[int]) -> dict[tuple[str, int], Result]:
    """The results of a side that has so many trials each, by table and seed."""
    each = [json.loads(path.read_text()) for path in sorted((folder / side).glob("*.json"))]
    wanted = {str(count) for count in counts}
    return {(one["table"], one["seed"]): one for one in each if wanted <= one["true_error"].keys()}


def best(one: Result, trials: int) -> float:
    """The least value of the first so many trials."""
    return float(np.nanmin(one["values"][:trials]))


def best_within(one: Result, seconds: float) -> float:
    """The least value that was known by then; that of the first to end, if none was."""
    values, ends = np.array(one["values"]), np.array(one["seconds"])
    in_time = values[(ends <= seconds) & ~np.isnan(values)]
    return float(in_time.min()) if len(in_time) else float(values[np.nanargmin(ends)])


def spent(one: Result, trials: int) -> float:
    """Seconds until all of the first so many trials had ended."""
    return float(max(one["seconds"][:trials]))


def time_to(one: Result, value: float) -> float:
    """Seconds until a value was as low; infinite where none was."""
    pairs = zip(one["seconds"], one["values"], strict=True)
    return min((ended for ended, found in pairs if found <= value), default=math.inf)


Known = dict[tuple[str, int], Result]


def beside(ours: Known, theirs: Known, side: str, counts: Sequence[int]) -> MarkdownTable:
    """Ours over theirs, at equal trials and at equal seconds."""
    shared = sorted(ours.keys() & theirs.keys())

    def over(value: Callable[[Result, Result], tuple[float, float]]) -> str:
        """The ratio's geometric mean over seeds, then over tables."""
        logs: dict[str, list[float]] = {}
        for key in shared:
            first, second = value(ours[key], theirs[key])
            logs.setdefault(key[0], []).append(math.log(first / second))
        return ratio(np.exp([mean(each) for each in logs.values()]), np.ones(len(logs)))

    rows = [
        [
            str(count),
            over(lambda a, b, n=count: (best(a, n), best(b, n))),
            over(lambda a, b, n=count: (best_within(a, spent(b, n)), best(b, n))),
            over(lambda a, b, n=count: (a["true_error"][str(n)], b["true_error"][str(n)])),
            over(lambda a, b, n=count: (spent(a, n), spent(b, n))),
        ]
        for count in counts
    ]
    note = (
        f"Ours over theirs, geometric mean over {len({name for name, _ in shared})} tables of the "
        f"mean over seeds ({len(shared)} searches each), 95 % over tables. Below one, ours is "
        "better. Loss: the least dev loss of the search; equal seconds: what ours had found when "
        "theirs had ended so many trials; true error: of the best of so many trials, networks on "
        "training sets of their own."
    )
    heads = ["trials", "loss, equal trials", "loss, equal seconds", "true error", "seconds"]
    return MarkdownTable(f"Beside {TITLES[side]}", note, heads, rows)


def reached(found: dict[str, Known]) -> MarkdownTable:
    """Seconds until a search is as good as the whole random search."""
    sides = [side for side in ("ours", *TITLES) if found[side]]
    shared = sorted(set.intersection(*(set(found[side]) for side in sides)))
    aims = {key: best(found["random"][key], len(found["random"][key]["values"])) for key in shared}
    times = {side: [time_to(found[side][key], aims[key]) for key in shared] for side in sides}
    rows = []
    for side in sides:
        both = [
            (theirs, ours)
            for theirs, ours in zip(times[side], times["ours"], strict=True)
            if math.isfinite(theirs) and math.isfinite(ours)
        ]
        faster = f"{math.exp(mean(math.log(a / b) for a, b in both)):.1f}" if both else "—"
        hits = sum(map(math.isfinite, times[side]))
        middle = median(times[side])
        said = f"{middle:.1f}" if math.isfinite(middle) else "never"
        name = TITLES.get(side, "ours")
        rows.append([name, f"{hits} of {len(shared)}", said, faster])
    note = (
        "Until the least dev loss of the whole random search is reached: how many searches do, the "
        "median of the processor's seconds, and theirs over ours where both do (geometric mean)."
    )
    heads = ["search", "reach it", "seconds", "theirs / ours"]
    return MarkdownTable("Time to the best of a random search", note, heads, rows)
