"""What can be searched: leaves (one parameter), dimensions (one entry of the file), the space."""

from sweeps.study.space.dimensions import Config, Dimension, Params
from sweeps.study.space.leaves import Choice, Leaf, Range
from sweeps.study.space.space import Space

__all__ = ["Choice", "Config", "Dimension", "Leaf", "Params", "Range", "Space"]
