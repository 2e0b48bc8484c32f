"""Measurements → tables that can be read: aligned Markdown, for a terminal and a file alike.

Every table has the targets beside the figures they are targets of, met or not.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from dnn.bench.measure import COLD_EPOCHS, COLD_POPULATION, Measurement
from dnn.bench.works import FEATURES, WORKS

ADAM_SHARE, DESCENT_SHARE = 0.65, 0.8
MISSING = "—"


class MarkdownTable(NamedTuple):
    """Title, what its figures are, head and rows of text."""

    title: str
    note: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """First column to the left, the others to the right."""
        lines = [self.head, *self.rows]
        widths = [max(len(line[k]) for line in lines) for k in range(len(self.head))]
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]

        def row(cells: Sequence[str]) -> str:
            first, *others = zip(cells, widths, strict=True)
            padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
            return f"| {' | '.join(padded)} |"

        body = "\n".join(row(line) for line in (self.head, rule, *self.rows))
        return f"## {self.title}\n\n{self.note}\n\n{body}\n"


def verdict(value: float, sign: str, target: float) -> str:
    """`1.72 ≥ 1.5 ✓` or `0.72 < 1.5 ✗`; sign is ≥ or ≤, whichever the target asks for."""
    is_met = value >= target if sign == "≥" else value <= target
    fails = {"≥": "<", "≤": ">"}[sign]
    return f"{value:.2f} {sign if is_met else fails} {target:g} {'✓' if is_met else '✗'}"


Race = Mapping[str, Measurement]


def _races(measurements: Sequence[Measurement]) -> list[tuple[str, int, Race]]:
    """(work, population, engine → measurement), in the order they were measured."""
    races: dict[tuple[str, int], dict[str, Measurement]] = {}
    for m in measurements:
        races.setdefault((m.job.work, m.job.population), {})[m.job.engine] = m
    return [(*key, race) for key, race in races.items()]


def _engines(races: Sequence[tuple[str, int, Race]]) -> list[str]:
    return list(dict.fromkeys(engine for *_, race in races for engine in race))


def _best(race: Race) -> str | None:
    """The fastest peer, or None where there is no peer."""
    peers = [engine for engine in race if engine != "ours"]
    return max(peers, key=lambda engine: race[engine].rate, default=None)


def _against_best(race: Race) -> float:
    best = _best(race)
    return race["ours"].rate / race[best].rate if best else float("nan")


def _rate(race: Race, engine: str) -> str:
    """A rate, and for a peer how many times ours is as fast."""
    rate = f"{race[engine].rate:,.0f}"
    return rate if engine == "ours" else f"{rate} ({race['ours'].rate / race[engine].rate:.2f}×)"


def _warm_target(work: str, population: int, race: Race) -> str:
    if population == 1 and "torch" in race:
        ratio = race["ours"].rate / race["torch"].rate
        return f"torch: {verdict(ratio, '≥', WORKS[work].against_torch_alone)}"
    if population == 16 and _best(race):
        return f"best: {verdict(_against_best(race), '≥', WORKS[work].against_best)}"
    return MISSING


def warm(measurements: Sequence[Measurement]) -> list[MarkdownTable]:
    """Rates with their targets; then what the first epoch and the memory cost."""
    races = _races(measurements)
    engines = _engines(races)
    first = ["work", "population"]
    rates = [
        [
            *(work, str(population)),
            *(_rate(race, engine) for engine in engines),
            _best(race) or MISSING,
            f"{_against_best(race):.2f}×" if _best(race) else MISSING,
            _warm_target(work, population, race),
        ]
        for work, population, race in races
    ]
    note = (
        "Networks · steps per second on one core, medians; in brackets how many times ours is as "
        "fast as that peer."
    )
    titles = [*first, *engines, "best peer", "ours / best", "target"]
    return [
        MarkdownTable("Warm", note, titles, rates),
        _plain(
            "First epoch",
            "Seconds from the request to the end of the first epoch, compilation included.",
            races,
            lambda m: f"{m.first_seconds:.3f}",
        ),
        _plain(
            "Memory",
            "Growth of the peak (MiB) since libraries and data were loaded.",
            races,
            lambda m: f"{m.memory_bytes / 2**20:.1f}",
        ),
        _plain(
            "Matrix products",
            "GFLOP/s of the products that training needs, all other work's time included.",
            races,
            lambda m: f"{m.flop_rate / 1e9:.1f}",
        ),
    ]


def _plain(
    title: str,
    note: str,
    races: Sequence[tuple[str, int, Race]],
    show: Callable[[Measurement], str],
) -> MarkdownTable:
    engines = _engines(races)
    rows = [
        [work, str(population), *(show(race[engine]) for engine in engines)]
        for work, population, race in races
    ]
    return MarkdownTable(title, note, ["work", "population", *engines], rows)


def flops(measurements: Sequence[Measurement]) -> list[MarkdownTable]:
    """Our share of what the machine gives to matrix products."""
    *ours, products, square = measurements
    targets = {"adam": ADAM_SHARE, "gradient_descent": DESCENT_SHARE}
    rows = [
        [
            f"ours, {m.job.optimizer}",
            f"{m.flop_rate / 1e9:.1f}",
            verdict(m.flop_rate / products.flop_rate, "≥", targets[m.job.optimizer]),
            verdict(m.flop_rate / square.flop_rate, "≥", targets[m.job.optimizer]),
        ]
        for m in ours
    ]
    for name, m in (("its own products alone", products), ("a square product", square)):
        rows.append([name, f"{m.flop_rate / 1e9:.1f}", MISSING, MISSING])
    note = (
        f"`{products.job.work}`, population {products.job.population}, one core. The first layer's "
        "input gradient, which nobody computes, is not counted."
    )
    titles = ["", "GFLOP/s", "share of its own products", "share of the square"]
    return [MarkdownTable("FLOP/s", note, titles, rows)]


def costs(measurements: Sequence[Measurement]) -> list[MarkdownTable]:
    """Our engine with a feature: how many times as long."""
    races: dict[tuple[str, int], dict[str, Measurement]] = {}
    for m in measurements:
        races.setdefault((m.job.work, m.job.population), {})[m.job.feature] = m
    extras = [feature for feature in FEATURES if feature != "plain"]
    rows = [
        [
            *(work, str(population)),
            *(
                verdict(
                    race["plain"].rate / race[extra].rate, "≤", FEATURES[extra].target(population)
                )
                for extra in extras
            ),
        ]
        for (work, population), race in races.items()
    ]
    note = "How many times as long our engine trains with each, against without."
    return [MarkdownTable("Costs", note, ["work", "population", *extras], rows)]


def load(measurements: Sequence[Measurement]) -> list[MarkdownTable]:
    """All cores at once."""
    ((work, population, race),) = _races(measurements)
    rows = [
        [engine, f"{m.rate:,.0f}", f"{race['ours'].rate / m.rate:.2f}×"]
        for engine, m in race.items()
    ]
    note = (
        f"{population} networks of `{work}` over {measurements[0].cores} cores, one process a "
        "core: networks · steps per second in all."
    )
    return [MarkdownTable("All cores", note, ["engine", "rate", "ours / it"], rows)]


def cold(measurements: Sequence[Measurement]) -> list[MarkdownTable]:
    """Whole wall time, with compilation."""
    races = _races(measurements)
    engines = _engines(races)
    rows = []
    for work, _, race in races:
        rows.append(
            [
                work,
                *(f"{race[engine].median_seconds:.2f}" for engine in engines),
                _best(race) or MISSING,
                verdict(_against_best(race), "≥", 1) if _best(race) else MISSING,
                str(len(race["ours"].seconds)),
            ]
        )
    note = (
        f"Seconds for {COLD_POPULATION} networks × {COLD_EPOCHS} epochs in a fresh process that "
        "has imported its libraries and compiled nothing for this shape."
    )
    return [
        MarkdownTable("Cold", note, ["work", *engines, "best peer", "ours / best", "rounds"], rows)
    ]


REPORTS: Mapping[str, Callable[[Sequence[Measurement]], list[MarkdownTable]]] = {
    "warm": warm,
    "flops": flops,
    "costs": costs,
    "load": load,
    "cold": cold,
}
