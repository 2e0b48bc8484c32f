"""Parity with PyTorch in float64: the same parameters, batches and masks, 200 updates later."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from dnn import OPTIMIZERS, SCHEDULES, Data, Network, Replay, Settings, Streams, fit

torch = pytest.importorskip("torch", reason="no PyTorch (pip install torch==2.13.0)")

ROWS, BATCH, EPOCHS, POPULATION = 90, 9, 20, 2
UPDATES = ROWS // BATCH * EPOCHS
RATE = 0.01

# Ours by name → PyTorch's optimizer for (parameters, learning rate). Where a name or default
# differs it is written out: momentum's averaging form is a rate of α(1 − β), our β of RMSprop is
# their alpha, and only weights decay, so biases get a group of their own.
SGD, ADAM = torch.optim.SGD, torch.optim.Adam
THEIRS: dict[str, Callable[[Any, float], Any]] = {
    "gradient_descent": lambda p, a: SGD(p, a),
    "momentum": lambda p, a: SGD(p, a * (1 - 0.9), momentum=0.9),
    "classical_momentum": lambda p, a: SGD(p, a, momentum=0.9),
    "nesterov": lambda p, a: SGD(p, a, momentum=0.9, nesterov=True),
    "adagrad": lambda p, a: torch.optim.Adagrad(p, a),
    "adadelta": lambda p, a: torch.optim.Adadelta(p, a),
    "rmsprop": lambda p, a: torch.optim.RMSprop(p, a, alpha=0.9),
    "rmsprop_centred": lambda p, a: torch.optim.RMSprop(p, a, alpha=0.9, centered=True),
    "adam": lambda p, a: ADAM(p, a),
    "amsgrad": lambda p, a: ADAM(p, a, amsgrad=True),
    "adamw": lambda p, a: torch.optim.AdamW(p, a),
    "nadam": lambda p, a: torch.optim.NAdam(p, a),
}
SCHEDULERS: dict[str, Callable[[Any], Any]] = {
    "inverse_time": lambda o: torch.optim.lr_scheduler.LambdaLR(
        o, lambda e: 1 / (1 + max(e - 1, 0) // 3)
    ),
    "step": lambda o: torch.optim.lr_scheduler.StepLR(o, 3, gamma=0.5),
    "exponential": lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9),
    "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, EPOCHS, eta_min=0.1 * RATE),
    "one_cycle": lambda o: torch.optim.lr_scheduler.OneCycleLR(
        o, RATE, total_steps=UPDATES, cycle_momentum=False
    ),
    "linear_warmup": lambda o: torch.optim.lr_scheduler.LinearLR(o, 0.1, total_iters=50),
}
SETTINGS = {
    "inverse_time": {"interval": 3},
    "step": {"decay": 0.5, "interval": 3},
    "exponential": {"decay": 0.9},
    "cosine": {"floor": 0.1},
}
ACTIVATIONS = {
    "relu": torch.relu,
    "leaky_relu": lambda z: torch.nn.functional.leaky_relu(z, 0.01),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "elu": torch.nn.functional.elu,
    "selu": torch.selu,
    "gelu": lambda z: torch.nn.functional.gelu(z, approximate="tanh"),
    "silu": torch.nn.functional.silu,
    "softplus": torch.nn.functional.softplus,
    "identity": lambda z: z,
}
LOSSES = {
    "binary_cross_entropy": torch.nn.functional.binary_cross_entropy_with_logits,
    "softmax_cross_entropy": torch.nn.functional.cross_entropy,
    "mean_squared_error": torch.nn.functional.mse_loss,
    "huber": torch.nn.functional.huber_loss,
}


@pytest.fixture(autouse=True)
def _float64() -> Iterator[None]:
    """PyTorch keeps NAdam's product of momenta in its default type."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def problem(network: Network) -> Data:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((ROWS, network.n_in))
    if network.loss == "softmax_cross_entropy":
        return Data(x, np.eye(network.n_out)[rng.integers(0, network.n_out, ROWS)])
    y = x[:, :1] * x[:, 1:2] + 0.3 * x[:, 2:3]
    return Data(x, (y > 0).astype(float) if network.loss == "binary_cross_entropy" else y)


