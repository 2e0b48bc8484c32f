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
            raise PydanticCustomError(
                "own", "expected dev + test < 1, got {sum}", {"sum": show(self.dev + self.test)}
            )
        return self


class PartSource(StudySection):
    """Rows of a file or set of their own, as test or dev rows; what is not said is as in `data`."""

    source: str
    file: str | None = None  # another word for source, which it becomes
    target: str | None = None
    decimal: Literal[".", ","] | None = None
    options: dict[str, Any] | None = None

    @model_validator(mode="before")
    @classmethod
    def _by_either_word(cls, value: Any) -> Any:
        """`{file: test.csv}` as `{source: test.csv}`."""
        if not isinstance(value, dict) or "file" not in value:
            return value
        if "source" in value:
            raise PydanticCustomError("own", "expected one of source and file, got both")
        rest = {key: one for key, one in value.items() if key != "file"}
        return {"source": value["file"], **rest}


class DataSpec(StudySection):
    """Where the rows come from and how they are divided.

    test, dev: where rows of these parts stand in a file or set of their own.
    """

    source: str
    target: str | None = None
    ignore: tuple[str, ...] = Field((), strict=False)
    columns: dict[str, ColumnKind] = Field(default_factory=dict)
    group: str | None = None
    decimal: Literal[".", ","] = "."
    task: Literal["auto", "classification", "regression"] = "auto"
    split: SplitSpec = SplitSpec()
    test: PartSource | None = None
    dev: PartSource | None = None
    standardize: bool = True
    options: dict[str, Any] = Field(default_factory=dict)

    @property
    def apart(self) -> dict[str, PartSource]:
        """The parts whose rows stand in a file or set of their own, by name."""
        found = {"dev": self.dev, "test": self.test}
        return {part: source for part, source in found.items() if source is not None}

    def of_part(self, part: PartSource) -> "DataSpec":
        """How a part's rows are read: as it says, the rest as here."""
        said = {key: getattr(part, key) for key in part.model_fields_set}
        return self.model_copy(update=said)
