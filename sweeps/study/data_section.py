"""`data:` of the study file: where the rows come from, what columns are, how rows are divided.

Whether the data can be had is `sweeps.data`'s question.
"""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from sweeps.base.errors import show
from sweeps.study.section_base import StudySection

ColumnKind = Literal["number", "category", "ignore"]  # what a column can be said to be
SEPARATORS = ("auto", "tab", "blanks")  # besides one character; blanks: any number of them


class OuterFold(StudySection):
    """The `fold`-th of so many parts of all rows, from 1 on: `confirm.nested` writes it."""

    folds: int = Field(ge=2, le=100)
    fold: int = Field(ge=1)

    @model_validator(mode="after")
    def _is_there(self) -> "OuterFold":
        if self.fold > self.folds:
            raise PydanticCustomError(
                "own",
                "expected a fold from 1 to {folds}, got {fold}",
                {"folds": self.folds, "fold": self.fold},
            )
        return self


class SplitSpec(StudySection):
    """Shares of the rows, or a column that holds train, dev and test.

    outer: the test rows are those of an outer fold, and `test` is no share of anything.
    """

    dev: float = Field(0.2, gt=0, lt=1)
    test: float = Field(0.2, gt=0, lt=1)
    # One less than scikit-learn takes: dev is cut with the next seed.
    seed: int = Field(0, ge=0, le=2**32 - 2)
    column: str | None = None
    outer: OuterFold | None = None

    @model_validator(mode="after")
    def _leaves_rows_to_train(self) -> "SplitSpec":
        if self.dev + self.test >= 1:
            raise PydanticCustomError(
                "own", "expected dev + test < 1, got {sum}", {"sum": show(self.dev + self.test)}
            )
        return self


class DataSpec(StudySection):
    """Where the rows come from and how they are divided.

    file: another word for source, which it becomes.
    """

    source: str
    file: str | None = None
    target: str | None = None
    ignore: tuple[str, ...] = Field((), strict=False)
    columns: dict[str, ColumnKind] = Field(default_factory=dict)
    group: str | None = None
    separator: str = "auto"
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    missing: tuple[str | int | float, ...] = Field((), strict=False)
    header: bool = True
    inputs: str | None = None
    classes: str | None = None
    examples: Literal["rows", "columns"] | None = None
    scale: float | None = Field(None, gt=0, allow_inf_nan=False)
    size: int | None = Field(None, ge=1, le=1024)
    color: Literal["gray", "rgb"] | None = None
    task: Literal["auto", "classification", "regression"] = "auto"
    split: SplitSpec = SplitSpec()
    standardize: bool = True
    options: dict[str, Any] = Field(default_factory=dict)

    @field_validator("separator")
    @classmethod
    def _is_a_separator(cls, separator: str) -> str:
        is_mark = len(separator) == 1 and not separator.isalnum() and separator not in '"\r\n\0.'
        if not is_mark and separator not in SEPARATORS:
            known = ", ".join(SEPARATORS)
            raise PydanticCustomError(
                "own",
                "expected one character, or {known}, got {separator}",
                {"known": known, "separator": show(separator)},
            )
        return separator

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except (LookupError, ValueError):
            raise PydanticCustomError(
                "own",
                "expected an encoding that Python knows, such as utf-8, cp1252 or utf-16, "
                "got {encoding}",
                {"encoding": show(encoding)},
            ) from None
        return encoding

    @model_validator(mode="after")
    def _tells_numbers_from_fields(self) -> "DataSpec":
        if self.separator == self.decimal:
            raise PydanticCustomError(
                "own",
                "expected a separator that is not the decimal mark, got {separator} for both",
                {"separator": show(self.separator)},
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _by_either_word(cls, value: Any) -> Any:
        """`{file: a.csv}` as `{source: a.csv}`."""
        if not isinstance(value, dict) or value.get("file") is None:
            return value
        if "source" in value:
            raise PydanticCustomError("own", "expected one of source and file, got both")
        return {"source": value["file"], **{k: v for k, v in value.items() if k != "file"}}
