"""A backward pass written by hand, and the ways in which it goes wrong.

`python -m studies.gradient_check` checks it with each bug planted, and without, and against ε.
`train` trains with a bug: does it show in what the network says?
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnn import gradcheck

Floats = NDArray[np.float64]
Parameters = dict[str, Floats]
KEEP, L2 = 0.8, 0.7  # of the check; dropout's masks are fixed there
BUGS = {
    "none": "the backward pass as it should be",
    "dW2_doubled": "dW2 is twice what it is",
    "db1_times_4": "db1 is four times what it is",
    "no_mean": "the sum over rows in place of the mean",
    "no_penalty": "λ stands in the cost, and not in dW",
    "slope_of_z": "tanh's slope 1 − a² is taken of z in place of a",
    "no_slope": "tanh's slope is left out",
    "mask_forgotten": "dropout's mask is left out of the way back",
    "sign_of_db2": "db2 has the wrong sign",
    "old_W2": "W2 has been updated before dW1 is computed",
}


class Rows:
    """Inputs (n, d) and classes (n,) of 0 and 1, with what the network makes of them."""

    def __init__(self, x: Floats, y: Floats, l2: float = 0.0, mask: Floats | float = 1.0) -> None:
        self.x, self.y, self.l2, self.mask = x, y[:, None], l2, mask

    def forward(self, p: Parameters) -> tuple[Floats, Floats, Floats]:
        """z1 and a1 (n, units), and z2 (n, 1)."""
        z1 = self.x @ p["W1"] + p["b1"]
        a1 = np.tanh(z1) * self.mask
        return z1, a1, a1 @ p["W2"] + p["b2"]

    def cost(self, p: Parameters) -> float:
        """Mean cross-entropy, and the penalty λ/(2n)·Σ‖W‖²."""
        _, _, z2 = self.forward(p)
        penalty = self.l2 / (2 * len(self.x)) * ((p["W1"] ** 2).sum() + (p["W2"] ** 2).sum())
        return float((np.logaddexp(0, z2) - self.y * z2).mean() + penalty)

    def gradient(self, p: Parameters, bug: str = "none") -> Parameters:
        """Backpropagation with one of BUGS."""
        n = 1 if bug == "no_mean" else len(self.x)
        decay = 0 if bug == "no_penalty" else self.l2 / len(self.x)
        z1, a1, z2 = self.forward(p)
        dz2 = (1 / (1 + np.exp(-z2)) - self.y) / n
        dw2, db2 = a1.T @ dz2 + decay * p["W2"], dz2.sum(axis=0)
        w2 = p["W2"] - dw2 if bug == "old_W2" else p["W2"]
        slope = {"no_slope": 1.0, "slope_of_z": 1 - z1**2}.get(bug, 1 - np.tanh(z1) ** 2)
        dz1 = dz2 @ w2.T * slope * (1.0 if bug == "mask_forgotten" else self.mask)
        dw1, db1 = self.x.T @ dz1 + decay * p["W1"], dz1.sum(axis=0)
        return {
            "W1": dw1,
            "b1": 4 * db1 if bug == "db1_times_4" else db1,
            "W2": 2 * dw2 if bug == "dW2_doubled" else dw2,
            "b2": -db2 if bug == "sign_of_db2" else db2,
        }


def start(rng: np.random.Generator, columns: int, units: int) -> Parameters:
    """Weights by Xavier's rule, and small biases."""
    return {
        "W1": rng.standard_normal((columns, units)) / np.sqrt(columns),
        "b1": 0.1 * rng.standard_normal(units),
        "W2": rng.standard_normal((units, 1)) / np.sqrt(units),
        "b2": 0.1 * rng.standard_normal(1),
    }


def train(config: dict[str, Any], data: Any, seed: int) -> Iterator[dict[str, Any]]:
    """Full-batch gradient descent with a bug; log-probabilities after every epoch."""
    rows = Rows(data.train.x.astype(float), data.train.y.astype(float), config["l2"])
    p = start(np.random.default_rng(seed), rows.x.shape[1], config["units"])

    def outputs(part: Any) -> Floats:
        _, _, z = Rows(part.x, part.y).forward(p)
        return -np.logaddexp(0, np.concatenate([z, -z], axis=1))

    for _ in range(config["epochs"]):
        with np.errstate(over="ignore", invalid="ignore"):  # with some bugs it diverges
            gradient = rows.gradient(p, config["bug"])
            p = {name: was - config["learning_rate"] * gradient[name] for name, was in p.items()}
            said = {"train_outputs": outputs(data.train), "dev_outputs": outputs(data.dev)}
            if data.test is not None:  # in the confirmation
                said["test_outputs"] = outputs(data.test)
        yield said


def checked(bug: str, epsilon: float = 1e-5, seed: int = 0) -> gradcheck.GradientCheck:
    """The check of one bug, on 20 rows, with a penalty and a fixed mask."""
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((20, 3)), rng.integers(0, 2, 20).astype(float)
    rows = Rows(x, y, L2, (rng.random((20, 5)) < KEEP) / KEEP)
    backward: Callable[[Parameters], Parameters] = lambda p: rows.gradient(p, bug)  # noqa: E731
    return gradcheck.check_function(rows.cost, backward, start(rng, 3, 5), epsilon=epsilon)


def against_epsilon(epsilon: float) -> dict[str, float]:
    """How far each backward pass is from differences of a step: the right one, each wrong one."""
    names = {bug: "without a bug" if bug == "none" else bug for bug in BUGS}
    return {name: checked(bug, epsilon).difference for bug, name in names.items()}


def main() -> None:
    """Print a line a bug, and a line an ε."""
    print(f"{'bug':<16}{'difference':>11}  {'found':<6}{'in':<16}what is wrong")
    for bug, what in BUGS.items():
        done = checked(bug)
        blocks = [name for name, apart in done.blocks.items() if apart > gradcheck.PASS_MARK]
        found = "no" if done.passed else "yes"
        print(f"{bug:<16}{done.difference:>11.1e}  {found:<6}{', '.join(blocks):<16}{what}")
    print(f"\n{'ε':<8}{'difference':>11}  without a bug: truncation above, rounding below")
    for epsilon in gradcheck.EPSILONS:
        print(f"{epsilon:<8.0e}{checked('none', epsilon).difference:>11.1e}")


if __name__ == "__main__":
    main()
