"""How many hidden layers a space can have, and what has to fit them all: keep_prob per layer."""

from collections.abc import Mapping
from typing import Any

from sweeps.base.errors import Expected
from sweeps.study.space import Config

DEEPEST = 100


def possible(base: Config, space: Mapping[str, Any]) -> set[int]:
    """The numbers of hidden layers that can occur; what is at fault counts for nothing."""
    return (_outer(space) or {len(base["hidden"])}) | _in_branches(space)


def _outer(space: Mapping[str, Any]) -> set[int]:
    """Of the entries that decide `hidden`: its own, or one that chooses it with others."""
    depths: set[int] = set()
    for key, value in space.items():
        names = [name.strip() for name in str(key).split(",")]
        if names == ["hidden"]:
            depths |= _of(value)
        elif "hidden" in names and isinstance(value, list):
            place = names.index("hidden")
            rows = [row[place] for row in value if isinstance(row, list) and len(row) > place]
            depths |= {len(row) for row in rows if isinstance(row, list)}
    return depths


def _of(value: Any) -> set[int]:
    """Of one `hidden` of the space or of a branch: depth × width, a choice of lists, or one."""
    if isinstance(value, dict) and "depth" in value:
        return _of_depth_range(value["depth"])
    choices = value.get("choices") if isinstance(value, dict) else value
    if not isinstance(choices, list):
        return set()
    lists = [choice for choice in choices if isinstance(choice, list)]
    return {len(choice) for choice in lists} if lists or not choices else {len(choices)}


def _of_depth_range(depth: Any) -> set[int]:
    if isinstance(depth, list):
        return {d for d in depth if isinstance(d, int)}
    if not isinstance(depth, dict):
        return set()
    low, high = depth.get("low"), depth.get("high")
    if not isinstance(low, int) or not isinstance(high, int):
        return set()
    return set(range(low, min(high, DEEPEST) + 1))


def _in_branches(space: Mapping[str, Any]) -> set[int]:
    depths: set[int] = set()
    for value in space.values():
        branches = value.get("choices") if isinstance(value, dict) else None
        for inside in branches.values() if isinstance(branches, dict) else ():
            if isinstance(inside, dict):
                depths |= _outer(inside) | _in_branches(inside)
    return depths


def fit_default(base: Config, space: Mapping[str, Any]) -> None:
    """The default depth, where `hidden` is searched and keep_prob is fixed for another one."""
    keep_prob = base["keep_prob"]
    if not isinstance(keep_prob, tuple) or len(keep_prob) == len(base["hidden"]):
        return
    choices = space.get("hidden")
    choices = choices.get("choices") if isinstance(choices, dict) else choices
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, list) and len(choice) == len(keep_prob):
            base["hidden"] = tuple(choice)
            return


def misfits(base: Config, space: Mapping[str, Any], depths: set[int]) -> list[tuple[str, Expected]]:
    """A fixed keep_prob per layer must fit every depth that can occur."""
    keep_prob = base["keep_prob"]
    if "keep_prob" in space or not isinstance(keep_prob, tuple) or depths <= {len(keep_prob)}:
        return []
    return [("fixed.keep_prob", fault(keep_prob, depths))]


def fault(keep_prob: tuple[float, ...], depths: set[int]) -> Expected:
    """One number per hidden layer was expected."""
    layers = " or ".join(str(depth) for depth in sorted(depths))
    return Expected(f"one number per hidden layer ({layers})", list(keep_prob))
