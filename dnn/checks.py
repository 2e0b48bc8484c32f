"""What `fit`, `predict`, `score` and the gradient check refuse, in one line that names it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dnn.arrays import Integers
from dnn.data import Data
from dnn.network import Network


def theta(network: Network, values: Any, where: str) -> None:
    """Refuse parameters that are not the network's. Raises ValueError."""
    if not isinstance(network, Network):
        raise ValueError(f"{where}: network: expected a dnn.Network, got {type(network).__name__}")
    if not isinstance(values, np.ndarray):
        raise ValueError(f"{where}: theta: expected a NumPy array, got {type(values).__name__}")
    if values.ndim != 2 or values.shape[1] != network.n_columns:
        raise ValueError(
            f"{where}: theta: expected (P, {network.n_columns}) for {network.shapes}, "
            f"got {values.shape}"
        )
    if values.dtype not in (np.float32, np.float64):
        raise ValueError(f"{where}: theta: expected float32 or float64, got {values.dtype}")


def inputs(network: Network, x: Any, where: str) -> None:
    """Refuse rows that the network cannot read. Raises ValueError."""
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "biuf":
        got = x.dtype if isinstance(x, np.ndarray) else type(x).__name__
        raise ValueError(f"{where}: x: expected a NumPy array of numbers, got {got}")
    if x.ndim != 2 or x.shape[1] != network.n_in:
        raise ValueError(f"{where}: x: expected (n, {network.n_in}), got {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"{where}: x: expected finite numbers, got NaN or infinity")


def data(network: Network, given: Any, where: str, dtype: Any = None) -> None:
    """Refuse data of another shape, type or kind of target. Raises ValueError."""
    if not isinstance(given, Data):
        raise ValueError(f"{where}: expected dnn.Data, got {type(given).__name__}")
    if given.x.shape[1] != network.n_in or given.y.shape[1] != network.n_out:
        raise ValueError(
            f"{where}: expected x (n, {network.n_in}) and y (n, {network.n_out}), "
            f"got {given.x.shape} and {given.y.shape}"
        )
    if dtype is not None and not given.x.dtype == given.y.dtype == dtype:
        raise ValueError(
            f"{where}: expected theta's type {dtype}, got {given.x.dtype} and {given.y.dtype}"
        )
    try:
        network.objective.check(given.y)
    except ValueError as fault:
        raise ValueError(f"{where}: {fault}") from None


def rows(
    given: Sequence[Integers] | None, table: Data | None, population: int, where: str
) -> list[Integers] | None:
    """Row numbers, one array per network, or None. Raises ValueError."""
    if given is None:
        return None
    if table is None:
        raise ValueError(f"{where}: expected none without the data they are of")
    if not isinstance(given, Sequence | np.ndarray) or len(given) != population:
        got = len(given) if isinstance(given, Sequence | np.ndarray) else type(given).__name__
        raise ValueError(f"{where}: expected one array per network ({population}), got {got}")
    for network, own in enumerate(given):
        numbers = np.asarray(own)
        fits = numbers.ndim == 1 and len(numbers) and numbers.dtype.kind in "iu"
        if not fits or numbers.min() < 0 or numbers.max() >= len(table):
            raise ValueError(
                f"{where}[{network}]: expected whole row numbers 0 … {len(table) - 1}, "
                f"got {numbers.dtype} {own}"
            )
    return [np.asarray(own, np.int64) for own in given]


def members(given: Any, population: int, where: str) -> Integers:
    """Network numbers, from numbers or a mask. Raises ValueError."""
    values = np.asarray(given) if isinstance(given, Sequence | np.ndarray) else np.array(None)
    if values.dtype == bool and values.shape == (population,):
        return np.flatnonzero(values)
    is_number = values.ndim == 1 and (values.dtype.kind in "iu" or len(values) == 0)
    if not is_number or ((values < 0) | (values >= population)).any():
        raise ValueError(
            f"{where}: expected network numbers 0 … {population - 1} or a mask ({population},), "
            f"got {given!r}"
        )
    return values.astype(np.int64)