class Twin:
    """One network in PyTorch, from the same numbers."""

    def __init__(self, network: Network, theta: np.ndarray) -> None:
        self.network = network
        self.layers = []
        for block in network.blocks(theta[None]):
            tensors = {
                name: torch.tensor(values[0].copy())
                for name, values in block._asdict().items()
                if values is not None
            }
            for name in ("w", "b", "gain"):
                if name in tensors:
                    tensors[name].requires_grad_()
            self.layers.append(tensors)

    def groups(self) -> list[dict[str, Any]]:
        """Weights, then everything else, which does not decay."""
        weights = [layer["w"] for layer in self.layers]
        others = [layer[n] for n in ("b", "gain") for layer in self.layers if n in layer]
        return [{"params": weights}, {"params": others, "weight_decay": 0.0}]

    def forward(self, x: Any, masks: list[np.ndarray] | None, keep: float) -> Any:
        a = x
        for number, layer in enumerate(self.layers):
            is_last = number == len(self.layers) - 1
            z = a @ layer["w"].T
            if "gain" in layer:
                z = torch.nn.functional.batch_norm(
                    z,
                    layer["mean"][:, 0],
                    layer["variance"][:, 0],
                    layer["gain"][:, 0],
                    layer["b"][:, 0],
                    training=True,
                    momentum=0.1,
                    eps=1e-5,
                )
            else:
                z = z + layer["b"][:, 0]
            if is_last:
                return z
            a = ACTIVATIONS[self.network.activation](z)
            if masks is not None:
                a = a * torch.tensor(masks[number].T.astype(float)) / keep
        return a

    def theta(self) -> np.ndarray:
        theta = np.empty((1, self.network.n_columns))
        for block, layer in zip(self.network.blocks(theta), self.layers, strict=True):
            for name, tensor in layer.items():
                getattr(block, name)[0] = tensor.detach().numpy()
        return theta[0]


def distance(
    network: Network, settings: Settings, scheduler: str | None = None, keep: float = 1.0
) -> float:
    """The largest ‖Δθ‖/‖θ‖ over a population after 200 updates."""
    data, streams = problem(network), Streams.spawn(1, POPULATION)
    theta = network.initialize("glorot", streams.initial, np.float64, bias=0.1)
    rngs = [np.random.default_rng([p, 0]) for p in range(POPULATION)]
    orders = np.array([[rng.permutation(ROWS) for rng in rngs] for _ in range(EPOCHS)])

    def masks(update: int, p: int) -> list[np.ndarray]:
        rng = np.random.default_rng([update, p])
        return [rng.random((width, BATCH)) < keep for width in network.hidden]

    replay = Replay(
        order=lambda epoch: orders[epoch - 1],
        masks=None
        if keep == 1
        else lambda update: [
            np.stack(layer)
            for layer in zip(*(masks(update, p) for p in range(POPULATION)), strict=True)
        ],
    )
    twins = [Twin(network, row) for row in theta]
    start = theta.copy()
    list(fit(network, theta, data, None, streams, settings, replay=replay))
    moved = np.linalg.norm(theta - start) / np.linalg.norm(start)
    assert moved > 1e-3  # else equality would say nothing
    worst = 0.0
    x, y = torch.tensor(data.x), torch.tensor(data.y)
    for p, twin in enumerate(twins):
        optimizer = THEIRS[settings.optimizer](twin.groups(), RATE)
        schedule = SCHEDULERS[scheduler](optimizer) if scheduler else None
        update = 0
        for epoch in range(EPOCHS):
            for first in range(0, ROWS, BATCH):
                rows = torch.tensor(orders[epoch, p, first : first + BATCH])
                update += 1
                z = twin.forward(x[rows], None if keep == 1 else masks(update, p), keep)
                loss = (
                    LOSSES[network.loss](z, y[rows], label_smoothing=settings.label_smoothing)
                    if settings.label_smoothing
                    else LOSSES[network.loss](z, y[rows])
                )
                penalty = sum((layer["w"] ** 2).sum() for layer in twin.layers)
                loss = loss + settings.l2 / (2 * ROWS) * penalty
                optimizer.zero_grad()
                loss.backward()
                if np.isfinite(settings.clip_value):
                    for group in twin.groups():
                        torch.nn.utils.clip_grad_value_(group["params"], settings.clip_value)
                optimizer.step()
                if schedule is not None and SCHEDULES[settings.schedule].every_update:
                    schedule.step() if update < UPDATES else None
            if schedule is not None and not SCHEDULES[settings.schedule].every_update:
                schedule.step()
        theirs = twin.theta()
        worst = max(worst, float(np.linalg.norm(theta[p] - theirs) / np.linalg.norm(theirs)))
    return worst


