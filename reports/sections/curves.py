"""How the confirmed configurations trained."""

from collections.abc import Sequence

import numpy as np

from reports import labels, text, units
from reports.figures import curves as figures
from reports.figures import style
from reports.frames import Run
from reports.sections.blocks import Block, Paragraphs, Plot, Section, section
from reports.stats.speed import confirmed_curves, convergence


def curves(run: Run) -> Section | None:
    """Train and dev curves, error and loss, of the first few confirmed settings."""
    if run.winner is None:
        return None
    trained = [config for config in run.configs if _has_trained(run, config)]
    shown = _shown(run, trained)
    if not shown:
        words = "Every network diverged before its first evaluation in training."
        return section("curves", "Learning curves", [Paragraphs((words,))])
    aim = convergence.target(run)
    blocks: list[Block] = []
    for kind in ("error", "loss"):
        frame = confirmed_curves.bands(run, shown, kind)
        if not np.isfinite(frame["median"]).any():
            blocks.append(Paragraphs((f"No {kind} was finite at any evaluation.",)))
            continue
        scale = units.unit(run, f"dev_{kind}")
        frame = scale.drawn_frame(frame, ("median", "low", "high"))
        is_aim = aim is not None and aim.metric == f"dev_{kind}"
        target = scale.own * aim.value if aim is not None and is_aim else None
        percent = kind == "error" and not run.regression
        blocks.append(Plot(figures.curves(frame, kind, percent, target, labels.named(run))))
    if len(shown) < len(trained):
        words = f"Shown: {_listed(run, shown)}, of {len(run.configs)} confirmed."
        blocks.append(Paragraphs((words,), "quiet"))
    lost = [config for config in run.configs if config not in trained]
    if lost:
        whose = f"{_listed(run, lost)}: every network diverged before its first evaluation"
        blocks.append(Paragraphs((f"Nothing to show of {whose} in training.",), "quiet"))
    return section("curves", "Learning curves", blocks)


def _listed(run: Run, configs: Sequence[str]) -> str:
    return text.listing([labels.named(run)(one) for one in configs])


def _has_trained(run: Run, config: str) -> bool:
    """Whether any network of it was evaluated after an epoch of training."""
    scores = (confirmed_curves.matrix(run, config, f"dev_{kind}") for kind in ("error", "loss"))
    return any(bool(np.isfinite(each[:, 1:]).any()) for each in scores)


def _shown(run: Run, trained: list[str]) -> tuple[str, ...]:
    """The winner, the first runners-up, and the defaults whatever their rank."""
    few = trained[: style.SHOWN]
    if run.default in trained and run.default not in few:
        few[-1] = run.default
    return tuple(few)
