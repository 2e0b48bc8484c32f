"""`replicates:` of the study file: how many networks a trial trains, and on which rows.

How the rows are drawn is `sweeps.data.divided.resampling`'s matter.
"""

from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from sweeps.base.errors import Expected, Unquoted
from sweeps.study.section_base import StudySection, refused

Resampling = Literal["auto", "none", "kfold", "repeated", "bootstrap", "rolling"]


class ReplicatesSpec(StudySection):
    """`5`, or `{count: 10, resample: kfold, folds: 5}`.

    resample: none, and replicates differ in their seeds alone; else each has rows of its own, drawn
    from all but the test rows: those of a fold, of another random split, or of a bootstrap sample.
    rolling, where time divides: at each of count origins all that is earlier trains, and the next
    block is dev. auto: kfold (by time rolling) where rows are few, else none; one of them by the
    time anything is trained.
    """

    count: int = Field(5, ge=1, le=1000)
    resample: Resampling = "auto"
    folds: int | None = Field(None, ge=2, le=1000)  # of kfold alone; the count where it is not said

    @model_validator(mode="after")
    def _whole_repeats(self) -> "ReplicatesSpec":
        if self.resample != "kfold":
            if self.resample == "rolling" and self.count < 2:
                raise refused(
                    Expected("a count of 2 or more for rolling", self.count, "one an origin")
                )
            if self.folds is not None:
                raise refused(Expected("folds with resample: kfold alone", Unquoted(self.resample)))
            return self
        if self.count < 2:
            problem = Expected("a count of 2 or more for kfold", self.count, "a network a fold")
            raise refused(problem)
        if self.count % self.n_folds:
            below = self.count - self.count % self.n_folds
            near = [n for n in (below, below + self.n_folds) if n]
            expected = f"a count that is a multiple of folds ({self.n_folds})"
            raise refused(Expected(expected, self.count, f"try {' or '.join(map(str, near))}"))
        return self

    @property
    def is_resampled(self) -> bool:
        """Whether each replicate has rows of its own."""
        return self.resample not in ("auto", "none")

    @property
    def n_folds(self) -> int:
        """Into how many parts kfold divides the rows."""
        return self.folds or self.count

    @property
    def written(self) -> Any:
        """As a study file says it, so that nothing is left open."""
        plain = self.plain()
        return {"count": plain, "resample": "none"} if self.resample == "none" else plain

    def plain(self) -> Any:
        """As an identity says it, folds too: a count alone where nothing is resampled."""
        if not self.is_resampled:
            return self.count
        folds = {"folds": self.n_folds} if self.resample == "kfold" else {}
        return {"count": self.count, "resample": self.resample, **folds}

    @property
    def in_words(self) -> str:
        """How rows are drawn: `5 folds × 2 repeats`; nothing where they are not."""
        repeats = self.count // self.n_folds
        return {
            "auto": "",
            "none": "",
            "kfold": f"{self.n_folds} folds" + (f" × {repeats} repeats" if repeats > 1 else ""),
            "repeated": f"{self.count} random splits",
            "rolling": f"{self.count} rolling origins, each scored on the block that follows",
            "bootstrap": f"{self.count} bootstrap samples, each scored on the rows left out",
        }[self.resample]


def identified(plain: Any) -> ReplicatesSpec | None:
    """Back from what an identity says, of this version or an earlier one; None of anything else."""
    said = plain if is_mapping(plain) else {"count": plain, "resample": "none"}
    try:
        return ReplicatesSpec.model_validate(said)
    except ValidationError:
        return None


def is_mapping(value: Any) -> bool:
    """Whether the file says more than a count."""
    return isinstance(value, dict) and bool(value)


def as_section(value: Any) -> Any:
    """A count alone as the mapping."""
    return value if is_mapping(value) or isinstance(value, ReplicatesSpec) else {"count": value}
