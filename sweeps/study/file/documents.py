"""YAML 1.2 to plain values, with the place of every key; nothing here knows what a study is."""

import io
import os
import re
import shlex
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

import studies
from sweeps.base import files
from sweeps.base.errors import (
    Expected,
    Fault,
    UserError,
    did_you_mean,
    is_text,
    join,
    printable,
    show,
)

LARGEST = 1_000_000  # bytes; a study is a page long
MOST_VALUES = 100_000
DEEPEST = 50  # levels
MARKS = ",;:|-"  # that YAML takes for its own
LONGEST_NUMBER = 1000  # digits


class Option(str):
    """A place on the user's command line, and so what the user says; all others are a file's."""


@dataclass
class Document:
    """Plain values, and where each dotted path was written ("study.yaml:14", "--set fixed.x")."""

    values: dict[str, Any]
    places: dict[str, str] = field(default_factory=dict)
    name: str = ""

    def where(self, path: str) -> str:
        """The place of the path, or of the nearest thing around it."""
        while path and path not in self.places:
            path = path.rpartition(".")[0]
        return self.places.get(path, self.name)

    def is_own(self, path: str) -> bool:
        """Whether the user's command says what stands at a path, and not a file."""
        return isinstance(self.where(path), Option)

    def fault(self, path: str, problem: "Expected | str") -> Fault:
        """A fault at a path of this document."""
        if isinstance(problem, Expected):
            path, problem = join(path, problem.at), problem.message
        return Fault(self.where(path), path, problem)


def read(path: Path) -> Document:
    """Read a file. Errors: UserError for one that is not there, not YAML, or not a mapping."""
    try:
        return _read(path)
    except UserError:
        if _is_table(path):
            told = f"sweeps new NAME --data {shlex.quote(str(path))} --target COLUMN"
            raise UserError(
                f"{path}: expected a study file (YAML), got a table ({told} writes its study)"
            ) from None
        raise


def _is_table(path: Path) -> bool:
    """Whether a file that is no study is one of rows, by its name; text may be anything."""
    from sweeps.data.source import file_kinds

    return path.is_file() and path.suffix != ".txt" and file_kinds.find(path) is not None


def _read(path: Path) -> Document:
    try:
        with files.open_named(path) as file:
            raw = file.read(LARGEST + 1)  # of what has no end, no more than this
            size = max(len(raw), os.fstat(file.fileno()).st_size)
    except FileNotFoundError:
        raise UserError(_no_such_file(path)) from None
    except OSError as fault:
        raise UserError(f"{path}: expected a readable file, got {fault.strerror}") from None
    if size > LARGEST:
        raise UserError(f"{path}: expected at most {LARGEST:,} bytes, got {size:,}")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise UserError(
            f"{path}: expected UTF-8 text, got byte {fault.start} of another kind"
        ) from None
    return parse(text, str(path))


def _no_such_file(path: Path) -> str:
    siblings = [p.name for p in sorted(path.parent.glob("*.y*ml"))] if path.parent.is_dir() else []
    is_bare = not path.suffix and len(path.parts) == 1  # as a study that ships is named
    known = [*siblings, *studies.names()] if is_bare else siblings
    near = did_you_mean(path.name, known) if known else ""
    if siblings and not near.startswith("did you mean"):
        near = f"there are: {', '.join(siblings)}"
    hint = f" ({near})" if near else ""
    return f"{path}: expected a study file, got no such file{hint}"


def parse(text: str, name: str) -> Document:
    """Parse a text. Errors: UserError: no YAML, no mapping, or all its duplicate keys."""
    version = re.search(r"^%YAML\s+(?!1\.2\b).*$", text, re.MULTILINE)
    if version:
        raise UserError(f"{name}: expected YAML 1.2, got {show(version[0])}")
    try:
        text.encode()
        root = _compose(text)
        if not isinstance(root, MappingNode):
            raise UserError(f"{name}: expected a mapping (name: …, data: …), got {_kind(root)}")
        reader = _Reader(name)
        values = reader.plain(root, "")
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = f":{mark.line + 1}" if mark else ""
        problem = str(fault.problem).partition(", if necessary")[0]  # a hint to programmers
        raise UserError(f"{name}{line}: expected YAML, got: {problem}") from None
    except (YAMLError, RecursionError, UnicodeEncodeError, OverflowError, ValueError) as fault:
        raise UserError(f"{name}: expected YAML, got: {str(fault).splitlines()[0]}") from None
    if reader.faults:
        raise UserError(reader.faults)
    return Document(values, reader.places, name)


