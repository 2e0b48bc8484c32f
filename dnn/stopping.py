"""Early stopping: the best weights of each network so far, and whose patience is over."""

import numpy as np

from dnn.arrays import Array, Flags


class EarlyStopping:
    """The best values of P networks so far, and their parameters then: a copy of theta (P, N)."""

    def __init__(self, theta: Array, patience: int, min_delta: float) -> None:
        self.theta, self.patience, self.min_delta = theta, patience, min_delta
        self.parameters = theta.copy()
        self.values = np.full(len(theta), np.inf)
        self.epochs = np.zeros(len(theta), np.int64)

    def update(self, epoch: int, values: Array) -> None:
        """Values (P,) after this epoch: an improvement is more than min_delta below the best.

        The value of a network that is trained no further does not change, and is never one.
        """
        better = values < self.values - self.min_delta
        self.values[better] = values[better]
        self.epochs[better] = epoch
        self.parameters[better] = self.theta[better]

    def is_over(self, epoch: int) -> Flags:
        """(P,) no improvement for `patience` epochs."""
        over: Flags = epoch - self.epochs >= self.patience
        return over

    def restore(self, networks: Flags) -> None:
        """Put the best parameters back into theta."""
        self.theta[networks] = self.parameters[networks]
