"""Six signs on PyTorch and here: the same weights, the same batches, losses side by side.

`python -m studies.images signs` draws the images, `python -m studies.softmax_torch` trains
12288-25-12-6 with Adam on both, in float64, and prints a line an epoch.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnn import Data, Network, Replay, Settings, Streams, fit, one_hot

Floats = NDArray[np.float64]
HIDDEN, BATCH = (25, 12), 32


def read(rows: int, folder: Path) -> Data:
    """The first training images as (n, 12288) from 0 to 1, and their classes, one-hot."""
    import h5py

    with h5py.File(folder / "signs_train.h5") as file:
        x, y = file["train_set_x"][:rows], file["train_set_y"][:rows]
    return Data(x.reshape(len(x), -1) / 255, one_hot(y, 6, np.float64))


def here(network: Network, theta: Floats, data: Data, rate: float, epochs: int) -> Iterator[float]:
    """The mean loss of all rows after each epoch, in batches in their order."""
    settings = Settings("adam", rate, batch_size=BATCH, epochs=epochs)
    replay = Replay(order=lambda epoch: np.arange(len(data)))
    records = fit(network, theta.copy(), data, None, Streams.spawn(0, 1), settings, replay=replay)
    for record in records:
        if record.epoch:
            yield float(record.train_loss[0])


def torchs(
    network: Network, theta: Floats, data: Data, rate: float, epochs: int
) -> Iterator[float]:
    """The same by PyTorch, from the same weights (1, N)."""
    import torch

    layers: list[Any] = []
    for block in network.blocks(theta):
        out, into = block.w.shape[1:]
        layer = torch.nn.Linear(into, out, dtype=torch.float64)
        layer.load_state_dict(
            {"weight": torch.tensor(block.w[0]), "bias": torch.tensor(block.b[0].ravel())}
        )
        layers += [layer, torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    x, y = torch.tensor(data.x), torch.tensor(data.y.argmax(axis=1))
    optimizer = torch.optim.Adam(model.parameters(), rate)
    for _ in range(epochs):
        for rows in torch.arange(len(x)).split(BATCH):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            yield float(torch.nn.functional.cross_entropy(model(x), y))


def side_by_side(data: Data, rate: float, epochs: int) -> Iterator[tuple[float, float]]:
    """Losses after each epoch, here and by PyTorch."""
    network = Network(data.x.shape[1], HIDDEN, 6, loss="softmax_cross_entropy")
    theta = network.initialize("glorot", Streams.spawn(0, 1).initial, "float64")
    given = network, theta, data, rate, epochs
    return zip(here(*given), torchs(*given), strict=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m studies.softmax_torch", description=__doc__)
    parser.add_argument("--rows", type=int, default=1080)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--rate", type=float, default=1e-4, metavar="LEARNING_RATE")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    given = parser.parse_args()
    try:
        data = read(given.rows, given.folder)
        print(f"{'epoch':>5}{'here':>12}{'PyTorch':>12}{'apart':>10}")
        losses = side_by_side(data, given.rate, given.epochs)
        for epoch, (ours, theirs) in enumerate(losses, 1):
            print(f"{epoch:>5}{ours:>12.8f}{theirs:>12.8f}{abs(ours - theirs):>10.0e}")
    except FileNotFoundError:
        parser.error("expected signs_train.h5; draw it first: python -m studies.images signs")
    except ImportError as fault:
        parser.error(f"expected {fault.name}, got none (pip install torch h5py)")


if __name__ == "__main__":
    main()
