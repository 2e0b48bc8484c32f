"""`MLPClassifier` and `MLPRegressor`: the engine in scikit-learn's convention.

The only module of the package that imports scikit-learn. `n_networks` of them are one population,
trained together and used together, as an ensemble.
"""

# ruff: noqa: N803 - scikit-learn's callers say X

import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MultiOutputMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from dnn import arguments, ensembles
from dnn.arrays import Array, Integers
from dnn.data import Data, Streams
from dnn.network import Network
from dnn.settings import Settings

Floats = NDArray[np.float64]


class _MLP(BaseEstimator, ABC):  # type: ignore[misc] # scikit-learn ships no types
    """What both estimators share: the arguments, training the population, its raw outputs."""

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
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on X (n, n_features) and y."""

    @property
    def _name(self) -> str:
        return type(self).__name__

    def _train(self, x: Array, y: Array, *, loss: str, strata: Integers | None = None) -> None:
        """Train on x (n, n_in) and y (n, K) as the loss wants it, and set what fit sets."""
        random = check_random_state(self.random_state)
        seed = random.randint(np.iinfo(np.int32).max)
        held_out = None
        if self.patience is not None:
            x, x_held_out, y, y_held_out = train_test_split(
                x, y, test_size=self.validation_fraction, random_state=random, stratify=strata
            )
            held_out = Data(x_held_out, y_held_out)
        settings = Settings(
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            batch_size=len(x) if self.batch_size == "full" else int(self.batch_size),
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
        ensemble = ensembles.train(network, theta, Data(x, y), held_out, streams, settings)
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


class MLPClassifier(ClassifierMixin, _MLP):  # type: ignore[misc] # scikit-learn ships no types
    """Feed-forward networks for two or more classes, whose labels may be of any kind.

    Two classes train one logistic output, more a softmax. Nothing is standardized: put a
    StandardScaler before it in a Pipeline.

    hidden: sizes of the hidden layers; () is logistic regression. activation, initializer,
    optimizer, schedule: names of the package's tables; optimizer_settings: that optimizer's.
    batch_size: rows of an update, or "full". l2: λ of the penalty λ/(2m)·Σ‖W‖², m the training
    rows; scikit-learn's MLP puts the rows of a batch in m's place, so its alpha is
    l2·batch_size/m. keep_prob: that of a hidden unit under dropout. batch_norm: normalization
    before every activation. n_networks: the ensemble's
    size P; network k is the same, bit for bit, in an ensemble of any size. patience: None, or hold
    `validation_fraction` of the rows out, stop each network once its held-out loss has not improved
    for so many epochs, and keep the weights of its best epoch. dtype: "float64" or "float32".

    Set by fit: classes_; n_features_in_, feature_names_in_; network_; theta_ (P, N), without
    networks that diverged; n_iter_: epochs trained; loss_curve_: the networks' mean train loss
    after each of them; loss_: that of theta_.

    Errors: ValueError in fit for a wrong argument, for one class, for rows that are not finite
    numbers, and where every network diverged; fewer diverge with a ConvergenceWarning.
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on X (n, n_features) and labels y (n,)."""
        arguments.check(self._name, self.get_params())
        dtype = arguments.DTYPES[self.dtype]
        x, labels = validate_data(self, X, y, dtype=dtype, order="C")
        check_classification_targets(labels)
        classes, codes = np.unique(labels, return_inverse=True)
        count = len(classes)
        if count < 2:
            only = classes.tolist()[0]
            raise ValueError(
                f"{self._name}: y: expected two classes or more, got one class, {only!r}"
            )
        self._train(
            x,
            codes[:, None].astype(dtype) if count == 2 else np.eye(count, dtype=dtype)[codes],
            loss="binary_cross_entropy" if count == 2 else "softmax_cross_entropy",
            strata=codes,
        )
        self.classes_ = classes
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Labels (n,) of X (n, n_features): the classes of the largest mean probability."""
        best = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def predict_proba(self, X: ArrayLike) -> Floats:
        """(n, classes), in the order of classes_: the mean of the networks' probabilities."""
        mean = np.exp(self._outputs(X)).mean(axis=0)
        # Their sum is 1 to float64's precision, also when the networks are float32.
        return np.asarray(mean / mean.sum(axis=1, keepdims=True))

    def std(self, X: ArrayLike) -> Floats:
        """(n, classes): the probabilities' spread between networks (ddof=1); 0 for one network."""
        return ensembles.spread(np.exp(self._outputs(X)))


class MLPRegressor(
    RegressorMixin,  # type: ignore[misc] # scikit-learn ships no types
    MultiOutputMixin,  # type: ignore[misc] # nor here
    _MLP,
):
    """Feed-forward networks for one target or several, trained on the mean squared error.

    Arguments, attributes and errors are MLPClassifier's, with y_mean_ and y_scale_ in the place of
    classes_. The target is standardized inside, column by column, with the mean and the standard
    deviation of y, so that loss_ and l2 do not depend on its unit; predictions are in y's own. A
    constant target is predicted exactly. X is not standardized.
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on X (n, n_features) and y (n,) or (n, targets)."""
        arguments.check(self._name, self.get_params())
        dtype = arguments.DTYPES[self.dtype]
        x, target = validate_data(
            self, X, y, dtype=dtype, order="C", multi_output=True, y_numeric=True
        )
        if target.ndim == 2 and target.shape[1] == 1:
            target = column_or_1d(target, warn=True)
        target = target.astype(np.float64)
        constant = (target == target[0]).all(axis=0)
        mean = np.where(constant, target[0], target.mean(axis=0))
        scale = np.where(constant, 0.0, target.std(axis=0))
        y_standard = (target - mean) / np.where(constant, 1.0, scale)
        self._train(
            x,
            y_standard.reshape(len(x), -1).astype(dtype),
            loss="mean_squared_error",
        )
        self.y_mean_, self.y_scale_ = mean, scale
        return self

    def predict(self, X: ArrayLike) -> Floats:
        """(n,) or (n, targets) for X (n, n_features): the mean of the networks' predictions."""
        standard = self._outputs(X).mean(axis=0)
        return self._as_given(standard * self.y_scale_ + self.y_mean_)

    def std(self, X: ArrayLike) -> Floats:
        """Of predict's shape and unit: the spread between networks (ddof=1); 0 for one network."""
        return self._as_given(ensembles.spread(self._outputs(X)) * self.y_scale_)

    def _as_given(self, y: Floats) -> Floats:
        """(n, targets), or (n,) where y was."""
        return y if self.y_mean_.ndim else y[:, 0]
