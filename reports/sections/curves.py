"""How the confirmed configurations trained."""

from __future__ import annotations

import numpy as np

from reports import labels, text
from reports.figures import curves as figures
from reports.frames import Run
from reports.sections.blocks import Block, Plot, Section, Text, section
from reports.stats import convergence


def curves(run: Run) -> Section | None:
    """Train and dev curves, error and loss, of the first few confirmed settings."""
    if run.winner is None:
        return None
    shown = _shown(run)
    aim = convergence.target(run)
    blocks: list[Block] = []
    for kind in ("error", "loss"):
        frame = figures.bands(run.curves, shown, kind)
        if not np.isfinite(frame["median"]).any():
            blocks.append(Text((f"No {kind} was finite at any evaluation.",)))
            continue
        target = aim.value if aim is not None and aim.metric == f"dev_{kind}" else None
        percent = kind == "error" and not run.regression
        blocks.append(Plot(figures.curves(frame, kind, percent, target, labels.named(run))))
    if len(shown) < len(run.configs):
        words = f"Shown: {text.listing(list(shown))}, of {len(run.configs)} confirmed."
        blocks.append(Text((words,), "quiet"))
    return section("curves", "Learning curves", blocks)


def _shown(run: Run) -> tuple[str, ...]:
    """The winner, the first runners-up, and the defaults whatever their rank."""
    few = list(run.configs[: figures.SHOWN])
    if run.default is not None and run.default not in few:
        few[-1] = run.default
    return tuple(few)
