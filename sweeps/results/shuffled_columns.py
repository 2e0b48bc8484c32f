"""What the winner's networks lose when a column is shuffled (Breiman, 2001), on unseen rows.

A network is asked about rows that it was not trained on: out of fold those its fold left out, else
the test rows. A column is shuffled among them whole, with all the inputs that it has.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps.data import Dataset
from sweeps.data.column.encode import Encoder
from sweeps.phases.confirm import Confirmation
from sweeps.study import scoring
from sweeps.training import networks

SEED = 20271
COLUMNS = 50  # of more, those with the largest weights in the first layer
SHUFFLES = 5
# Multiplications, about half a second's and three seconds': of more work there are fewer shuffles,
# and of still more fewer rows.
WORK, MOST_WORK = 2e9, 1e10


@dataclass(frozen=True)
class Plan:
    """Which columns are shuffled, how often, and of how many rows one is taken."""

    columns: list[int]
    shuffles: int
    step: int


def arrays(winner: Confirmation, dataset: Dataset) -> dict[str, Any]:
    """Row losses by column: 0 or 1 where a class is wrong or right; squares of numbers, in SDs.

    shuffled/columns (C,) names; shuffled/network (P, C) means over a network's rows;
    shuffled/row (n, C) means over the networks that are asked about a row, NaN where none is;
    shuffled/times how often; shuffled/all how many columns there are. Nothing where no network has
    its parameters, as with a training function of the user's.
    """
    found, part = winner.outcome.arrays, _part(dataset)
    if "theta" not in found or found["gone"].all() or not len(dataset.parts.get(part, ())):
        return {}
    net = networks.network(winner.candidate.config, dataset)
    alive = np.flatnonzero(~found["gone"])
    asked = len(alive) * len(dataset.parts[part])
    if dataset.folds:  # of the part's rows each network has those of its own fold
        asked //= dataset.folds.design.trained
    done = plan(net, found["theta"][alive], spans(dataset.encoder), asked)
    by_network, by_row = _losses(net, found["theta"], found["gone"], dataset, done)
    names = [dataset.encoder.names[number] for number in done.columns]
    return {
        "shuffled/columns": np.array(names, dtype=np.str_),
        "shuffled/network": by_network,
        "shuffled/row": by_row.astype(np.float32),
        "shuffled/times": np.array(done.shuffles),
        "shuffled/all": np.array(len(dataset.encoder.names)),
    }


def spans(encoder: Encoder) -> list[slice]:
    """Where each column's inputs stand."""
    return [slice(start, end) for start, end in pairwise(encoder.starts.tolist())]


def _part(dataset: Dataset) -> str:
    return "dev" if dataset.folds else "test"


def plan(net: dnn.Network, theta: Array, each: list[slice], asked: int) -> Plan:
    """What there is time for. each: the columns' inputs. asked: rows, of all networks together."""
    columns = list(range(len(each)))
    if len(columns) > COLUMNS:
        squares = (net.blocks(theta)[0].w.astype(float) ** 2).mean(axis=(0, 1))
        weights = np.array([squares[span].sum() for span in each])
        columns = sorted(np.argsort(-weights, kind="stable")[:COLUMNS].tolist())
    once = float(asked * len(columns) * net.n_parameters)
    shuffles = int(np.clip(WORK // max(once, 1.0), 1, SHUFFLES))
    return Plan(columns, shuffles, int(np.ceil(max(once, 1.0) / MOST_WORK)))


def _losses(
    net: dnn.Network, theta: Array, gone: NDArray[np.bool_], dataset: Dataset, how: Plan
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from threadpoolctl import threadpool_limits

    part, folds = _part(dataset), dataset.folds
    rows = len((folds or dataset).labels[part])
    by_network = np.full((len(theta), len(how.columns)), np.nan)
    total, count = np.zeros((rows, len(how.columns))), np.zeros((rows, 1))
    with threadpool_limits(1):
        for number, (which, own) in enumerate(dataset.apart(range(len(theta)))):
            alive = np.arange(which.start, which.stop)[~gone[which]]
            if not len(alive):
                continue
            places = np.arange(rows)
            if folds:
                repeat, fold = divmod(number, folds.design.folds)
                places = np.flatnonzero(folds.number[repeat] == fold)
            places = places[:: how.step]
            rng = np.random.default_rng([SEED, number])
            losses = _of_columns(net, theta[alive], own, part, how, rng)
            by_network[alive] = losses.mean(axis=2).T
            total[places] += losses.sum(axis=1).T
            count[places] += len(alive)
    return by_network, np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _of_columns(
    net: dnn.Network,
    theta: Array,
    own: Dataset,
    part: str,
    how: Plan,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """(C, P, m) the losses of rows when a column is shuffled among them; means over shuffles."""
    x = own.parts[part].x[:: how.step].astype(theta.dtype)
    labels, each = own.labels[part][:: how.step], spans(own.encoder)
    found = []
    for column in how.columns:
        span = each[column]
        many = np.tile(x, (how.shuffles, 1, 1))
        for one in many:
            one[:, span] = x[rng.permutation(len(x)), span]
        said = dnn.predict(net, theta, many.reshape(-1, x.shape[1]))
        said = said.reshape(len(theta), how.shuffles, len(x), -1)
        found.append(_row_losses(said, labels, own).mean(axis=1))
    return np.array(found)


def _row_losses(said: Array, labels: NDArray[Any], own: Dataset) -> NDArray[np.float64]:
    if own.target.classes:
        return np.asarray(said.argmax(axis=-1) != labels, dtype=np.float64)
    return scoring.squares(own.scale.outputs(said.astype(np.float64)), labels)
