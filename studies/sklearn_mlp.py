"""scikit-learn's MLPClassifier as a trainer: one `partial_fit` an epoch."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier


def log_probabilities(model: MLPClassifier, x: Any) -> Any:
    """(n, classes). scikit-learn's own `predict_log_proba` warns of probabilities of 0."""
    return np.log(np.maximum(model.predict_proba(x), 1e-15))


def train(config: dict[str, Any], data: Any, seed: int) -> Iterator[dict[str, Any]]:
    """Yield log-probabilities after every epoch; losses and errors follow from them."""
    model = MLPClassifier(
        config["hidden"],
        activation=config["activation"],
        solver="adam",
        alpha=config["l2"],
        batch_size=config["batch_size"],
        learning_rate_init=config["learning_rate"],
        beta_1=config["momentum"],
        random_state=seed,
    )
    classes = np.arange(len(data.classes))
    for _ in range(config["epochs"]):
        model.partial_fit(data.train.x, data.train.y, classes=classes)
        said = {
            "train_outputs": log_probabilities(model, data.train.x),
            "dev_outputs": log_probabilities(model, data.dev.x),
        }
        if data.test is not None:  # in the confirmation
            said["test_outputs"] = log_probabilities(model, data.test.x)
        yield said
