"""Forests of errors with their intervals, and what became of the error a search chose by."""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import (
    MARKERS,
    MUTED,
    SERIES,
    SHOWN,
    beyond,
    names_at,
    percent_axis,
    short,
    tidy,
)
from reports.text import LEVEL, SPACE, count

ON_ONE_SPLIT = "new rows and new seeds, for this training set"


def forest(
    table: pd.DataFrame, percent: bool, labels: Mapping[str, str], covers: str = ON_ONE_SPLIT
) -> Figure:
    """Dev and test error of every confirmed configuration, from `summary.table`.

    labels: what a configuration is called, in a line or two. covers: what the bars do.
    """
    known = [split for split in ("dev", "test") if table[f"{split}_error"].notna().any()]
    end = max(_end(table, split) for split in known)
    panels = tuple(_forest(table, split, percent, labels, end) for split in known)
    n = int(table.loc[table["kind"] == "network", "n"].max())
    caption = (
        f"Error on rows that were not trained on. Bars: {LEVEL} intervals for {covers} (crossed "
        f"bootstrap over {count(n, 'network')} and the rows)"
        f"{'; for a baseline, for new rows at one model' * (covers == ON_ONE_SPLIT)}. Circles are "
        "networks, squares baselines."
    )
    if any((table[f"{split}_error"] > end).any() for split in known):
        caption += " With an arrow: beyond the scale, which is that of the others."
    columns = [
        "config",
        "kind",
        "n",
        *(f"{split}_error{end}" for split in ("dev", "test") for end in ("", "_low", "_high")),
    ]
    return Figure(
        "errors",
        "Error of the confirmed settings",
        caption,
        panels,
        table[columns],
        "data/confirm.csv",
    )


def _forest(
    table: pd.DataFrame, split: str, percent: bool, labels: Mapping[str, str], end: float
) -> Panel:
    """end: of the scale, which the splits share."""
    with canvas(height=70 + 34 * len(table)) as figure:
        axes = figure.subplots()
        for place, row in enumerate(table.itertuples()):
            network = row.kind == "network"
            middle, low, high = (
                getattr(row, f"{split}_error{end}") for end in ("", "_low", "_high")
            )
            if network and row.diverged == row.n:
                axes.text(0, place, " every network diverged", va="center", color=MUTED)
                continue
            colour = SERIES[0] if network else SERIES[1]
            if middle > end:
                said = f"{100 * middle:.1f}{SPACE}%" if percent else f"{middle:.3g}"
                said += " \N{RIGHTWARDS ARROW}"
                axes.text(end, place, said, ha="right", va="center", color=MUTED)
                continue
            axes.plot([low, high], [place, place], color=colour, linewidth=2)
            axes.plot(middle, place, "o" if network else "s", color=colour, markersize=6)
        names_at(axes.yaxis, range(len(table)), names_of(table["config"], labels))
        axes.set_ylim(len(table) - 0.4, -0.6)
        axes.set_xlim(0, end)
        tidy(axes, f"{split} error" if percent else f"{split} RMSE", grid="x")
        axes.tick_params(axis="y", length=0)
        if percent:
            percent_axis(axes, "x")
        axes.set_title(f"{split.capitalize()} split")
        known = table[(table["kind"] == "baseline") | (table["diverged"] < table["n"])]
        best = known.loc[known[f"{split}_error"].idxmin(), "config"] if len(known) else "none"
        description = f"{len(table)} configurations; the lowest {split} error is that of {best}."
        return panel(figure, f"errors-{split}", f"{split} error by configuration", description)


FAR = 4  # times the largest upper bound of a network, from which on a baseline is off the scale


def _end(table: pd.DataFrame, split: str) -> float:
    """Where the scale ends that shows the networks, and what is not far off them."""
    middle, high = table[f"{split}_error"], table[f"{split}_error_high"]
    of_networks = high[(table["kind"] == "network") & (table["diverged"] < table["n"])].max()
    far = (table["kind"] == "baseline") & (middle > FAR * of_networks)
    ends = high.fillna(middle)[~far]
    return 1.05 * float(ends.max()) if ends.notna().any() else 1.0


def names_of(configs: Iterable[str], labels: Mapping[str, str]) -> list[str]:
    """What a configuration is called; a baseline by its name."""
    return [labels.get(name, short(name)) for name in map(str, configs)]


def optimism(
    frame: pd.DataFrame, label: str, percent: bool, on_test: bool, named: Callable[[str], str]
) -> Figure:
    """Selection, fresh seeds on dev, test: columns config, selected, dev, test (plain numbers).

    named: the legend's words for a configuration.
    """
    every, frame = len(frame), frame.head(SHOWN)
    steps = ["selected", "dev", "test"][: 3 if on_test else 2]
    with canvas(height=220 + 16 * len(frame)) as figure:
        axes = figure.subplots()
        for number, row in enumerate(frame.itertuples(index=False)):
            values = [getattr(row, step) for step in steps]
            axes.plot(
                range(len(steps)),
                values,
                marker=MARKERS[number],
                color=SERIES[number],
                linewidth=1.6,
                markersize=6,
                label=named(str(row.config)),
            )
        names = ["at selection", "fresh seeds, dev", "test"][: len(steps)]
        names_at(axes.xaxis, range(len(steps)), names)
        axes.set_xlim(-0.25, len(steps) - 0.75)
        axes.margins(y=0.15)
        tidy(axes, "", label)
        if percent:
            percent_axis(axes, "y")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left")
        words = f"{len(frame)} configurations: {', '.join(names)}."
        found = panel(figure, "optimism", "The objective at selection and afterwards", words)
    caption = (
        "The winner's curse: a value that was selected for being good tends to get worse when the "
        "setting is trained with fresh seeds"
        f"{', and again on rows that no choice has seen' * on_test}. "
        f"Means over replicates.{beyond(every)}"
    )
    return Figure("optimism-figure", "From the search to new rows", caption, (found,), frame)