def value(text: str, option: str) -> Any:
    """One value of the command line, as YAML 1.2 reads it; a mark alone, as ",", is that mark.

    Errors: UserError.
    """
    if len(text) == 1 and text in MARKS:
        return text
    values = parse(f"value: {text}", option).values
    if set(values) != {"value"}:
        raise UserError(f"{option}: expected one value, got {show(text)}")
    return values["value"]


def _compose(text: str) -> "Node | None":
    with warnings.catch_warnings():
        # An anchor that is used again means the later one, as in YAML 1.2 (chapter 7.1).
        warnings.simplefilter("ignore", ReusedAnchorWarning)
        yaml = YAML(typ="safe", pure=True)
        yaml.max_depth = DEEPEST
        node: Node | None = yaml.compose(io.StringIO(text))
    return node


def _kind(node: "Node | None") -> str:
    if node is None:
        return "an empty file"
    kinds: dict[type[Node], str] = {SequenceNode: "a list", MappingNode: "a mapping"}
    return kinds.get(type(node), "a single value")


class _Reader:
    """Walks the nodes of one text: plain values out, places and faults on the side."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.nodes = 0

    def plain(self, node: Node, path: str) -> Any:
        self.nodes += 1
        # Counted as expanded, so that aliases of aliases cannot grow without end.
        if self.nodes > MOST_VALUES:
            raise UserError(f"{self.name}: expected at most {MOST_VALUES:,} values, got more")
        where = f"{self.name}:{node.start_mark.line + 1}"
        self.places.setdefault(path, where)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.plain(item, join(path, str(n))) for n, item in enumerate(node.value)]
        try:
            return _scalar(cast(ScalarNode, node))
        except ValueError:
            problem = f"expected plain YAML, got the tag {node.tag} of {show(str(node.value))}"
            self.faults.append(Fault(where, path, problem))
            return None

    def _mapping(self, node: MappingNode, path: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                line = f"{self.name}:{key_node.start_mark.line + 1}"
                raise UserError(f"{line}: expected names as keys, got {_kind(key_node)}")
            key = str(key_node.value)
            if not is_text(key):
                line = f"{self.name}:{key_node.start_mark.line + 1}"
                raise UserError(f"{line}: expected names of text, got {show(key)}")
            inner = join(path, key)
            where = f"{self.name}:{key_node.start_mark.line + 1}"
            if key in values:
                self.faults.append(Fault(where, inner, self._twice(inner, key, value_node, where)))
                continue
            self.places[inner] = where
            values[key] = self.plain(value_node, inner)
        return values

    def _twice(self, path: str, key: str, second: Node, where: str) -> str:
        """A key that is there twice: on which lines, and how there is one of it."""
        first, again = (place.rpartition(":")[2] for place in (self.places[path], where))
        lines = f"on line {first} twice" if first == again else f"on lines {first} and {again}"
        is_section = isinstance(second, MappingNode)
        remedy = f"write both into one {printable(key)}:" if is_section else "keep one of them"
        return f"expected each key once, got it {lines} ({remedy})"


def _scalar(node: ScalarNode) -> Any:
    kind, text = str(node.tag).removeprefix("tag:yaml.org,2002:"), node.value
    if not is_text(text):
        raise ValueError(kind)
    if kind == "int":
        digits = text.replace("_", "")
        if len(digits) > LONGEST_NUMBER:
            raise ValueError(kind)
        return int(digits, 0) if digits.lstrip("+-")[:2].lower() in ("0x", "0o") else int(digits)
    if kind == "float":
        plain = text.replace("_", "").lower()
        return float(plain.replace(".inf", "inf").replace(".nan", "nan"))
    if kind in ("str", "timestamp", "merge"):
        return text
    if kind == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "null":
        return None
    raise ValueError(kind)
