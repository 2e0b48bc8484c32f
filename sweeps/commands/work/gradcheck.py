"""`sweeps gradcheck`: backpropagation of a study's network against central differences."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

import dnn
from dnn import fitting, gradcheck
from sweeps.base.errors import Expected, UserError, did_you_mean, show
from sweeps.base.terminal import say
from sweeps.data import Dataset
from sweeps.phases.prepare import prepare
from sweeps.study.file import documents
from sweeps.study.hyperparameters.vocabulary import plain
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training import networks, seeds

# Away from relu's kink, where biases of 0 can put a whole layer; small beside the weights.
NUDGE = 0.01


@dataclass(frozen=True)
class GradcheckOptions:
    """What to check: so many rows, so many parameters a block; `faults` scales named blocks.

    figure: where the difference is drawn against ε, if anywhere.
    """

    rows: int = 32
    most: int = 200
    epsilon: float = 1e-5
    against_epsilon: bool = False
    faults: Sequence[str] = ()
    figure: Path | None = None


def check(
    path: Path, assignments: Sequence[str], options: GradcheckOptions, console: Console
) -> bool:
    """Check the study's default network in float64 and print it; True if it passes.

    Errors: UserError for a study that cannot be, or a fault for a block that is none.
    """
    if options.figure is not None:
        _expect_format(options.figure)
    document = documents.read(path)
    study, dataset = prepare(document, path.parent, list(assignments))
    if study.trainer is not None:
        problem = Expected("a study of our own networks", study.trainer.call)
        raise UserError(document.fault("trainer", problem))
    config = study.space.default
    dataset = networks.scaled(config, dataset)
    made, how = networks.network(config, dataset), networks.settings(config, dataset)
    loss = fitting.training_loss(made, how, dataset.parts["train"])
    arguments = _arguments(study, dataset, loss, options)
    _tell_what(config, loss, arguments, console)
    with threadpool_limits(1):
        try:
            done = gradcheck.check(**arguments, epsilon=options.epsilon)
        except ValueError as fault:
            raise UserError(str(fault)) from None
        _tell_result(done, loss.network, options.epsilon, console)
        if options.against_epsilon or options.figure:
            each = gradcheck.against_epsilon(**arguments)
            console.print(_by_epsilon(each))
            _draw(each, options.figure, console)
    sign = "<=" if done.passed else ">"
    say(
        console,
        "passed" if done.passed else "failed",
        f"difference {done.difference:.2g} {sign} {gradcheck.PASS_MARK:g}",
        "bold green" if done.passed else "bold red",
    )
    return done.passed


def _tell_what(
    config: Config, loss: fitting.TrainingLoss, arguments: dict[str, Any], console: Console
) -> None:
    """The network, and what makes its cost another one than the plain one."""
    network, rows = loss.network, len(arguments["x"])
    shape = " → ".join(map(str, (network.n_in, *network.hidden, network.n_out)))
    say(
        console,
        "network",
        f"{shape}, {network.activation}{', batch normalization' if network.batch_norm else ''}, "
        f"{network.loss}; {rows} training rows, float64",
    )
    if config["label_smoothing"]:
        say(console, "labels", f"smoothed by {config['label_smoothing']:g}")
    if loss.weights is not None:
        say(console, "weights", f"of the classes: {show(plain(config['class_weights']))}")
    if arguments["masks"] is not None:
        say(console, "dropout", "with fixed masks: fresh ones would be another function each time")
    for block, factor in arguments["faults"].items():
        say(console, "fault", f"the gradient of {block} is multiplied by {factor:g}", "yellow")


def _tell_result(
    done: gradcheck.GradientCheck, network: dnn.Network, epsilon: float, console: Console
) -> None:
    """The differences by block."""
    say(console, "step", f"ε = {epsilon:g}; difference = ‖g − g̃‖ / (‖g‖ + ‖g̃‖)")
    console.print(_table(done, gradcheck.columns(network)))
    if done.on_kinks:
        say(
            console,
            "kinks",
            f"{done.on_kinks} of the chosen parameters are left out: a unit crosses the kink "
            f"of {network.activation} within ± ε, where no difference is a derivative",
        )


def _expect_format(path: Path) -> None:
    from reports.figures.saving import FORMATS

    if path.suffix.removeprefix(".") not in FORMATS:
        known = ", ".join(f".{kind}" for kind in FORMATS)
        raise UserError(f"--figure: expected a file name in one of {known}, got {show(str(path))}")


def _draw(each: Sequence[gradcheck.GradientCheck], path: Path | None, console: Console) -> None:
    from reports.figures import gradient_check

    if path is None:
        return
    blocks = {name: [one.blocks[name] for one in each] for name in each[0].blocks}
    try:
        gradient_check.save([one.epsilon for one in each], blocks, gradcheck.PASS_MARK, path)
    except OSError as fault:
        raise UserError(f"--figure: {path}: {fault.strerror or fault}") from None
    say(console, "figure", str(path))


def _arguments(
    study: Study, dataset: Dataset, loss: fitting.TrainingLoss, options: GradcheckOptions
) -> dict[str, Any]:
    config, network = study.space.default, loss.network
    streams = seeds.streams(study.search.seed, seeds.SEARCH, range(1))
    first = slice(options.rows)
    x = dataset.parts["train"].x[first]
    keep = np.broadcast_to(config["keep_prob"], len(network.hidden)).tolist()
    masks: list[NDArray[np.bool_]] | None = None
    if any(share < 1 for share in keep):
        rng = streams.dropout[0]
        masks = [
            rng.random((width, len(x))) < share
            for width, share in zip(network.hidden, keep, strict=True)
        ]
    return {
        "network": network,
        "theta": networks.initialize(config, dataset, streams, "float64")[0],
        "x": x,
        "y": loss.targets[first],
        "weights": None if loss.weights is None else loss.weights[first],
        "l2": config["l2"],
        "l1": config["l1"],
        "keep_prob": keep if masks is not None else None,
        "masks": masks,
        "nudge": NUDGE,
        "most": options.most,
        "faults": _faults(options.faults, list(gradcheck.columns(network))),
    }


def _faults(texts: Sequence[str], blocks: Sequence[str]) -> dict[str, float]:
    """`W2=2` for each block whose gradient is to be wrong."""
    faults = {}
    for text in texts:
        found = re.fullmatch(r"\s*(\w+)\s*=\s*([-+\d.eE]+)\s*", text)
        try:
            factor = float(found[2]) if found else np.nan
        except ValueError:
            factor = np.nan
        if found is None or not np.isfinite(factor):
            raise UserError(f"--fault: expected BLOCK=factor, like W1=2, got {show(text)}")
        if found[1] not in blocks:
            raise UserError(
                f"--fault: expected a known block, got {show(found[1])} "
                f"({did_you_mean(found[1], blocks)})"
            )
        faults[found[1]] = factor
    return faults


def _table(done: gradcheck.GradientCheck, columns: dict[str, slice]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("block")
    for name in ("parameters", "checked", "difference"):
        table.add_column(name, justify="right")
    for block, difference in done.blocks.items():
        size = columns[block].stop - columns[block].start
        style = "red" if difference > gradcheck.PASS_MARK else ""
        cells = (block, f"{size:,}", f"{done.checked[block]:,}", f"{difference:.1e}")
        table.add_row(*cells, style=style)
    return table


def _by_epsilon(checks: Sequence[gradcheck.GradientCheck]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("ε")
    table.add_column("difference", justify="right")
    for one in checks:
        table.add_row(f"{one.epsilon:.0e}", f"{one.difference:.1e}")
    return table
