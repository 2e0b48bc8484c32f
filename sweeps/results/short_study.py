"""A study without what its defaults say: the keys of a resolved one that make a difference."""

from copy import deepcopy
from typing import Any

from sweeps.base.errors import UserError
from sweeps.phases import horizon
from sweeps.study.file import documents, parsing
from sweeps.study.spec import Study

MOST = 1000  # looks at whether a key makes a difference; a study is a page long
KEPT = ("name",)


def shortened(values: dict[str, Any]) -> dict[str, Any]:
    """The same study in fewer words; whole where it learns from an earlier run.

    What a file leaves out is then read as the earlier run has it. Errors: UserError, for values
    that are no study.
    """
    study = parsed(values)
    return deepcopy(values) if study.search.from_ else _Shortening(values).made


def parsed(values: dict[str, Any]) -> Study:
    """Errors: UserError."""
    return parsing.study(documents.Document(values, {}, "study"))


def is_same(values: dict[str, Any], others: dict[str, Any]) -> bool:
    """Whether both are studies, and one and the same."""
    try:
        one, other = parsed(values), parsed(others)
    except UserError:
        return False
    # Of a training function the epoch that counts depends on whether the file says it.
    said, wanted = (horizon.says_at(each.get("objective")) for each in (values, others))
    is_said = other.trainer is None or said or not wanted
    return is_said and _settled(one) == _settled(other)


def _settled(study: Study) -> Study:
    """With the directions that it has where its file says none."""
    each = tuple(one.model_copy(update={"direction": one.goal}) for one in study.objectives)
    return study.model_copy(update={"objectives": each})


class _Shortening:
    """Leaves out a key after the other; what makes a difference is put back where it was."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.made, self.values, self.looks = deepcopy(values), values, 0
        self._mapping(self.made)
        self._names(self.made)

    def _is_same(self) -> bool:
        self.looks += 1
        return self.looks <= MOST and is_same(self.made, self.values)

    def _mapping(self, inside: dict[str, Any]) -> None:
        for key in [key for key in inside if key not in KEPT]:
            whole = dict(inside)
            del inside[key]
            if not self._is_same():
                inside.clear()
                inside.update(whole)
                self._within(inside[key])

    def _within(self, value: Any) -> None:
        if isinstance(value, dict):
            self._mapping(value)
        elif isinstance(value, list):
            for one in value:
                self._within(one)

    def _names(self, inside: Any) -> None:
        """`adam` in the place of `{adam: {}}`."""
        for key in list(inside) if isinstance(inside, dict) else range(len(inside)):
            value = inside[key]
            if isinstance(value, dict) and list(value.values()) == [{}]:
                (inside[key],) = value
                if not self._is_same():
                    inside[key] = value
            elif isinstance(value, dict | list):
                self._names(value)
