"""What `MLPClassifier` and `MLPRegressor` share: a population under scikit-learn's conventions."""

# ruff: noqa: N803 - scikit-learn's callers say X

import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from dnn import ensembles
from dnn.arrays import Array, Floats, Integers
from dnn.data import Data, Streams
from dnn.network import Network
from dnn.settings import Settings


class PopulationEstimator(BaseEstimator, ABC):  # type: ignore[misc] # scikit-learn ships no types
    """The arguments, training the population, its raw outputs; `dnn.estimators` documents them."""

    def __init__(
        self,
        hidden: Sequence[int] = (32, 16),
        *,
        activation: str = "relu",
        initializer: str = "he",
        optimizer: str = "adam",
        optimizer_settings: Mapping[str, float] | None = None,
        learning_rate: float = 1e-3,
        schedule: str = "constant",
        batch_size: int | str = 32,
        epochs: int = 60,
        l2: float = 0.0,
        keep_prob: float = 1.0,
        batch_norm: bool = False,
        n_networks: int = 1,
        patience: int | None = None,
        validation_fraction: float = 0.1,
        dtype: str = "float64",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.initializer = initializer
        self.optimizer = optimizer
        self.optimizer_settings = optimizer_settings
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.epochs = epochs
        self.l2 = l2
        self.keep_prob = keep_prob
        self.batch_norm = batch_norm
        self.n_networks = n_networks
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.dtype = dtype
        self.random_state = random_state

    @abstractmethod
    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train on X (n, n_features) and y."""

    @property
    def _name(self) -> str:
        return type(self).__name__

    def _weights(self, x: Array, sample_weight: ArrayLike | None) -> Array | None:
        """Weights (n,) of rows x, None where all count alike. Raises ValueError."""
        if sample_weight is None:
            return None
        weights: Array = _check_sample_weight(
            sample_weight, x, dtype=x.dtype, ensure_non_negative=True
        )
        if not weights.any():
            raise ValueError(
                f"{self._name}: sample_weight: expected a weight above 0, got 0 in every row"
            )
        return None if (weights == weights[0]).all() else weights

    def _train(
        self,
        x: Array,
        y: Array,
        weights: Array | None,
        *,
        loss: str,
        strata: Integers | None = None,
    ) -> None:
        """Train on x (n, n_in) and y (n, K) as the loss wants it, and set what fit sets."""
        random = check_random_state(self.random_state)
        seed = random.randint(np.iinfo(np.int32).max)
        train, held_out = Data(x, y, weights), None
        if self.patience is not None:
            rows, rows_held_out = train_test_split(
                np.arange(len(x)),
                test_size=self.validation_fraction,
                random_state=random,
                stratify=strata,
            )
            train, held_out = (train.take(own) for own in (rows, rows_held_out))
        settings = Settings(
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            batch_size=len(train) if self.batch_size == "full" else int(self.batch_size),
            epochs=self.epochs,
            l2=self.l2,
            keep_prob=self.keep_prob,
            optimizer_settings=self.optimizer_settings,
            schedule=self.schedule,
            patience=self.patience,
        )
        sizes = tuple(int(width) for width in self.hidden)
        network = Network(
            x.shape[1], sizes, y.shape[1], self.activation, loss, bool(self.batch_norm)
        )
        streams = Streams.spawn(seed, self.n_networks)
        theta = network.initialize(self.initializer, streams.initial, x.dtype)
        ensemble = ensembles.train(network, theta, train, held_out, streams, settings)
        self._report_divergence(ensemble)
        self.network_ = network
        self.theta_ = ensemble.theta
        self.n_iter_ = len(ensemble.curve)
        self.loss_curve_ = ensemble.curve.mean(axis=1).tolist()
        self.loss_ = float(ensemble.loss.mean())

    def _report_divergence(self, ensemble: ensembles.Ensemble) -> None:
        diverged, everyone = int((~ensemble.converged).sum()), len(ensemble.converged)
        which = f"{diverged} of {everyone} networks diverged"
        cure = f"standardize X, or take a learning_rate smaller than {self.learning_rate}"
        if diverged == everyone:
            raise ValueError(f"{self._name}: {which}: {cure}")
        if diverged:
            text = f"{self._name}: {which} and are left out: {cure}"
            warnings.warn(text, ConvergenceWarning, stacklevel=4)

    def _outputs(self, X: ArrayLike) -> Floats:
        """(P, n, K′): each network's log-probabilities, or standardized predictions."""
        check_is_fitted(self)
        # One order of memory, for another may round a product differently.
        x = validate_data(self, X, dtype=self.theta_.dtype, order="C", reset=False)
        return ensembles.outputs(self.network_, self.theta_, x)
