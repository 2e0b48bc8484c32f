"""Searched settings that are in play for one arm of a choice alone: each under its choice."""

from collections.abc import Iterable


def parent(name: str, names: Iterable[str]) -> str | None:
    """The choice that decides whether a setting is in play: of `optimizer.adam.beta1`, optimizer.

    None where it is always in play.
    """
    above = [one for one in names if name.startswith(f"{one}.")]
    return max(above, key=len, default=None)


def ordered(names: Iterable[str]) -> list[str]:
    """In their order, but each setting of an arm directly below its choice."""
    known = list(names)
    found: list[str] = []

    def add(name: str) -> None:
        found.append(name)
        for other in known:
            if parent(other, known) == name:
                add(other)

    for name in known:
        if parent(name, known) is None:
            add(name)
    return found
