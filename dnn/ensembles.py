"""A population trained and used together, without the networks that diverged.

Everything here computes in one BLAS thread: another number of them can round a product differently.
"""

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from dnn import evaluation
from dnn.arrays import Array, Flags
from dnn.data import Data, Streams
from dnn.fitting import fit
from dnn.network import Network
from dnn.settings import Settings


@dataclass(frozen=True)
class Ensemble:
    """Networks that are trained, P′ of the P that began.

    theta (P′, N); loss (P′,): the mean train loss of these very weights; curve (epochs, P′): that
    of each epoch, and `loss` once a network has stopped early; converged (P,): False where a
    network diverged and was left out.
    """

    theta: Array
    loss: Array
    curve: Array
    converged: Flags


def train(
    network: Network,
    theta: Array,
    data: Data,
    held_out: Data | None,
    streams: Streams,
    settings: Settings,
) -> Ensemble:
    """Train theta (P, N) in place, in one BLAS thread. Raises what `fit` does."""
    with _blas().limit(limits=1):
        records = list(fit(network, theta, data, held_out, streams, settings))
    converged = ~records[-1].diverged
    curve = np.array([record.train_loss for record in records[1:]]).reshape(-1, len(theta))
    return Ensemble(
        theta[converged], records[-1].train_loss[converged], curve[:, converged], converged
    )


def outputs(network: Network, theta: Array, x: Array) -> NDArray[np.float64]:
    """(P, n, K′) for x (n, n_in), as `dnn.predict`, in float64."""
    with _blas().limit(limits=1):
        return evaluation.predict(network, theta, x).astype(np.float64)


def spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(P, …) to (…): the standard deviation between networks (ddof=1), 0 for a single one."""
    return values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(values.shape[1:])


@functools.cache
def _blas() -> ThreadpoolController:
    """Found once: looking for the libraries takes 2 ms, predicting a row a tenth of that."""
    return ThreadpoolController()
