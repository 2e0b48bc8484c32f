"""How far activations and gradients are spread in each layer, before and after the training.

Of the confirmed settings of a study that searches the initializer: where the spread shrinks or
grows from layer to layer, signals vanish or explode (Glorot and Bengio, 2010).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

import dnn
from dnn import binding
from dnn.arrays import Array
from sweeps.data import Dataset
from sweeps.phases.confirm import Confirmation
from sweeps.study.spec import Study
from sweeps.training import networks, seeds

ROWS, SETS = 256, 5  # training rows that are looked at, and sets of such rows
SEARCHED = "initializer"


def arrays(confirmed: list[Confirmation], dataset: Dataset, study: Study) -> dict[str, Any]:
    """By setting, moment (start, end) and what: (P, layers), NaN of a network that diverged.

    spread/<setting>/<moment>/activations: the SD over units and rows of each hidden layer;
    spread/<setting>/<moment>/gradients: the root mean square of the gradient of each layer's
    weights, without penalties. Nothing of networks without a hidden layer, nor unless the
    initializer is searched.
    """
    searched = {leaf.name.partition(".")[0] for leaf in study.space.parameters()}
    found: dict[str, Any] = {}
    for one in confirmed if SEARCHED in searched else ():
        if "theta" not in one.outcome.arrays:
            continue
        config, end = one.candidate.config, one.outcome.arrays["theta"]
        own, net = networks.scaled(config, dataset), networks.network(config, dataset)
        if not net.hidden:
            continue
        streams = seeds.streams(study.search.seed, seeds.CONFIRM, range(len(end)))
        start = networks.initialize(config, own, streams, end.dtype.name)
        for moment, theta in {"start": start, "end": end}.items():
            each = _of_networks(net, theta, one.outcome.arrays["gone"], own, moment)
            for what, values in zip(("activations", "gradients"), each, strict=True):
                found[f"spread/{one.candidate.label}/{moment}/{what}"] = values
    return found


def _of_networks(
    net: dnn.Network, theta: Array, gone: NDArray[np.bool_], dataset: Dataset, moment: str
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(P, hidden layers) and (P, layers), of the networks of the first few sets of rows."""
    from threadpoolctl import threadpool_limits

    activations = np.full((len(theta), len(net.hidden)), np.nan, np.float32)
    gradients = np.full((len(theta), len(net.hidden) + 1), np.nan, np.float32)
    for which, own in dataset.apart(range(len(theta)))[:SETS]:
        places = np.arange(which.start, which.stop)
        alive = places[~gone[which]] if moment == "end" else places
        if len(alive):
            with threadpool_limits(1), np.errstate(all="ignore"):
                activations[alive], gradients[alive] = _spread(net, theta[alive], own)
    return activations, gradients


def _spread(net: dnn.Network, theta: Array, dataset: Dataset) -> tuple[Array, Array]:
    train = dataset.parts["train"]
    rows = min(len(train), ROWS)
    # Batch normalization's running statistics follow each batch, and are not to.
    copy, gradient = theta.copy(), np.zeros((len(theta), net.n_parameters), theta.dtype)
    batch = binding.bind(net, copy, gradient, rows)
    table = net.table(train.x[:rows], train.y[:rows])
    batch.load(table, None, np.tile(np.arange(rows), (len(theta), 1)))
    batch.forward()
    spread = [one.astype(float).std(axis=(1, 2)) for one in batch.hidden]
    batch.gradient()
    blocks = [one.w.astype(float) for one in net.blocks(gradient)]
    sizes = [np.sqrt((one**2).mean(axis=(1, 2))) for one in blocks]
    none = np.zeros((len(theta), 0))
    return np.stack(spread, axis=1) if spread else none, np.stack(sizes, axis=1)
