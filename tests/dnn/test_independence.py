"""A network's numbers do not depend on its neighbours: drawn mixes of everything, bit for bit."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dnn import ACTIVATIONS, OPTIMIZERS, SCHEDULES, Data, Network, Settings, Streams, Training, fit

SCORES = ("train_loss", "train_error", "dev_loss", "dev_error", "diverged", "updates")
ROWS = 61


@dataclass(frozen=True)
class Case:
    """A population and how it is trained; numbers in `mixed` are one per network."""

    network: Network
    settings: Settings
    mixed: dict[str, np.ndarray]
    rows: list[np.ndarray] | None
    dev_rows: list[np.ndarray] | None
    dtype: type
    initial_scale: np.ndarray


def pick(case: Case, members: np.ndarray) -> tuple[Training, np.ndarray]:
    """Those networks of the case, alone."""
    seeds = [np.random.SeedSequence(3, spawn_key=(int(m),)).spawn(3) for m in members]
    streams = Streams(*([np.random.default_rng(s[k]) for s in seeds] for k in range(3)))
    network = case.network
    theta = network.initialize("he", streams.initial, case.dtype)
    theta[:, : network.n_weights] *= case.initial_scale[members, None].astype(case.dtype)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((ROWS, network.n_in)).astype(case.dtype)
    if network.loss == "softmax_cross_entropy":
        y = np.eye(network.n_out, dtype=case.dtype)[rng.integers(0, network.n_out, ROWS)]
    else:
        y = (x[:, :1] + x[:, -1:] > 0).astype(case.dtype)
    own = {name: values[members] for name, values in case.mixed.items()}
    optimizer_settings = {
        name: own.pop(name)
        for name in list(own)
        if name in OPTIMIZERS[case.settings.optimizer].settings
    }
    rows, dev_rows = (
        None if each is None else [each[m] for m in members] for each in (case.rows, case.dev_rows)
    )
    training = fit(
        network,
        theta,
        Data(x, y),
        Data(x[::2].copy(), y[::2].copy()),
        streams,
        replace(case.settings, optimizer_settings=optimizer_settings, **own),
        rows=rows,
        dev_rows=dev_rows,
    )
    return training, theta


@st.composite
def cases(draw: st.DrawFn, population: int) -> Case:
    """Everything that a setting can be, per network where it can differ."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    loss = draw(st.sampled_from(["binary_cross_entropy", "softmax_cross_entropy", "huber"]))
    hidden = tuple(draw(st.lists(st.integers(1, 40), max_size=3)))
    network = Network(
        draw(st.integers(1, 20)),
        hidden,
        3 if loss == "softmax_cross_entropy" else 1,
        draw(st.sampled_from(list(ACTIVATIONS))),
        loss,
        draw(st.booleans()),
    )
    optimizer = draw(st.sampled_from(list(OPTIMIZERS)))
    extra: dict[str, Any] = {}
    mixed: dict[str, Any] = {"learning_rate": 10 ** rng.uniform(-3, -1, population)}
    if draw(st.booleans()):
        mixed["batch_size"] = rng.choice(
            [2 if network.batch_norm else 1, 7, 16, 61, 100], population
        )
    if draw(st.booleans()):
        mixed["keep_prob"] = rng.choice([0.3, 0.8, 1.0], (population, len(hidden)))
    for name in ("l2", "l1"):
        if draw(st.booleans()):
            mixed[name] = rng.choice([0.0, 0.1, 3.0], population)
    for name in ("max_norm", "clip_norm", "clip_value"):
        if draw(st.booleans()):
            mixed[name] = rng.choice([0.1, 1.0, np.inf], population)
    if loss != "huber" and draw(st.booleans()):
        extra["label_smoothing"] = 0.1
        extra["class_weights"] = "balanced"
    for name, value in OPTIMIZERS[optimizer].settings.items():
        mixed[name] = value * rng.uniform(0.9, 1.0, population)
    scale = np.ones(population)
    if draw(st.booleans()):
        scale[rng.integers(population)] = 1e30  # this one diverges at once
    rows, dev_rows = (
        [rng.integers(0, most, rng.choice([20, 27])) for _ in range(population)]
        if draw(st.booleans())
        else None
        for most in (ROWS, ROWS // 2)
    )
    return Case(
        network,
        Settings(
            optimizer,
            batch_size=draw(st.sampled_from([2 if network.batch_norm else 1, 13, 61])),
            epochs=3,
            schedule=draw(st.sampled_from(list(SCHEDULES))),
            patience=draw(st.sampled_from([None, 1])),
            **extra,
        ),
        mixed,
        rows,
        dev_rows,
        draw(st.sampled_from([np.float32, np.float64])),
        scale,
    )


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
@pytest.mark.parametrize("population", [1, 2, 5, 16, 64])
def test_any_network_equals_itself_alone_and_among_others(population: int) -> None:
    @settings(
        max_examples=40 if population < 64 else 15,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        case = data.draw(cases(population))
        chosen = sorted(data.draw(st.sets(st.integers(0, population - 1), min_size=1, max_size=3)))
        dropped = data.draw(st.sets(st.integers(0, population - 1), max_size=population))
        together, theta = pick(case, np.arange(population))
        records = []
        for record in together:
            records.append(record)
            if record.epoch == 1:
                together.drop(sorted(dropped - set(chosen)))
        for member in chosen:
            solo, own = pick(case, np.array([member]))
            for record in solo:
                other = records[record.epoch]
                for name in SCORES:
                    np.testing.assert_array_equal(
                        getattr(other, name)[[member]], getattr(record, name)
                    )
            np.testing.assert_array_equal(theta[[member]], own)

    check()


def test_a_dropped_network_stays_as_it_is() -> None:
    network = Network(4, (6,), 1)
    case = Case(network, Settings(epochs=6), {}, None, None, np.float32, np.ones(5))
    training, theta = pick(case, np.arange(5))
    for record in training:
        if record.epoch == 2:
            training.drop([1, 3])
            kept = theta[[1, 3]].copy()
        if record.epoch > 2:
            assert record.active.tolist() == [True, False, True, False, True]
    np.testing.assert_array_equal(theta[[1, 3]], kept)
    assert record.updates.tolist() == [12, 4, 12, 4, 12]


def test_training_ends_when_all_are_dropped() -> None:
    case = Case(Network(4, (6,), 1), Settings(epochs=6), {}, None, None, np.float32, np.ones(2))
    training, _ = pick(case, np.arange(2))
    next(training)
    training.drop(np.array([True, True]))
    assert list(training) == []


def test_own_rows_are_what_each_network_is_trained_and_scored_on() -> None:
    """A fold of its own is the same as a data set of its own."""
    network = Network(4, (6,), 1)
    folds = [np.arange(0, 40), np.arange(20, 61), np.arange(0, 61, 2)]
    case = Case(network, Settings(epochs=4, l2=1.0), {}, folds, None, np.float64, np.ones(3))
    training, theta = pick(case, np.arange(3))
    records = list(training)
    data = training.setup.train
    for member, fold in enumerate(folds):
        seeds = np.random.SeedSequence(3, spawn_key=(member,)).spawn(3)
        streams = Streams(*([np.random.default_rng(s)] for s in seeds))
        own = network.initialize("he", streams.initial, np.float64)
        subset = Data(data.x[fold], data.y[fold])
        alone = list(fit(network, own, subset, None, streams, case.settings))
        np.testing.assert_array_equal(theta[[member]], own)
        np.testing.assert_array_equal(records[-1].train_loss[[member]], alone[-1].train_loss)
