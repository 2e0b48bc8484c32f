"""A population in mid-training as one `.npz`, and exactly on from there; nothing is unpickled."""

import dataclasses
import hashlib
import json
import os
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dnn.arrays import Array, Integers
from dnn.data import Data, Replay, Streams
from dnn.fitting import fit
from dnn.network import Network
from dnn.records import Snapshot
from dnn.settings import Settings
from dnn.training import Training

FORMAT = 2
GENERATORS = ("PCG64", "PCG64DXSM", "SFC64", "Philox", "MT19937")
FLAGS = ("diverged", "dropped", "stopped")
BEST = ("parameters", "values", "epochs")
# What a checkpoint calls otherwise than we do: names that were changed after its format was fixed.
STORED_NAMES = {"settings.optimizer_settings": "settings.hyper"}


def save(training: Training, path: str | Path) -> None:
    """Write all that the rest of a training depends on; the file is whole or not there.

    Args:
        training: One that stands between two epochs.
        path: The file, by custom `.npz`; one that is there is replaced.

    Raises:
        ValueError: A path that is something else than a file, or generators that have no place in a
            checkpoint.
        RuntimeError: After an interrupt within an epoch.
        OSError: Where it cannot be written.

    Example:
        >>> import tempfile, numpy as np, dnn
        >>> network, data = dnn.Network(1, (), 1), dnn.Data(np.ones((4, 1)), np.ones((4, 1)))
        >>> settings = dnn.Settings(epochs=9)
        >>> streams = dnn.Streams.spawn(0, 1)
        >>> training = dnn.fit(network, np.zeros((1, 2)), data, None, streams, settings)
        >>> _ = next(training), next(training)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     dnn.save(training, f"{folder}/population.npz")
        ...     resumed = dnn.resume(f"{folder}/population.npz", network, data, None, settings)
        >>> next(resumed).epoch
        2
    """
    target = Path(path)
    if target.exists() and not target.is_file():
        raise ValueError(f"save: {target}: expected a file or a free name, got something else")
    snapshot = training.snapshot()
    arrays: dict[str, Any] = {
        "theta": training.theta,
        "steps": snapshot.steps,
        "epochs_done": snapshot.epochs_done,
        "scores": snapshot.scores,
    }
    arrays |= {name: getattr(snapshot, name) for name in FLAGS}
    arrays |= {f"state/{name}": values for name, values in snapshot.state.items()}
    if snapshot.best is not None:
        arrays |= {f"best/{n}": v for n, v in zip(BEST, snapshot.best, strict=True)}
    streams = training.setup.streams
    meta = {
        "format": FORMAT,
        "epoch": snapshot.epoch,
        "seconds": snapshot.seconds,
        "epochs": training.settings.epochs,
        "identity": {STORED_NAMES.get(k, k): v for k, v in _identity(training).items()},
        "order": [_plain_state(rng) for rng in streams.order],
        "dropout": [_plain_state(rng) for rng in streams.dropout],
    }
    arrays["meta"] = np.array(json.dumps(meta))
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            np.savez(file, **arrays)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def resume(
    path: str | Path,
    network: Network,
    train: Data,
    dev: Data | None,
    settings: Settings,
    *,
    rows: Sequence[Integers] | None = None,
    dev_rows: Sequence[Integers] | None = None,
    replay: Replay | None = None,
    running_cost: bool = False,
) -> Training:
    """The training that `save` wrote, about to yield the record after its last one.

    Its numbers are, bit for bit, those of a training that was never interrupted.

    Args:
        path: The file that `save` wrote. Nothing in it is unpickled.
        network: As it was saved with; so are the data, rows and settings, but for `epochs`, which
            may be larger where neither the schedule nor patience looks at the end.
        train: The training rows.
        dev: The dev rows, or None.
        settings: How to train.
        rows: As in `fit`.
        dev_rows: As in `fit`.
        replay: As in `fit`; only that there was one is in the file.
        running_cost: As in `fit`; may be another than before.

    Returns:
        The training, as `fit` returns one; its parameters are in `theta`.

    Raises:
        ValueError: No such file, a file that is no checkpoint, or one of something else.

    Example:
        >>> import numpy as np, dnn
        >>> network, data = dnn.Network(1, (), 1), dnn.Data(np.ones((4, 1)), np.ones((4, 1)))
        >>> dnn.resume("nowhere.npz", network, data, None, dnn.Settings())
        Traceback (most recent call last):
        ValueError: nowhere.npz: expected a checkpoint, got no such file
    """
    arrays, meta = _read(Path(path))
    try:
        theta = np.array(arrays["theta"])
        orders, dropouts = ([_generator(one) for one in meta[n]] for n in ("order", "dropout"))
        # The first draws are done; their generators are not needed again.
        streams = Streams(orders, orders, dropouts)
        training = fit(
            network,
            theta,
            train,
            dev,
            streams,
            settings,
            rows=rows,
            dev_rows=dev_rows,
            replay=replay,
            running_cost=running_cost,
        )
        _compare(meta["identity"], _identity(training))
        _check_epochs(training, meta)
        training.restore(_snapshot(training, arrays, meta))
    except ValueError as fault:
        raise ValueError(f"{path}: {fault}") from None
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError) as fault:
        raise ValueError(f"{path}: expected a checkpoint, whole; got: {fault!r}") from None
    return training


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        # Opened here, for np.load leaves a file that it cannot read open.
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        meta = json.loads(str(arrays.pop("meta")))
        if meta["format"] != FORMAT:
            raise ValueError(f"its format is {meta['format']}, not {FORMAT}")
    except FileNotFoundError:
        raise ValueError(f"{path}: expected a checkpoint, got no such file") from None
    except UNREADABLE as fault:
        # NumPy's message would advise to allow pickles.
        got = "no archive of plain arrays" if "pickle" in str(fault) else fault
        raise ValueError(
            f"{path}: expected a checkpoint of a population, whole; got: {got}"
        ) from None
    return arrays, meta


