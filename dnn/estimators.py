"""`MLPClassifier` and `MLPRegressor`: the engine in scikit-learn's convention.

`n_networks` of them are one population, trained together and used together, as an ensemble. This
and `dnn.population_estimator` alone of the package import scikit-learn.
"""

# ruff: noqa: N803 - scikit-learn's callers say X

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, MultiOutputMixin, RegressorMixin
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from dnn import arguments, ensembles
from dnn.arrays import Array, Floats
from dnn.population_estimator import PopulationEstimator

__all__ = ["MLPClassifier", "MLPRegressor"]


class MLPClassifier(ClassifierMixin, PopulationEstimator):  # type: ignore[misc] # scikit-learn ships no types
    """Feed-forward networks for two or more classes, whose labels may be of any kind.

    Two classes train one logistic output, more a softmax. Nothing is standardized: put a
    StandardScaler before it in a Pipeline.

    Args:
        hidden: Units of each hidden layer; () is logistic regression.
        activation: A name of `dnn.ACTIVATIONS`.
        initializer: A name of `dnn.INITIALIZERS`.
        optimizer: A name of `dnn.OPTIMIZERS`.
        optimizer_settings: The optimizer's own, by name; those left out take its defaults.
        learning_rate: > 0.
        schedule: A name of `dnn.SCHEDULES`, with its defaults.
        batch_size: Rows of an update, or "full" for all.
        epochs: Passes over the rows.
        l2: λ of the penalty λ/(2m)·Σ‖W‖², m the training rows. Scikit-learn's MLP puts the rows of
            a batch in m's place, so its alpha is l2·batch_size/m.
        keep_prob: Probability that dropout keeps a hidden unit, in (0, 1].
        batch_norm: Whether every hidden layer is normalized before its activation.
        n_networks: Networks P of the ensemble. Network k is the same, bit for bit, in an ensemble
            of any size.
        patience: None, or hold `validation_fraction` of the rows out, stop each network once its
            loss on them has not gone down for so many epochs, and keep its best epoch's weights.
        validation_fraction: In (0, 1).
        dtype: "float64" or "float32".
        random_state: As scikit-learn's.

    Attributes:
        classes_: Labels (classes,), sorted.
        network_: The `dnn.Network`.
        theta_: Parameters (P, N), without networks that diverged.
        n_iter_: Epochs trained.
        loss_curve_: The networks' mean train loss after each epoch.
        loss_: That of theta_.
        n_features_in_: Columns of X; with feature_names_in_ where X has names.

    Raises:
        ValueError: In fit, for a wrong argument, for one class, for rows that are not finite
            numbers, and where every network diverged (where only some did: a ConvergenceWarning).

    Example:
        >>> import numpy as np
        >>> from dnn.estimators import MLPClassifier
        >>> X = np.random.default_rng(0).standard_normal((200, 2))
        >>> y = np.where(X[:, 0] * X[:, 1] > 0, "same", "other")
        >>> model = MLPClassifier((16,), learning_rate=0.03, n_networks=3, random_state=0).fit(X, y)
        >>> model.predict([[1, 1], [1, -1]]), model.predict_proba(X).shape, model.score(X, y) > 0.9
        (array(['same', 'other'], dtype='<U5'), (200, 2), True)

    References:
        Averaging the probabilities of networks that differ in their seeds: Lakshminarayanan,
        Pritzel and Blundell, "Simple and scalable predictive uncertainty estimation using deep
        ensembles" (2017).
    """

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train on rows and their labels.

        Args:
            X: Rows (n, n_features) of finite numbers.
            y: Labels (n,) of any kind.
            sample_weight: How much each row counts (n,), 0 or more; only ratios matter, and rows of
                weight 0 are left out. An update's loss is the mean of its rows' weighted losses;
                rows held out for patience are weighted alike. l2 and batch normalization count
                rows, whatever they weigh.

        Returns:
            The estimator itself.

        Raises:
            ValueError: As the class says.
        """
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
        weights = self._weights(x, sample_weight)
        if weights is not None:
            x, codes, weights = x[weights > 0], codes[weights > 0], weights[weights > 0]
        self._train(
            x,
            codes[:, None].astype(dtype) if count == 2 else np.eye(count, dtype=dtype)[codes],
            weights,
            loss="binary_cross_entropy" if count == 2 else "softmax_cross_entropy",
            strata=codes,
        )
        self.classes_ = classes
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The classes of the largest mean probability.

        Args:
            X: Rows (n, n_features).

        Returns:
            Labels (n,).
        """
        best = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def predict_proba(self, X: ArrayLike) -> Floats:
        """The mean of the networks' probabilities.

        Args:
            X: Rows (n, n_features).

        Returns:
            Probabilities (n, classes), in the order of classes_.
        """
        mean = np.exp(self._outputs(X)).mean(axis=0)
        # Their sum is 1 to float64's precision, also when the networks are float32.
        return np.asarray(mean / mean.sum(axis=1, keepdims=True))

    def std(self, X: ArrayLike) -> Floats:
        """How far the networks' probabilities are from each other.

        Args:
            X: Rows (n, n_features).

        Returns:
            Standard deviations between networks (ddof=1), (n, classes); 0 for one network.
        """
        return ensembles.spread(np.exp(self._outputs(X)))


