"""A small convolutional network of PyTorch as a trainer, on images of 8 × 8 pixels."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

SIDE = 8


def network(channels: int, keep_prob: float, classes: int) -> nn.Module:
    """Two convolutions, each followed by pooling, and one dense layer."""
    return nn.Sequential(
        nn.Conv2d(1, channels, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(channels, 2 * channels, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(1 - keep_prob),
        nn.Linear(2 * channels * (SIDE // 4) ** 2, classes),
    )


def images(part: Any) -> Tensor:
    """(n, 1, 8, 8): a copy, since the rows are not ours to change."""
    return torch.tensor(part.x).reshape(-1, 1, SIDE, SIDE)


def outputs(model: nn.Module, x: Tensor) -> Any:
    """(n, classes) log-probabilities in evaluation mode."""
    model.eval()
    with torch.no_grad():
        return model(x).log_softmax(dim=-1).numpy()


def train(config: dict[str, Any], data: Any, seed: int) -> Iterator[dict[str, Any]]:
    """Yield log-probabilities after every epoch; losses and errors follow from them."""
    torch.manual_seed(seed)
    model = network(config["channels"], config["keep_prob"], len(data.classes))
    optimizer = torch.optim.AdamW(
        model.parameters(), config["learning_rate"], weight_decay=config["weight_decay"]
    )
    parts = {"train": images(data.train), "dev": images(data.dev)}
    if data.test is not None:  # in the confirmation
        parts["test"] = images(data.test)
    labels = torch.tensor(data.train.y)
    for _ in range(config["epochs"]):
        model.train()
        for rows in torch.randperm(len(labels)).split(config["batch_size"]):
            loss = nn.functional.cross_entropy(model(parts["train"][rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        yield {f"{name}_outputs": outputs(model, x) for name, x in parts.items()}