def train(network: Network, optimizer: str = "adam", **change: Any) -> float:
    scheduler, keep = change.get("schedule"), change.pop("keep", 1.0)
    settings = Settings(optimizer, RATE, batch_size=BATCH, epochs=EPOCHS, keep_prob=keep, **change)
    return distance(network, settings, scheduler, keep)


@pytest.mark.parametrize("optimizer", sorted(THEIRS))
def test_optimizers(optimizer: str) -> None:
    assert train(Network(6, (9, 5), 1, "tanh"), optimizer, l2=0.5) <= 1e-10


def test_only_those_have_no_twin() -> None:
    assert set(OPTIMIZERS) - set(THEIRS) == {"adam_epsilon_inside", "lion"}
    assert set(SCHEDULES) - set(SCHEDULERS) == {"constant"}


@pytest.mark.parametrize("schedule", sorted(SCHEDULERS))
def test_schedules(schedule: str) -> None:
    given = {"schedule": schedule, "schedule_settings": SETTINGS.get(schedule, {})}
    assert train(Network(6, (9, 5), 1, "tanh"), **given) <= 1e-10


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_activations_and_losses(activation: str, loss: str) -> None:
    outputs = 3 if loss == "softmax_cross_entropy" else 1
    assert train(Network(6, (9, 5), outputs, activation, loss)) <= 1e-10


@pytest.mark.parametrize("optimizer", ["gradient_descent", "adam", "adamw"])
@pytest.mark.parametrize("keep", [1.0, 0.8])
@pytest.mark.parametrize("sizes", [(6, (9, 5)), (9, (8, 5)), (8, (17, 5))], ids=str)
def test_batch_normalization_and_dropout(
    sizes: tuple[int, tuple[int, ...]], optimizer: str, keep: float
) -> None:
    """Running statistics included; the dense layers before it have no bias.

    A first layer of few inputs, one of many, and one that is computed row by row.
    """
    network = Network(*sizes, 3, "relu", "softmax_cross_entropy", batch_norm=True)
    assert train(network, optimizer, keep=keep, l2=0.5) <= 1e-10


@pytest.mark.parametrize("keep", [1.0, 0.8])
@pytest.mark.parametrize("hidden", [(17, 5), (20,), (16, 16, 4)], ids=str)
def test_wide_layers_which_are_computed_row_by_row(hidden: tuple[int, ...], keep: float) -> None:
    network = Network(8, hidden, 3, "relu", "softmax_cross_entropy")
    assert network.is_row_major
    assert train(network, keep=keep, l2=0.5) <= 1e-10
    assert train(network, "adamw", keep=keep) <= 1e-10


def test_dropout_alone() -> None:
    assert train(Network(6, (9, 5), 1, "relu"), keep=0.7) <= 1e-10


def test_label_smoothing_and_clipping() -> None:
    network = Network(6, (9, 5), 3, "tanh", "softmax_cross_entropy")
    assert train(network, label_smoothing=0.1) <= 1e-10
    assert train(network, "gradient_descent", clip_value=0.01) <= 1e-10