class MLPRegressor(
    RegressorMixin,  # type: ignore[misc] # scikit-learn ships no types
    MultiOutputMixin,  # type: ignore[misc] # nor here
    PopulationEstimator,
):
    """Feed-forward networks for one target or several, trained on the mean squared error.

    The target is standardized inside, column by column, with the mean and the standard deviation of
    y, so that loss_ and l2 do not depend on its unit; predictions are in y's own. A constant target
    is predicted exactly. X is not standardized.

    Args:
        hidden: As in MLPClassifier; so are the others. () is linear regression.
        activation: A name of `dnn.ACTIVATIONS`.
        initializer: A name of `dnn.INITIALIZERS`.
        optimizer: A name of `dnn.OPTIMIZERS`.
        optimizer_settings: The optimizer's own, by name.
        learning_rate: > 0.
        schedule: A name of `dnn.SCHEDULES`.
        batch_size: Rows of an update, or "full".
        epochs: Passes over the rows.
        l2: λ of the penalty λ/(2m)·Σ‖W‖², of the standardized target's loss.
        keep_prob: Probability that dropout keeps a hidden unit.
        batch_norm: Whether every hidden layer is normalized.
        n_networks: Networks P of the ensemble.
        patience: None, or epochs without a smaller loss on held-out rows.
        validation_fraction: Of the rows that are held out for it.
        dtype: "float64" or "float32".
        random_state: As scikit-learn's.

    Attributes:
        y_mean_: Of each target, in y's unit.
        y_scale_: Of each target, the standard deviation; 0 where it is constant.
        network_: As in MLPClassifier; so are theta_, n_iter_, loss_curve_, loss_, n_features_in_.

    Raises:
        ValueError: As MLPClassifier, but for classes.

    Example:
        >>> import numpy as np
        >>> from dnn.estimators import MLPRegressor
        >>> X = np.linspace(-2, 2, 200)[:, None]
        >>> model = MLPRegressor((16,), learning_rate=0.03, n_networks=3, random_state=0)
        >>> model.fit(X, 100 * X[:, 0] ** 2).score(X, 100 * X[:, 0] ** 2) > 0.9
        True
        >>> model.predict(X).shape, model.std(X).shape
        ((200,), (200,))

    References:
        The spread between networks: as in MLPClassifier, Lakshminarayanan et al. (2017).
    """

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train on rows and their targets.

        Args:
            X: Rows (n, n_features) of finite numbers.
            y: Targets (n,) or (n, targets).
            sample_weight: How much each row counts (n,), 0 or more; only ratios matter, and rows of
                weight 0 are left out. An update's loss is the mean of its rows' weighted losses;
                rows held out for patience are weighted alike, and so are y_mean_ and y_scale_.
                l2 and batch normalization count rows, whatever they weigh.

        Returns:
            The estimator itself.

        Raises:
            ValueError: As the class says.
        """
        arguments.check(self._name, self.get_params())
        dtype = arguments.DTYPES[self.dtype]
        x, target = validate_data(
            self, X, y, dtype=dtype, order="C", multi_output=True, y_numeric=True
        )
        if target.ndim == 2 and target.shape[1] == 1:
            target = column_or_1d(target, warn=True)
        target = target.astype(np.float64)
        weights = self._weights(x, sample_weight)
        if weights is not None:
            x, target, weights = x[weights > 0], target[weights > 0], weights[weights > 0]
        constant = (target == target[0]).all(axis=0)
        mean, scale = _mean_and_scale(target, weights)
        mean, scale = np.where(constant, target[0], mean), np.where(constant, 0.0, scale)
        y_standard = (target - mean) / np.where(constant, 1.0, scale)
        self._train(
            x,
            y_standard.reshape(len(x), -1).astype(dtype),
            weights,
            loss="mean_squared_error",
        )
        self.y_mean_, self.y_scale_ = mean, scale
        return self

    def predict(self, X: ArrayLike) -> Floats:
        """The mean of the networks' predictions.

        Args:
            X: Rows (n, n_features).

        Returns:
            Predictions (n,) or (n, targets), in y's unit.
        """
        standard = self._outputs(X).mean(axis=0)
        return self._as_given(standard * self.y_scale_ + self.y_mean_)

    def std(self, X: ArrayLike) -> Floats:
        """How far the networks' predictions are from each other.

        Args:
            X: Rows (n, n_features).

        Returns:
            Standard deviations between networks (ddof=1), of predict's shape and unit; 0 for one
            network.
        """
        return self._as_given(ensembles.spread(self._outputs(X)) * self.y_scale_)

    def _as_given(self, y: Floats) -> Floats:
        """(n, targets), or (n,) where y was."""
        return y if self.y_mean_.ndim else y[:, 0]


def _mean_and_scale(target: Floats, weights: Array | None) -> tuple[Floats, Floats]:
    """Mean and standard deviation (ddof=0) of targets (n, ...), each (...)."""
    if weights is None:
        return target.mean(axis=0), target.std(axis=0)
    mean = np.average(target, axis=0, weights=weights)
    return mean, np.sqrt(np.average((target - mean) ** 2, axis=0, weights=weights))
