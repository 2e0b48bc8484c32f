"""`data:` of the study file: where the rows come from, what columns are, how rows are divided.

Whether the data can be had is `sweeps.data`'s question.
"""

from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sweeps.base.errors import show
from sweeps.study.section_base import StudySection

ColumnKind = Literal["number", "category", "ignore"]  # what a column can be said to be


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
    decimal: Literal[".", ","] = "."
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

    @model_validator(mode="before")
    @classmethod
    def _by_either_word(cls, value: Any) -> Any:
        """`{file: a.csv}` as `{source: a.csv}`."""
        if not isinstance(value, dict) or value.get("file") is None:
            return value
        if "source" in value:
            raise PydanticCustomError("own", "expected one of source and file, got both")
        return {"source": value["file"], **{k: v for k, v in value.items() if k != "file"}}