# What zip, NumPy and JSON raise for bytes that are none of theirs.
UNREADABLE = (
    *(OSError, ValueError, KeyError, EOFError, TypeError, AttributeError, IndexError),
    *(RuntimeError, OverflowError, SyntaxError, struct.error, zlib.error),
    *(zipfile.BadZipFile, tokenize.TokenError),
)


def _snapshot(training: Training, arrays: dict[str, Any], meta: dict[str, Any]) -> Snapshot:
    """Checked against the shapes and types of a training that has just begun."""
    fresh = training.snapshot()

    def array(name: str, like: Any) -> Any:
        values = arrays[name]
        if values.shape != like.shape or values.dtype != like.dtype:
            raise ValueError(
                f"{name}: expected {like.dtype} {like.shape}, got {values.dtype} {values.shape}"
            )
        return np.array(values)

    epoch, seconds = meta["epoch"], float(meta["seconds"])
    steps = array("steps", fresh.steps)
    if not isinstance(epoch, int) or epoch < -1 or (steps < 0).any():
        raise ValueError(f"expected an epoch and steps of 0 or more, got {epoch} and {steps}")
    best = None
    if fresh.best is not None:
        parameters, values, epochs = fresh.best
        best = (
            array("best/parameters", parameters),
            array("best/values", values),
            array("best/epochs", epochs),
        )
    flags = {name: array(name, getattr(fresh, name)) for name in FLAGS}
    return Snapshot(
        epoch=epoch,
        seconds=seconds,
        steps=steps,
        state={name: array(f"state/{name}", like) for name, like in fresh.state.items()},
        epochs_done=array("epochs_done", fresh.epochs_done),
        scores=array("scores", fresh.scores),
        best=best,
        **flags,
    )


def _identity(training: Training) -> dict[str, Any]:
    """What must be the same for a training to go on, by name, as JSON says it."""
    setup = training.setup
    plain = dataclasses.asdict(training.settings)
    del plain["epochs"]
    described = {f"settings.{name}": value for name, value in plain.items()}
    described |= {f"network.{k}": v for k, v in dataclasses.asdict(setup.network).items()}
    described |= {
        "train": _digest(_arrays(setup.train)),
        "dev": _digest(_arrays(training.dev)) if training.dev else None,
        "rows": _digest(setup.rows) if setup.rows else None,
        "dev_rows": _digest(training.dev_rows) if training.dev_rows else None,
        "replay": [setup.replay.order is not None, setup.replay.masks is not None],
    }
    if edition := setup.settings.schedule.edition:
        described["schedule.edition"] = edition
    text: dict[str, Any] = json.loads(json.dumps(described, default=_listed))
    return text


def _arrays(data: Data) -> list[Array]:
    return [data.x, data.y, *([] if data.weights is None else [data.weights])]


def _digest(arrays: Sequence[Any]) -> str:
    digest = hashlib.sha256()
    for one in arrays:
        digest.update(f"{one.dtype} {one.shape}".encode())
        digest.update(np.ascontiguousarray(one).tobytes())
    return f"{arrays[0].shape[0]} rows, sha256 {digest.hexdigest()[:16]}"


def _compare(saved: dict[str, Any], given: dict[str, Any]) -> None:
    for name, value in given.items():
        before = saved.get(STORED_NAMES.get(name, name))
        if before != value:
            raise ValueError(f"{name}: expected the checkpoint's {before!r}, got {value!r}")


def _check_epochs(training: Training, meta: dict[str, Any]) -> None:
    epochs, before = training.settings.epochs, meta["epochs"]
    if epochs < meta["epoch"]:
        raise ValueError(
            f"epochs: expected {meta['epoch']} or more (the checkpoint's), got {epochs}"
        )
    looks_ahead = (
        training.setup.settings.schedule.looks_ahead or training.early_stopping is not None
    )
    if epochs != before and looks_ahead:
        raise ValueError(
            f"epochs: expected the checkpoint's {before}, for its schedule or patience looks at "
            f"the end; got {epochs}"
        )


def _listed(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise ValueError(f"checkpoint: settings: expected numbers and names, got {value!r}")


def _plain_state(rng: np.random.Generator) -> dict[str, Any]:
    name = type(rng.bit_generator).__name__
    if name not in GENERATORS:
        raise ValueError(f"save: expected generators of {', '.join(GENERATORS)}; got {name}")
    state: dict[str, Any] = json.loads(json.dumps(rng.bit_generator.state, default=_listed))
    return state


def _generator(state: dict[str, Any]) -> np.random.Generator:
    if state["bit_generator"] not in GENERATORS:
        raise ValueError(f"expected a generator of {', '.join(GENERATORS)}")
    bits = getattr(np.random, state["bit_generator"])()
    bits.state = state
    return np.random.Generator(bits)
