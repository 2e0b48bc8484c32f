"""What matters and what does not: descriptive, from the search."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reports import text
from reports.figures import sensitivity as figures
from reports.frames import Run
from reports.sections.blocks import Block, Plot, Section, Text, section
from reports.stats import tuning

PANELS = 12


def sensitivity(run: Run) -> Section:
    """Importance, and every trial against every searched parameter."""
    return section("sensitivity", "What matters", _blocks(run))


def _blocks(run: Run) -> Iterator[Block]:
    sampler = run.provenance["search"]["sampler"]
    yield Text(
        (
            "Descriptive: these are search trials, which the sampler "
            f"({sampler}) placed where it expected good values. A choice with few trials may be "
            "unlucky rather than bad.",
        )
    )
    if len(run.importance):
        yield Plot(figures.importance(run.importance))
    else:
        yield Text(("Importance was not computed: too few completed trials.",), "quiet")
    known = np.isfinite(run.trials["value"].to_numpy(float))
    names = [
        name for name in run.parameters if run.trials.loc[known, f"param.{name}"].notna().any()
    ]
    names = _by_importance(run, names)
    if not names:
        yield Text(("No trial has a value to show.",), "quiet")
        return
    shown = [(name, _continuous(run, name), tuning.is_log(run, name)) for name in names[:PANELS]]
    label = "RMSE" if run.regression and run.metric == "dev_error" else run.metric.replace("_", " ")
    yield Plot(figures.scatter(run.trials, shown, label, tuning.best_trial(run)))
    hidden = int((~known).sum())
    notes = []
    if hidden:
        notes.append(f"{text.count(hidden, 'trial')} without a value "
                     f"{'is' if hidden == 1 else 'are'} not shown.")  # fmt: skip
    if len(names) > PANELS:
        notes.append(f"The {PANELS} most important of {len(names)} parameters are shown.")
    if notes:
        yield Text((" ".join(notes),), "quiet")


def _continuous(run: Run, name: str) -> bool:
    """Numbers that were chosen from a list are shown as choices."""
    return tuning.numeric(run, name) and tuning.space_of(run, name).get("kind") != "choice"


def _by_importance(run: Run, names: list[str]) -> list[str]:
    if not len(run.importance):
        return names
    first = run.importance[run.importance["evaluator"] == run.importance["evaluator"].iloc[0]]
    weight = dict(zip(first["parameter"], first["value"], strict=True))
    return sorted(names, key=lambda name: -weight.get(name, -1.0))
