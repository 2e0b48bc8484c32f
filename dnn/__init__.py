"""Neural networks in NumPy, trained many at a time: a population is one array of shape (P, N).

`Network` says the shape of one network, `fit` trains P of them and yields a record an epoch.
Nothing here knows of studies, files or processes.
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
