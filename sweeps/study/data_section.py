"""`data:` of the study file: where the rows come from, what columns are, how rows are divided.

Whether the data can be had is `sweeps.data`'s question.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BeforeValidator,
    Field,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from sweeps.base.errors import Expected, Unquoted, did_you_mean, show
from sweeps.study.section_base import StudySection, refused

SEPARATORS = ("auto", "tab", "blanks")  # besides one character; blanks: any number of them
PARTS = ("train", "dev", "test")  # that rows are divided into, by the names that a file may use
# What a column can be said to be; a list is the order of its categories, from low to high.
ColumnKind = Literal["number", "category", "boolean", "date", "ignore"]
Declared = ColumnKind | tuple[str, ...]


def _declared(value: Any) -> Any:
    """A kind, or a list of at least two different words (numbers and booleans as their text)."""
    kinds = get_args(ColumnKind)
    if isinstance(value, str) and value in kinds:
        return value
    if isinstance(value, list | tuple):
        words = tuple(str(word) for word in value if isinstance(word, str | int | float))
        if len(set(words)) == len(value) >= 2:
            return words
        raise refused(Expected("at least two different words, from low to high", value))
    hint = did_you_mean(value, kinds) if isinstance(value, str) else ""
    expected = f"{', '.join(kinds)} or a list of categories in order"
    raise refused(Expected(expected, value, hint if "mean" in hint else ""))


_WORD = {"type": ["string", "number", "boolean"]}
_ORDER = {"type": "array", "items": _WORD, "minItems": 2, "uniqueItems": True}
_SCHEMA = {"anyOf": [{"enum": list(get_args(ColumnKind))}, _ORDER]}
# What is said of the data before anything trains, and need not be.
Doubt = Literal["leak", "gaps", "time", "groups", "duplicates", "classes", "dev_rows"]
DeclaredColumn = Annotated[Declared, BeforeValidator(_declared), WithJsonSchema(_SCHEMA)]


def _targets(value: Any) -> Any:
    """A column's name, or several, each once; a list of one is that name."""
    if value is None or isinstance(value, str):
        return value
    names = tuple(value) if isinstance(value, list | tuple) else ()
    if not names or not all(isinstance(name, str) for name in names):
        raise refused(Expected("the name of a column, or a list of names", value))
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise refused(Expected("each target once", Unquoted(f"{show(twice[0])} twice")))
    return names[0] if len(names) == 1 else names


def _ignored(value: Any) -> Any:
    """Names of columns in a list, or each with why it is no input."""
    if value is None:
        raise refused(Expected("a list", None, "remove the line, or write [a, b]"))
    if isinstance(value, dict):
        if all(isinstance(one, str) for pair in value.items() for one in pair):
            return dict(value)
    elif isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
        return tuple(value)
    expected = "names of columns, as [id, name], or each with why, as {id: a number}"
    raise refused(Expected(expected, value))


_NAMES = {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True}
_TARGET_SCHEMA = {"anyOf": [{"type": "string"}, _NAMES, {"type": "null"}]}
# The column that is predicted, or the columns of several numbers; None is the source's own.
TargetColumns = Annotated[
    str | tuple[str, ...] | None, BeforeValidator(_targets), WithJsonSchema(_TARGET_SCHEMA)
]


_STRINGS = {"type": "array", "items": {"type": "string"}}
_REASONS = {"type": "object", "additionalProperties": {"type": "string"}}
# The columns that are no inputs, which a mapping says why.
IgnoredColumns = Annotated[
    tuple[str, ...] | dict[str, str],
    BeforeValidator(_ignored),
    WithJsonSchema({"anyOf": [_STRINGS, _REASONS]}),
]


# A sheet that is called 2024 is a number in YAML.
SheetName = Annotated[
    str,
    BeforeValidator(lambda name: str(name) if type(name) is int else name),
    WithJsonSchema({"type": ["string", "integer"]}),
]


class OuterFold(StudySection):
    """The `fold`-th of so many parts of all rows, from 1 on: `confirm.nested` writes it."""

    folds: int = Field(ge=2, le=100)
    fold: int = Field(ge=1)

    @model_validator(mode="after")
    def _is_there(self) -> "OuterFold":
        if self.fold > self.folds:
            raise refused(Expected(f"a fold from 1 to {self.folds}", self.fold))
        return self


class SplitSpec(StudySection):
    """Shares of the rows, by time or not, or a column that holds train, dev and test.

    A share of 0 is none of such rows. time: the column by which the past trains and the future
    tests. outer: the test rows are those of an outer fold, and `test` is no share of anything.
    """

    dev: float = Field(0.2, ge=0, lt=1)
    test: float = Field(0.2, ge=0, lt=1)
    # One less than scikit-learn takes: dev is cut with the next seed.
    seed: int = Field(0, ge=0, le=2**32 - 2)
    column: str | None = None
    time: str | None = None
    outer: OuterFold | None = None

    @model_validator(mode="after")
    def _leaves_rows_to_train(self) -> "SplitSpec":
        if self.dev + self.test >= 1:
            raise refused(Expected("dev + test < 1", self.dev + self.test))
        return self


