"""A training saved and resumed is the training that went on; anything else is refused."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnn import OPTIMIZERS, Data, Network, Settings, Streams, Training, fit, resume, save

NETWORK = Network(5, (9, 4), 1, batch_norm=True)
SETTINGS = Settings("adam", 0.01, batch_size=16, epochs=9, keep_prob=0.8, l2=1.0)
SCORES = ("train_loss", "train_error", "dev_loss", "dev_error", "diverged", "active", "updates")


def rows(seed: int = 0, n: int = 70) -> Data:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 5)).astype(np.float32)
    return Data(x, (x[:, :1] > 0.2 * rng.standard_normal((n, 1))).astype(np.float32))


def start(network: Network = NETWORK, settings: Settings = SETTINGS, **own: Any) -> Training:
    streams = Streams.spawn(4, 6)
    theta = network.initialize("he", streams.initial)
    return fit(network, theta, rows(), rows(1), streams, settings, **own)


def walk(training: Training, until: int) -> list[Any]:
    records = []
    while training.epoch < until and training.active.any():
        records.append(next(training))
        if training.epoch == 2:
            training.drop([1, 4])
    return records


@pytest.mark.parametrize(
    "change",
    [
        *({"optimizer": name} for name in OPTIMIZERS),
        {"schedule": "one_cycle"},
        {"patience": 2, "learning_rate": 0.3},
        {"batch_size": np.array([16, 16, 70, 16, 5, 70])},
        {"batch_size": 1000},
    ],
    ids=str,
)
def test_resumed_is_uninterrupted(tmp_path: Path, change: dict[str, Any]) -> None:
    settings = dataclasses.replace(SETTINGS, **change)
    whole = start(settings=settings)
    expected = walk(whole, settings.epochs)
    broken = start(settings=settings)
    records = walk(broken, 4)
    save(broken, tmp_path / "population.npz")
    resumed = resume(tmp_path / "population.npz", NETWORK, rows(), rows(1), settings)
    records += walk(resumed, settings.epochs)
    assert len(records) == len(expected)
    for one, other in zip(records, expected, strict=True):
        for name in SCORES:
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_array_equal(resumed.theta, whole.theta)
    assert resumed.seconds > broken.seconds


def test_own_rows_and_other_generators(tmp_path: Path) -> None:
    own = [np.arange(k, 60 + k) for k in range(6)]

    def begin() -> Training:
        generators = [
            [np.random.Generator(bits(k)) for k in range(6)]
            for bits in (np.random.SFC64, np.random.MT19937, np.random.Philox)
        ]
        theta = NETWORK.initialize("he", generators[0])
        return fit(NETWORK, theta, rows(), None, Streams(*generators), SETTINGS, rows=own)

    whole, broken = begin(), begin()
    walk(whole, 9)
    walk(broken, 3)
    save(broken, tmp_path / "p.npz")
    resumed = resume(tmp_path / "p.npz", NETWORK, rows(), None, SETTINGS, rows=own)
    walk(resumed, 9)
    np.testing.assert_array_equal(resumed.theta, whole.theta)


def test_more_epochs_may_be_asked_for(tmp_path: Path) -> None:
    training = start()
    walk(training, 9)
    save(training, tmp_path / "p.npz")
    longer = dataclasses.replace(SETTINGS, epochs=12)
    resumed = resume(tmp_path / "p.npz", NETWORK, rows(), rows(1), longer)
    assert [record.epoch for record in resumed] == [10, 11, 12]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"network": Network(5, (9, 5), 1, batch_norm=True)}, "expected a checkpoint of network"),
        (
            {"settings": dataclasses.replace(SETTINGS, l2=2.0)},
            r"checkpoint of settings .*'l2': 2\.0.*got one of .*'l2': 1\.0",
        ),
        ({"train": rows(7)}, "expected a checkpoint of training rows float32"),
    ],
)
def test_a_checkpoint_of_something_else(
    tmp_path: Path, arguments: dict[str, Any], message: str
) -> None:
    save(start(), tmp_path / "p.npz")
    given = {"network": NETWORK, "train": rows(), "dev": rows(1), "settings": SETTINGS}
    with pytest.raises(ValueError, match=message):
        resume(tmp_path / "p.npz", **(given | arguments))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_truncated_file(tmp_path: Path, share: float) -> None:
    path = tmp_path / "p.npz"
    save(start(), path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(ValueError, match=r"p\.npz: expected a checkpoint of a population, whole"):
        resume(path, NETWORK, rows(), rows(1), SETTINGS)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected a checkpoint, got no such file"):
        resume(tmp_path / "p.npz", NETWORK, rows(), rows(1), SETTINGS)
    np.savez(tmp_path / "other.npz", theta=np.zeros(3))
    with pytest.raises(ValueError, match="expected a checkpoint of a population, whole; got: "):
        resume(tmp_path / "other.npz", NETWORK, rows(), rows(1), SETTINGS)
    np.savez(tmp_path / "pickled.npz", meta=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="whole; got: Object arrays cannot be loaded"):
        resume(tmp_path / "pickled.npz", NETWORK, rows(), rows(1), SETTINGS)


def test_saving_leaves_one_file_and_nothing_beside_it(tmp_path: Path) -> None:
    training = start()
    for _ in range(2):
        next(training)
        save(training, tmp_path / "p.npz")
    assert [file.name for file in tmp_path.iterdir()] == ["p.npz"]
