"""A training saved and resumed is the training that went on; anything else is refused."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnn import OPTIMIZERS, Data, Network, Replay, Settings, Streams, Training, fit, resume, save

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


def test_a_renamed_setting_has_its_old_name_in_the_file(tmp_path: Path) -> None:
    settings = dataclasses.replace(SETTINGS, optimizer_settings={"beta1": 0.8})
    save(start(settings=settings), tmp_path / "population.npz")
    with np.load(tmp_path / "population.npz") as file:
        identity = json.loads(str(file["meta"]))["identity"]
    assert identity["settings.hyper"] == {"beta1": 0.8}
    assert "settings.optimizer_settings" not in identity
    with pytest.raises(ValueError, match=r"settings\.optimizer_settings: expected the "):
        resume(tmp_path / "population.npz", NETWORK, rows(), rows(1), SETTINGS)


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
        {"patience": 2, "learning_rate": 0.3, "min_delta": 1e-3},
        {"label_smoothing": 0.1, "class_weights": [1.0, 2.0]},
        {"loss": "huber", "loss_settings": {"delta": 0.3}},
        {"l1": 0.1, "max_norm": 1.0, "clip_norm": 0.5, "clip_value": 0.1},
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
    own_dev = [np.arange(k, 20 + k) for k in range(6)]

    def begin() -> Training:
        generators = [
            [np.random.Generator(bits(k)) for k in range(6)]
            for bits in (np.random.SFC64, np.random.MT19937, np.random.Philox)
        ]
        theta = NETWORK.initialize("he", generators[0])
        return fit(
            NETWORK,
            theta,
            rows(),
            rows(1),
            Streams(*generators),
            SETTINGS,
            rows=own,
            dev_rows=own_dev,
        )

    whole, broken = begin(), begin()
    walk(whole, 9)
    walk(broken, 3)
    save(broken, tmp_path / "p.npz")
    resumed = resume(
        tmp_path / "p.npz", NETWORK, rows(), rows(1), SETTINGS, rows=own, dev_rows=own_dev
    )
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
        (
            {"network": Network(5, (9, 4), 1, "tanh", batch_norm=True)},
            "network.activation: expected the checkpoint's 'relu', got 'tanh'",
        ),
        ({"network": Network(5, (9, 5), 1, batch_norm=True)}, r"theta: expected \(P, 152\)"),
        (
            {"settings": dataclasses.replace(SETTINGS, l2=2.0)},
            r"p\.npz: settings\.l2: expected the checkpoint's 1\.0, got 2\.0$",
        ),
        ({"train": rows(7)}, r"train: expected the checkpoint's '70 rows, sha256 \w+', got '70"),
        ({"train": Data(rows().x, 1 - rows().y)}, "train: expected the checkpoint's"),
        ({"dev": rows(7)}, "dev: expected the checkpoint's"),
        ({"dev": None}, r"dev: expected the checkpoint's .*, got None"),
        ({"rows": [np.arange(30)] * 6}, "rows: expected the checkpoint's None, got '30 rows"),
        ({"dev_rows": [np.arange(30)] * 6}, "dev_rows: expected the checkpoint's None"),
        (
            {"replay": Replay(order=lambda epoch: np.arange(70))},
            r"replay: expected the checkpoint's \[False, False\], got \[True, False\]",
        ),
        (
            {"settings": dataclasses.replace(SETTINGS, epochs=1)},
            r"epochs: expected 2 or more \(the checkpoint's\), got 1",
        ),
    ],
)
def test_a_checkpoint_of_something_else(
    tmp_path: Path, arguments: dict[str, Any], message: str
) -> None:
    training = start()
    walk(training, 2)
    save(training, tmp_path / "p.npz")
    given = {"network": NETWORK, "train": rows(), "dev": rows(1), "settings": SETTINGS}
    with pytest.raises(ValueError, match=message):
        resume(tmp_path / "p.npz", **(given | arguments))


@pytest.mark.parametrize("change", [{"schedule": "cosine"}, {"patience": 3}], ids=str)
def test_no_other_end_where_the_training_looks_at_it(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    settings = dataclasses.replace(SETTINGS, **change)
    save(start(settings=settings), tmp_path / "p.npz")
    longer = dataclasses.replace(settings, epochs=12)
    with pytest.raises(ValueError, match="epochs: expected the checkpoint's 9, for its schedule"):
        resume(tmp_path / "p.npz", NETWORK, rows(), rows(1), longer)


def edited(path: Path, **changes: Any) -> None:
    """The checkpoint with other arrays, or other values of its meta."""
    with np.load(path) as file:
        arrays = dict(file)
    meta = json.loads(str(arrays["meta"]))
    for name, value in changes.items():
        if name in meta:
            meta[name] = value
        else:
            arrays[name.replace("__", "/")] = value
    arrays["meta"] = np.array(json.dumps(meta))
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 7}, "its format is 7, not 2"),
        ({"epoch": "x"}, "expected an epoch and steps of 0 or more|whole; got"),
        ({"epoch": -5}, "expected an epoch and steps of 0 or more, got -5"),
        ({"steps": np.full(6, -1)}, "expected an epoch and steps of 0 or more"),
        ({"steps": np.zeros(3, np.int64)}, r"steps: expected int64 \(6,\), got int64 \(3,\)"),
        ({"state__m": np.zeros((6, 3), np.float32)}, r"state/m: expected float32 \(6, "),
        ({"diverged": np.zeros(6)}, r"diverged: expected bool \(6,\), got float64"),
        ({"order": []}, r"streams\.order: expected one per network"),
        ({"order": None}, "expected a checkpoint, whole; got"),
        ({"dropout": [{}] * 6}, "expected a checkpoint, whole; got: KeyError"),
        ({"theta": np.zeros((6, 3))}, "theta: expected"),
    ],
    ids=str,
)
def test_an_edited_checkpoint(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    path = tmp_path / "p.npz"
    save(start(), path)
    edited(path, **changes)
    with pytest.raises(ValueError, match=message) as fault:
        resume(path, NETWORK, rows(), rows(1), SETTINGS)
    assert str(fault.value).startswith(str(path))


def test_one_of_a_formula_that_was_mended_since(tmp_path: Path) -> None:
    settings = dataclasses.replace(SETTINGS, schedule="inverse_time")
    path = tmp_path / "p.npz"
    save(start(settings=settings), path)
    resume(path, NETWORK, rows(), rows(1), settings)
    with np.load(path) as file:
        identity = json.loads(str(file["meta"]))["identity"]
    del identity["schedule.edition"]
    edited(path, identity=identity)
    with pytest.raises(ValueError, match=r"schedule\.edition: expected the checkpoint's None, got"):
        resume(path, NETWORK, rows(), rows(1), settings)


def test_flipped_bits_never_end_in_another_error(tmp_path: Path) -> None:
    """A bit of the archive's head or directory: an error that names the file, or no difference."""
    path = tmp_path / "p.npz"
    training = start()
    save(training, path)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    places = [*rng.integers(0, 400, 60), *(len(whole) - 1 - rng.integers(0, 1500, 200))]
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(flipped)
        try:
            resumed = resume(path, NETWORK, rows(), rows(1), SETTINGS)
        except ValueError as fault:
            assert str(path) in str(fault)  # noqa: PT017 - both ways are right
        else:
            np.testing.assert_array_equal(resumed.theta, training.theta)


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
    with pytest.raises(ValueError, match="whole; got: no archive of plain arrays"):
        resume(tmp_path / "pickled.npz", NETWORK, rows(), rows(1), SETTINGS)


def test_saving_leaves_one_file_and_nothing_beside_it(tmp_path: Path) -> None:
    training = start()
    for _ in range(2):
        next(training)
        save(training, tmp_path / "p.npz")
    assert [file.name for file in tmp_path.iterdir()] == ["p.npz"]


def test_save_refuses_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"save: .*: expected a file or a free name"):
        save(start(), tmp_path)


def test_an_interrupt_within_an_epoch_ends_a_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some updates of the epoch are done and some not: nothing may go on from there."""
    training = start()
    next(training)
    group = training._groups[0]
    load = group._load

    def interrupted(*given: Any) -> None:
        if group.stepper.steps == 1:
            raise KeyboardInterrupt
        load(*given)

    monkeypatch.setattr(group, "_load", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(training)
    for call in (lambda: next(training), lambda: save(training, tmp_path / "p.npz")):
        with pytest.raises(RuntimeError, match="interrupted within an epoch"):
            call()