class PartSource(StudySection):
    """Rows of a file or set of their own, as test or dev rows; what is not said is as in `data`."""

    source: str
    file: str | None = None  # another word for source, which it becomes
    target: str | None = None
    separator: str | None = None
    encoding: str | None = None
    decimal: Literal[".", ","] | None = None
    missing: tuple[str | int | float, ...] | None = Field(None, strict=False)
    header: bool | None = None
    sheet: SheetName | None = None
    inputs: str | None = None
    classes: str | None = None
    examples: Literal["rows", "columns"] | None = None
    scale: float | None = Field(None, gt=0, allow_inf_nan=False)
    size: int | None = Field(None, ge=1, le=1024)
    color: Literal["gray", "rgb"] | None = None
    options: dict[str, Any] | None = None

    @model_validator(mode="before")
    @classmethod
    def _by_either_word(cls, value: Any) -> Any:
        """`{file: test.csv}` as `{source: test.csv}`."""
        if not isinstance(value, dict) or "file" not in value:
            return value
        if "source" in value:
            raise refused(Expected("one of source and file", Unquoted("both")))
        rest = {key: one for key, one in value.items() if key != "file"}
        return {"source": value["file"], **rest}


class DataSpec(StudySection):
    """Where the rows come from and how they are divided.

    file: another word for source, which it becomes. target: of several columns they are numbers.
    ignore: a mapping says why, too, which is told where the columns are, and changes nothing.
    quiet: what is not said of the data before a run, which is the same without it.
    thousands: the mark that sets them apart, where numbers do not tell it from a decimal one.
    rare: share of the training rows below which the words of a column are merged, where it has more
    than 20. words: what columns of so many are read as. weight: the column that says how much each
    row counts. target_gaps: what becomes of rows without a target. test, dev: where rows of these
    parts stand in a file or set of their own.
    """

    source: str
    file: str | None = None
    target: TargetColumns = None
    ignore: IgnoredColumns = ()
    columns: dict[str, DeclaredColumn] = Field(default_factory=dict)
    rare: float = Field(0.01, ge=0, lt=0.5)
    words: Literal["one_hot", "target"] = "one_hot"
    group: str | None = None
    weight: str | None = None
    separator: str = "auto"
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ","] | None = None
    missing: tuple[str | int | float, ...] = Field((), strict=False)
    header: bool = True
    sheet: SheetName | None = None
    inputs: str | None = None
    classes: str | None = None
    examples: Literal["rows", "columns"] | None = None
    scale: float | None = Field(None, gt=0, allow_inf_nan=False)
    size: int | None = Field(None, ge=1, le=1024)
    color: Literal["gray", "rgb"] | None = None
    task: Literal["auto", "classification", "regression"] = "auto"
    target_gaps: Literal["refuse", "leave_out"] = "refuse"
    split: SplitSpec = SplitSpec()
    test: PartSource | None = None
    dev: PartSource | None = None
    standardize: bool = True
    quiet: tuple[Doubt, ...] = Field((), strict=False)
    options: dict[str, Any] = Field(default_factory=dict)

    @field_validator("separator")
    @classmethod
    def _is_a_separator(cls, separator: str) -> str:
        is_mark = len(separator) == 1 and not separator.isalnum() and separator not in '"\r\n\0.'
        if not is_mark and separator not in SEPARATORS:
            known = ", ".join(SEPARATORS)
            raise refused(Expected(f"one character, or {known}", separator))
        return separator

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except (LookupError, ValueError):
            known = "an encoding that Python knows, such as utf-8, cp1252 or utf-16"
            raise refused(Expected(known, encoding)) from None
        return encoding

    @model_validator(mode="after")
    def _tells_numbers_from_fields(self) -> "DataSpec":
        if self.separator == self.decimal:
            got = Unquoted(f"{show(self.separator)} for both")
            raise refused(Expected("a separator that is not the decimal mark", got))
        if self.thousands == self.decimal:
            got = Unquoted(f"{show(self.thousands)} for both")
            raise refused(Expected("a mark of thousands that is not the decimal mark", got))
        return self

    @model_validator(mode="before")
    @classmethod
    def _by_either_word(cls, value: Any) -> Any:
        """`{file: a.csv}` as `{source: a.csv}`."""
        if not isinstance(value, dict) or value.get("file") is None:
            return value
        if "source" in value:
            raise refused(Expected("one of source and file", Unquoted("both")))
        return {"source": value["file"], **{k: v for k, v in value.items() if k != "file"}}

    @property
    def apart(self) -> dict[str, PartSource]:
        """The parts whose rows stand in a file or set of their own, by name."""
        found = {"dev": self.dev, "test": self.test}
        return {part: source for part, source in found.items() if source is not None}

    def of_part(self, part: PartSource) -> "DataSpec":
        """How a part's rows are read: as it says, the rest as here."""
        said = {key: getattr(part, key) for key in part.model_fields_set}
        return self.model_copy(update=said)
