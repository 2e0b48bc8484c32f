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
    return deepcopy(values) if study.search.from_ else _Shortening(values, study).made


def parsed(values: dict[str, Any]) -> Study:
    """Errors: UserError."""
    return parsing.study(documents.Document(values, {}, "study"))


def _settled(study: Study) -> Study:
    """With the directions that it has where its file says none."""
    each = tuple(one.model_copy(update={"direction": one.goal}) for one in study.objectives)
    return study.model_copy(update={"objectives": each})


class _Shortening:
    """Leaves out a key after the other; what makes a difference is put back where it was."""

    def __init__(self, values: dict[str, Any], study: Study) -> None:
        self.made, self.study, self.looks = deepcopy(values), study, 0
        self.said_at = horizon.says_at(values.get("objective"))
        self._mapping(self.made)
        self._names(self.made)

    def _is_same(self) -> bool:
        self.looks += 1
        if self.looks > MOST:
            return False
        try:
            study = parsed(self.made)
        except UserError:
            return False
        # Of a training function the epoch that counts depends on whether the file says it.
        is_said = study.trainer is None or horizon.says_at(self.made.get("objective"))
        return _settled(study) == _settled(self.study) and (is_said or not self.said_at)

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
