"""When a network of an ensemble stops, and what it is then."""

import dataclasses

import numpy as np

import dnn
from dnn import ensembles

RNG = np.random.default_rng(0)
X = RNG.standard_normal((150, 4))
Y = X[:, :1] + 2 * np.abs(X[:, 1:2]) + 0.1 * RNG.standard_normal((150, 1))


def test_patience_keeps_each_networks_best_epoch() -> None:
    network = dnn.Network(4, (8,), 1, loss="mean_squared_error")
    data, held_out = dnn.Data(X[::2], Y[::2]), dnn.Data(X[1::2], Y[1::2])
    settings = dnn.Settings(learning_rate=0.1, epochs=80)

    def start() -> tuple[np.ndarray, dnn.Streams]:
        streams = dnn.Streams.spawn(3, 4)
        return network.initialize("he", streams.initial, np.float64), streams

    theta, streams = start()
    fit = dnn.fit(network, theta, data, held_out, streams, settings)
    history = [(theta.copy(), record) for record in fit]
    losses = np.array([record.dev_loss for _, record in history])
    theta, streams = start()
    settings = dataclasses.replace(settings, patience=3)
    stopped = ensembles.train(network, theta, data, held_out, streams, settings)
    ends = []
    for row, loss in enumerate(losses.T):
        best = end = 0
        while end - best < 3:
            end += 1
            best = end if loss[end] < loss[best] else best
        np.testing.assert_array_equal(stopped.theta[row], history[best][0][row])
        own = [record.train_loss[row] for _, record in history]
        rest = [own[best]] * (len(stopped.curve) - end + 1)
        assert stopped.curve[:, row].tolist() == own[1:end] + rest
        assert stopped.loss[row] == own[best]
        ends.append(end)
    assert len(set(ends)) > 1
    assert len(stopped.curve) == max(ends) < 80
