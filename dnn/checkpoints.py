"""A population in mid-training as one `.npz`, and exactly on from there; nothing is unpickled."""

import dataclasses
import hashlib
import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dnn.arrays import Integers
from dnn.data import Data, Replay, Streams
from dnn.network import Network
from dnn.settings import Settings
from dnn.training import Training, fit

FORMAT = 1
GENERATORS = ("PCG64", "PCG64DXSM", "SFC64", "Philox", "MT19937")
PROGRESS = ("epochs_done", "diverged", "dropped", "stopped")


def save(training: Training, path: str | Path) -> None:
    """Write all that the rest of a training depends on; the file is whole or not there."""
    state, steps = training.state()
    arrays: dict[str, Any] = {"theta": training.theta, "steps": steps}
    arrays |= {f"state/{name}": values for name, values in state.items()}
    arrays |= {name: getattr(training, name) for name in PROGRESS}
    if training.best is not None:
        best = training.best
        arrays |= {
            "best/parameters": best.parameters,
            "best/values": best.values,
            "best/epochs": best.epochs,
        }
    streams = training.setup.streams
    meta = {
        "format": FORMAT,
        "epoch": training.epoch,
        "seconds": training.seconds,
        "identity": _identity(training.setup.network, training.settings, training.setup.train),
        "order": [_generator_state(rng) for rng in streams.order],
        "dropout": [_generator_state(rng) for rng in streams.dropout],
    }
    arrays["meta"] = np.array(json.dumps(meta))
    target = Path(path)
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
) -> Training:
    """The training that `save` wrote, about to yield the record after its last one.

    Network, settings and training rows must be those it was saved with, `epochs` aside, which may
    be larger. Errors: ValueError for a file that is no checkpoint, or one of something else.
    """
    arrays, meta = _read(Path(path))
    for name, value in _identity(network, settings, train).items():
        if meta["identity"].get(name) != value:
            saved = meta["identity"].get(name)
            raise ValueError(f"{path}: expected a checkpoint of {name} {value}, got one of {saved}")
    theta = arrays["theta"]
    generators = {name: [_generator(s) for s in meta[name]] for name in ("order", "dropout")}
    # The first draws are done; their generators are not needed again.
    streams = Streams(generators["order"], generators["order"], generators["dropout"])
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
    )
    state = {name: arrays[f"state/{name}"] for name in training.setup.plan.optimizer.state}
    best = (
        (arrays["best/parameters"], arrays["best/values"], arrays["best/epochs"])
        if training.best is not None
        else None
    )
    progress = {name: arrays[name] for name in PROGRESS}
    training.go_on(meta["epoch"], meta["seconds"], progress, state, arrays["steps"], best)
    return training


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        # Opened here, for np.load leaves a file that it cannot read open.
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        meta = json.loads(str(arrays.pop("meta")))
        if meta["format"] != FORMAT:
            raise ValueError(f"its format is {meta['format']}, not {FORMAT}")
        for name in ("theta", "steps", *PROGRESS):
            _ = arrays[name]
    except FileNotFoundError:
        raise ValueError(f"{path}: expected a checkpoint, got no such file") from None
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as fault:
        raise ValueError(
            f"{path}: expected a checkpoint of a population, whole; got: {fault}"
        ) from None
    return arrays, meta


def _identity(network: Network, settings: Settings, train: Data) -> dict[str, Any]:
    """What must be the same for a training to go on, as JSON says it."""
    plain = dataclasses.asdict(settings)
    del plain["epochs"]
    digest = hashlib.sha256(train.x.tobytes() + train.y.tobytes()).hexdigest()[:16]
    identity = {
        "network": dataclasses.asdict(network),
        "settings": plain,
        "training rows": f"{train.x.dtype} {train.x.shape} {digest}",
    }
    described: dict[str, Any] = json.loads(json.dumps(identity, default=_listed))
    return described


def _listed(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"checkpoint: settings: expected numbers and names, got {value!r}")


def _generator_state(rng: np.random.Generator) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(json.dumps(rng.bit_generator.state, default=_listed))
    return state


def _generator(state: dict[str, Any]) -> np.random.Generator:
    if state.get("bit_generator") not in GENERATORS:
        raise ValueError(f"checkpoint: expected a generator of {', '.join(GENERATORS)}")
    bits = getattr(np.random, state["bit_generator"])()
    bits.state = state
    return np.random.Generator(bits)
