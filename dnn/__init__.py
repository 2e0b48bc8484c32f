"""Neural networks in NumPy, trained many at a time: a population is one array of shape (P, N).

`Network` says the shape of one network, `fit` trains P of them and yields a `Record` an epoch;
`predict` and `score` use them, `save` and `resume` keep a training in a file, `gradcheck` checks
the gradient. ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS and SCHEDULES are what there is to
choose from, by name; the formula of each, and its paper, is the docstring of its function, as in
`help(dnn.OPTIMIZERS["adam"].update)`. `dnn.estimators` has all in scikit-learn's convention.

A module with an `__all__` is public, and what that names; everything else may change.
Nothing here knows of studies, files or processes.

Example:
    >>> import numpy as np, dnn
    >>> x = np.random.default_rng(0).standard_normal((200, 2))
    >>> data = dnn.Data(x, (x[:, :1] * x[:, 1:] > 0).astype(float))
    >>> network, streams = dnn.Network(2, (16,), 1), dnn.Streams.spawn(seed=0, population=3)
    >>> theta = network.initialize("he", streams.initial, dtype="float64")
    >>> settings = dnn.Settings("adam", learning_rate=0.03, epochs=60)
    >>> record = dnn.fit(network, theta, data, None, streams, settings).run()
    >>> record.train_error.shape, bool((record.train_error < 0.1).all())
    ((3,), True)
"""

from dnn import gradcheck
from dnn.activations import ACTIVATIONS
from dnn.checkpoints import resume, save
from dnn.data import Data, Replay, Streams
from dnn.evaluation import predict, score
from dnn.fitting import fit
from dnn.initializers import INITIALIZERS
from dnn.labels import one_hot
from dnn.losses import LOSSES
from dnn.network import Network
from dnn.optimizers import OPTIMIZERS
from dnn.records import Record
from dnn.schedules import SCHEDULES
from dnn.settings import Settings
from dnn.training import Training

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "LOSSES",
    "OPTIMIZERS",
    "SCHEDULES",
    "Data",
    "Network",
    "Record",
    "Replay",
    "Settings",
    "Streams",
    "Training",
    "fit",
    "gradcheck",
    "one_hot",
    "predict",
    "resume",
    "save",
    "score",
]
