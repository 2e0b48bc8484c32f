"""What can be searched: leaves (one parameter), dimensions (one entry of the file), the space."""

from sweeps.space.dimensions import Config, Dimension, Params
from sweeps.space.leaves import Choice, Leaf, Range
from sweeps.space.space import Space

__all__ = ["Choice", "Config", "Dimension", "Leaf", "Params", "Range", "Space"]
