"""Looking a name up in one of the tables, and saying what is there when it is not."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

T = TypeVar("T")


def lookup(table: Mapping[str, T], name: object, where: str) -> T:
    """The entry of that name. Raises a ValueError that says where, what is known, what is near."""
    if isinstance(name, str) and name in table:
        return table[name]
    raise ValueError(
        f"{where}: expected one of {', '.join(table)}; got {name!r}{suggestion(name, table)}"
    )


def check_names(given: Iterable[str], names: Iterable[str], where: str) -> None:
    """Refuse settings that are none. Raises ValueError, as `lookup`."""
    names = list(names)
    for name in given:
        if name not in names:
            expected = f"one of {', '.join(names)}" if names else "no settings"
            raise ValueError(f"{where}: expected {expected}; got {name!r}{suggestion(name, names)}")


def suggestion(name: object, names: Iterable[str]) -> str:
    """The question "did you mean …?" behind a semicolon, or nothing."""
    close = get_close_matches(str(name).lower(), list(names), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
