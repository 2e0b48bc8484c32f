"""Neural networks in NumPy, trained many at a time: a population is one array of shape (P, N).

`Network` says the shape of one network, `fit` trains P of them and yields a record an epoch.
Nothing here knows of studies, files or processes.
"""

from dnn.initializers import INITIALIZERS
from dnn.layers import ACTIVATIONS
from dnn.losses import LOSSES
from dnn.network import Network
from dnn.optimizers import OPTIMIZERS
from dnn.training import Data, Record, Settings, Streams, fit, predict, score

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "LOSSES",
    "OPTIMIZERS",
    "Data",
    "Network",
    "Record",
    "Settings",
    "Streams",
    "fit",
    "predict",
    "score",
]
