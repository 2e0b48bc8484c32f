"""Every schedule at points worked out by hand, and as `fit` applies it."""

import numpy as np
import pytest

from dnn import SCHEDULES, Data, Network, Settings, Streams, fit
from dnn.schedules import Moment

# (settings, epoch, update, factor) with 10 epochs of 20 updates.
POINTS = {
    "constant": [({}, 0, 0, 1.0), ({}, 9, 199, 1.0)],
    "inverse_time": [
        # The course's: a new rate comes of epoch i with i, after it. Its epochs 0 and 1 have α.
        ({}, 0, 0, 1.0),
        ({}, 1, 20, 1.0),
        ({}, 2, 40, 1 / 2),
        ({}, 3, 60, 1 / 3),
        ({"decay": 0.3, "interval": 100}, 11, 220, 1.0),
        ({"decay": 0.3, "interval": 100}, 100, 2000, 1.0),
        ({"decay": 0.3, "interval": 100}, 101, 2020, 0.3846153846153846 / 0.5),
    ],
    "step": [
        ({"interval": 4}, 3, 60, 1.0),
        ({"interval": 4}, 4, 80, 0.1),
        ({"interval": 4, "decay": 0.5}, 9, 180, 0.25),
    ],
    "exponential": [({}, 0, 0, 1.0), ({}, 2, 40, 0.9025), ({"decay": 0.5}, 3, 60, 0.125)],
    "cosine": [({}, 0, 0, 1.0), ({}, 5, 100, 0.5), ({"floor": 0.2}, 5, 100, 0.6)],
    "one_cycle": [
        ({}, 0, 0, 0.04),
        ({}, 2, 59, 1.0),
        ({"rise": 0.5}, 2, 49, 0.04 + 0.96 * (1 - np.cos(np.pi * 49 / 99)) / 2),
        ({}, 9, 199, 0.04 * 1e-4),
        ({}, 6, 129, (1 + 4e-6) / 2),
    ],
    "linear_warmup": [
        ({}, 0, 0, 0.1),
        ({}, 2, 50, 0.55),
        ({}, 5, 100, 1.0),
        ({}, 9, 199, 1.0),
        ({"length": 1, "start": 0.0}, 0, 5, 0.25),
        ({"length": 0}, 0, 0, 1.0),
    ],
}


def test_every_schedule_has_points() -> None:
    assert set(POINTS) == set(SCHEDULES)


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_points_by_hand(name: str) -> None:
    schedule = SCHEDULES[name]
    for given, epoch, update, expected in POINTS[name]:
        moment = Moment(epoch, 10, update, 200)
        factor = schedule.factor({**schedule.settings, **given}, moment)
        assert factor == pytest.approx(expected, abs=1e-12), (given, epoch, update)


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_fit_follows_it(name: str) -> None:
    """With a gradient that is always 1, what theta has moved is the sum of the rates."""
    network = Network(1, (), 1, loss="huber")
    rows, size, epochs, rate = 40, 10, 6, 1e-6
    data = Data(np.ones((rows, 1)), np.full((rows, 1), -10.0))
    settings = Settings("gradient_descent", np.array([rate, 2 * rate]), size, epochs, schedule=name)
    theta = np.zeros((2, network.n_columns))
    list(fit(network, theta, data, None, Streams.spawn(0, 2), settings))
    schedule, per_epoch = SCHEDULES[name], rows // size
    moments = [
        Moment(
            u // per_epoch, epochs, u if schedule.every_update else u // per_epoch * per_epoch, 24
        )
        for u in range(epochs * per_epoch)
    ]
    total = sum(schedule.factor(schedule.settings, moment) for moment in moments)
    np.testing.assert_allclose(theta, -total * rate * np.array([[1, 1], [2, 2]]), rtol=1e-9)


def test_each_network_may_have_its_own() -> None:
    network = Network(1, (), 1, loss="huber")
    data = Data(np.ones((4, 1)), np.full((4, 1), -10.0))
    given = {"decay": np.array([0.5, 0.1])}
    settings = Settings(
        "gradient_descent", 1e-6, 4, 3, schedule="exponential", schedule_settings=given
    )
    theta = np.zeros((2, network.n_columns))
    list(fit(network, theta, data, None, Streams.spawn(0, 2), settings))
    np.testing.assert_allclose(theta[:, 0], [-1.75e-6, -1.11e-6], rtol=1e-9)
