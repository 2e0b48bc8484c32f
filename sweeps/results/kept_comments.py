"""A study written in the words and the order of an earlier file, with what its comments say."""

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from sweeps.base.errors import UserError
from sweeps.results.resolved import as_yaml
from sweeps.results.short_study import is_same
from sweeps.study.file import documents

MOST = 300  # looks at whether the file's own words do
WIDTH = 4096  # characters of a line, above which it would be broken: the file's own stay


def written(values: dict[str, Any], earlier: str) -> str | None:
    """The study as text; None where the earlier text cannot be kept to.

    What stands in the earlier file stays as it is there, unless that were another study.
    """
    try:
        before = documents.parse(earlier, "earlier").values
        made = _Wording(values).of(before)
        yaml = YAML()
        yaml.width, yaml.preserve_quotes = WIDTH, True
        document, fresh = yaml.load(earlier), yaml.load(as_yaml(made))
        _write(document, before, made, fresh)
        text = io.StringIO()
        yaml.dump(document, text)
        is_kept = documents.parse(text.getvalue(), "made").values == made
    except (UserError, YAMLError, ValueError, TypeError, KeyError, AttributeError):
        return None  # of what YAML can say, a round trip does not take everything
    return text.getvalue() if is_kept else None


class _Wording:
    """A study said as a file has said it, as far as that is the same study."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values, self.looks = values, 0

    def of(self, before: dict[str, Any]) -> dict[str, Any]:
        """The study's values, each section of the file whole, if it does."""
        made = dict(self.values)
        self._within(made, before, made)
        return made

    def _within(
        self, inside: dict[str, Any], before: dict[str, Any], whole: dict[str, Any]
    ) -> None:
        """`inside` is a part of `whole`, and changed in place."""
        for key, said in before.items():
            was_there, own = key in inside, inside.get(key)
            inside[key] = said
            if self._is_same(whole):
                continue
            if not was_there:
                del inside[key]
                continue
            inside[key] = own
            if isinstance(own, dict) and isinstance(said, dict):
                inside[key] = dict(own)
                self._within(inside[key], said, whole)

    def _is_same(self, whole: dict[str, Any]) -> bool:
        self.looks += 1
        return self.looks <= MOST and is_same(whole, self.values)


def _write(
    document: CommentedMap, before: dict[str, Any], made: dict[str, Any], fresh: CommentedMap
) -> None:
    """Change a document that says `before` so that it says `made`, which `fresh` says anew."""
    for key in before.keys() - made.keys():
        del document[key]
    for key, value in made.items():
        is_there = key in before
        if is_there and isinstance(value, dict) and isinstance(before[key], dict):
            _write(document[key], before[key], value, fresh[key])
        elif not is_there or before[key] != value:
            document[key] = fresh[key]
