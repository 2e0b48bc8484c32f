"""How the cells of a table's columns are read: decided once, for training rows and all others.

What is counted or averaged is no matter of this file: that is fitted on training rows alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Words above which rare ones are merged, and which `data.words: target` reads by the target.
MANY_WORDS = 20


@dataclass(frozen=True)
class ColumnReadings:
    """By column what its type does not tell; all else is read as it stands.

    spelled: decimal marks of numbers in a spelling; units: theirs, "" for none. dates: forms of
    dates (`dates.FORMS`, or iso). orders: categories from low to high. rare: share of the rows
    below which words are merged, where a column has many. by_target: columns whose words are read
    by the mean of the target.
    """

    spelled: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rare: float = 0.0
    by_target: frozenset[str] = frozenset()
    units: Mapping[str, str] = field(default_factory=dict)


AS_IT_STANDS = ColumnReadings()
