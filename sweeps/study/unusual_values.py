"""Which values of a hyperparameter a study gives that are not its default, and where."""

from collections.abc import Iterator
from typing import Any

from sweeps.base.errors import Unquoted
from sweeps.study.hyperparameters.vocabulary import VOCABULARY, plain
from sweeps.study.space import Range, Space


def unusual(space: Space, name: str) -> Iterator[tuple[str, Any]]:
    """(path in the file, value) of each value of a hyperparameter that is not its default."""
    usual = plain(VOCABULARY[name].default)
    for path, values in [(f"fixed.{name}", [space.default[name]]), *space.entries(name)]:
        for value in values:
            if isinstance(value, Range):
                yield path, Unquoted("a range")
            elif plain(value) != usual:
                yield path, plain(value)
