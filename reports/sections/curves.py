"""How the confirmed configurations trained."""

from collections.abc import Sequence
from dataclasses import replace

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
    left = [config for config in trained if config not in shown]
    rest = f" Not shown: {_listed(run, left)}." * bool(left)
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
        drawn = figures.curves(frame, kind, percent, target, labels.named(run))
        message = _message(run, kind) if run.winner in shown else ""
        blocks.append(Plot(replace(drawn, message=message, caption=drawn.caption + rest)))
    lost = [config for config in run.configs if config not in trained]
    if lost:
        whose = f"{_listed(run, lost)}: every network diverged before its first evaluation"
        blocks.append(Paragraphs((f"Nothing to show of {whose} in training.",), "quiet"))
    return section("curves", "Learning curves", blocks)


def _message(run: Run, kind: str) -> str:
    """Of the winner: where its errors end, or whether its loss has risen again."""
    config = str(run.winner)
    if kind == "loss":
        turned = confirmed_curves.turned(run, config)
        if turned is None:
            return "The winner's dev loss ends near its least: no sign of training for too long."
        epoch, rise = turned
        why = "it trains for too long"
        if not run.regression:
            why = "its probabilities get worse, even where its answers do not"
        risen = f"{100 * rise:.0f}{text.SPACE}%"
        return (
            f"The winner's dev loss is least at epoch {epoch} and then rises by {risen} to the "
            f"end: {why}."
        )
    unit = units.unit(run, "dev_error")
    ends = {}
    for split in ("train", "dev"):
        last = confirmed_curves.matrix(run, config, f"{split}_error")[:, -1]
        ends[split] = float(np.median(last[np.isfinite(last)])) if np.isfinite(last).any() else None
    train, dev = ends["train"], ends["dev"]
    if train is None or dev is None:
        return ""
    name = "RMSE" if run.regression else "error"
    return (
        f"At the end the winner's median {name} is {unit.value(dev)} on dev rows and "
        f"{unit.value(train)} on training rows."
    )


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
