"""The study: the file's sections as frozen models, checked in one go.

Shapes of sections and their faults are pydantic's work; `fixed` and `space` have a grammar of
their own (`sweeps.grammar`); whether the data can be had is `sweeps.data`'s question.
"""

import re
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from sweeps import buckets, grammar
from sweeps.documents import Document
from sweeps.faults import Expected, Fault, UserError, did_you_mean, show
from sweeps.space import Space
from sweeps.vocabulary import VOCABULARY

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

# Names that a later version fills: refused by name, and never taken for typing mistakes.
RESERVED = {
    "budgets": "budgets besides trials and --time",
    "constraints": "constraints between parameters",
    "enqueue": "settings to try first",
    "engine": "engines besides loky",
    "retries": "retries of failed trials",
    "trainer": "training functions of one's own",
    "replicates.resample": "resampled replicates",
    "data.split.files": "separate files for the splits",
    "search.per": "equal trials per choice",
    "search.from": "warm starts",
}
RESERVED_VALUES = {
    "search.sampler": ("qmc", "grid", "cmaes", "gp", "nsga2", "nsga3", "brute_force"),
    "search.pruner": ("percentile", "successive_halving", "hyperband", "patient", "threshold"),
}


class Section(BaseModel):
    """A mapping of the study file: no unknown keys, no coercion, no change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Split(Section):
    """Shares of the rows, or a column that holds train, dev and test."""

    dev: float = Field(0.2, gt=0, lt=1)
    test: float = Field(0.2, gt=0, lt=1)
    # One less than scikit-learn takes: dev is cut with the next seed.
    seed: int = Field(0, ge=0, le=2**32 - 2)
    column: str | None = None

    @model_validator(mode="after")
    def _leaves_rows_to_train(self) -> "Split":
        if self.dev + self.test >= 1:
            raise PydanticCustomError(
                "shares", "expected dev + test < 1, got {sum}", {"sum": show(self.dev + self.test)}
            )
        return self


class DataSpec(Section):
    """Where the rows come from and how they are divided."""

    source: str
    target: str | None = None
    ignore: tuple[str, ...] = Field((), strict=False)
    group: str | None = None
    task: Literal["auto", "classification", "regression"] = "auto"
    split: Split = Split()
    standardize: bool = True
    options: dict[str, Any] = {}


class Objective(Section):
    """What the search minimizes: `at: last` epoch, or the `best` dev epoch of each network."""

    metric: Literal["dev_loss", "dev_error"] = "dev_loss"
    direction: Literal["minimize"] = "minimize"
    at: Literal["last", "best"] = "last"


class Median(Section):
    """Stop a trial whose best is worse than the median at the same epoch (Optuna's rule)."""

    startup: int = Field(5, ge=0)
    warmup: int = Field(10, ge=0)


class Search(Section):
    """How the space is searched."""

    sampler: Literal["tpe", "random"] = "tpe"
    pruner: Median | None = Median()
    trials: int = Field(100, ge=1, le=100_000)
    window: int = Field(16, ge=1, le=10_000)
    seed: int = Field(0, ge=0)

    @field_validator("pruner", mode="before")
    @classmethod
    def _pruner_by_name(cls, value: Any) -> Any:
        """`median`, `none`, or `{median: {…}}`."""
        if value in ("none", None):
            return None
        if value == "median":
            return Median()
        if isinstance(value, dict) and set(value) == {"median"}:
            return value["median"] or {}
        if isinstance(value, Median):
            return value
        raise PydanticCustomError(
            "pruner", "expected median or none, got {got}", {"got": show(value)}
        )


class Confirm(Section):
    """The second phase: the best `top` and the defaults, on fresh seeds and the test split."""

    top: int = Field(3, ge=1, le=100)
    replicates: int = Field(20, ge=2, le=1000)


class Targets(Section):
    """What counts as having converged."""

    dev_error: float | None = Field(None, gt=0, allow_inf_nan=False)
    dev_loss: float | None = Field(None, gt=0, allow_inf_nan=False)


class Study(Section):
    """A whole study, resolved. `space` holds the searched words and the values of the others."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True
    )

    name: str
    description: str = ""
    data: DataSpec
    space: Space
    objective: Objective = Objective()
    replicates: int = Field(5, ge=1, le=1000)
    search: Search = Search()
    confirm: Confirm = Confirm()
    targets: Targets = Targets()
    reference: float | None = Field(None, ge=0, allow_inf_nan=False)
    dtype: Literal["float32", "float64"] = "float32"
    storage: str | None = None
    artifacts: str | None = None

    @field_validator("name")
    @classmethod
    def _a_name_for_a_folder(cls, value: str) -> str:
        if not NAME.fullmatch(value):
            raise PydanticCustomError(
                "name",
                "expected 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or digit, "
                "got {got}",
                {"got": show(value)},
            )
        return value

    @field_validator("artifacts")
    @classmethod
    def _a_bucket(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                buckets.split(value)
        except Expected as fault:
            raise PydanticCustomError("address", "{fault}", {"fault": str(fault)}) from None
        return value

    @field_validator("replicates", mode="before")
    @classmethod
    def _count(cls, value: Any) -> Any:
        """`5`, or `{count: 5}`."""
        return value["count"] if isinstance(value, dict) and set(value) == {"count"} else value

    @property
    def epochs(self) -> int:
        """The horizon, common to all trials."""
        return int(self.space.default["epochs"])


def check(document: Document) -> Study:
    """The study of a document. Errors: UserError with every fault at once."""
    # A section whose lines are all commented out is not there.
    sections = ("objective", "search", "confirm", "targets", "replicates", "description")
    values = {k: v for k, v in document.values.items() if v is not None or k not in sections}
    faults = _reserved(document)
    fixed, space = values.pop("fixed", {}), values.pop("space", None)
    parsed: Space | None = None
    if space is None:
        faults.append(document.fault("space", Expected("a mapping of hyperparameters", None)))
    else:
        parsed, grammatical = grammar.parse({} if fixed is None else fixed, space)
        faults += [document.fault(path, fault) for path, fault in grammatical]
    seen = {fault.path for fault in faults}
    try:
        # A stand-in where the space is at fault, so that the other sections are checked too.
        study = Study.model_validate({**values, "space": parsed or Space((), ())})
    except ValidationError as invalid:
        faults += [
            fault
            for error in invalid.errors(include_url=False)
            if (fault := _fault(document, error)) and fault.path not in seen
        ]
    if faults:
        raise UserError(sorted(faults, key=_by_line))
    return study


def _by_line(fault: Fault) -> int:
    line = fault.where.rpartition(":")[2]
    return int(line) if line.isdigit() else 0


def _reserved(document: Document) -> list[Fault]:
    faults = []
    for path, what in RESERVED.items():
        if _at(document.values, path) is not None:
            hint = f"{what} come with a later version"
            name = path.rpartition(".")[2]
            faults.append(document.fault(path, Expected("a key of this version", name, hint)))
    for path, names in RESERVED_VALUES.items():
        given = _at(document.values, path)
        given = next(iter(given), None) if isinstance(given, dict) else given
        if given in names:
            faults.append(
                document.fault(
                    path, Expected("one of this version", given, "it comes with a later one")
                )
            )
    objective = document.values.get("objective")
    if isinstance(objective, list):
        problem = Expected("one objective", objective, "several come with a later version")
        if _at(document.values, "search.pruner") not in (None, "none"):
            problem = Expected("no pruner with a list of objectives", objective)
        faults.append(document.fault("objective", problem))
    return faults


def _at(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values.get(key) if isinstance(values, dict) else None
    return values


def _fault(document: Document, error: ErrorDetails) -> Fault | None:
    """One of pydantic's errors in our words."""
    parts = [str(part) for part in error["loc"] if part not in ("Median",)]
    path, kind, got = ".".join(parts), error["type"], error["input"]
    if kind == "missing":
        return document.fault(path, f"expected a value, got nothing ({_about(path)})")
    if kind == "extra_forbidden" and len(parts) == 1 and path in VOCABULARY:
        hint = "a hyperparameter: put it in fixed or space"
        return document.fault(path, Expected("a known key", path, hint))
    if kind == "extra_forbidden":
        known = _known(parts[:-1])
        return document.fault(
            path, Expected("a known key", parts[-1], did_you_mean(parts[-1], known))
        )
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return document.fault(path, Expected("a mapping", got))
    if kind in ("shares", "pruner", "name", "address"):
        return document.fault(path, error["msg"])
    if kind == "literal_error":
        words = cast(dict[str, str], error["ctx"])["expected"].replace("'", "")
        near = did_you_mean(got, words.replace(" or ", ", ").split(", ")) if got else ""
        return document.fault(path, Expected(words, got, near if "mean" in near else ""))
    expected = error["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    for sign, words in SIGNS.items():
        expected = expected.replace(words, f"a number {sign}")
    return document.fault(path, Expected(NOUNS.get(expected, expected), got))


SIGNS = {
    ">=": "greater than or equal to",
    "<=": "less than or equal to",
    ">": "greater than",
    "<": "less than",
}
NOUNS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "tuple": "a list",
    "list": "a list",
}
ABOUT = {
    "name": "a study's name is also its folder's",
    "data": "data: {source: …}",
    "data.source": "a file, sklearn:… or synthetic:…",
}


def _about(path: str) -> str:
    return ABOUT.get(path, "it has no default")


def _known(path: list[str]) -> list[str]:
    """The keys that may stand in the section at a path."""
    model: type[BaseModel] = Study
    for part in path:
        inner = model.model_fields[part].annotation
        model = Median if part == "pruner" else cast(type[BaseModel], inner)
    keys = list(model.model_fields)
    return [*keys, "fixed"] if model is Study else keys


def override(document: Document, assignments: "list[tuple[str, Any]]") -> None:
    """Apply `--set dotted.key=value`: x set in fixed leaves space, and the reverse.

    Errors: UserError for a path through something that is not a mapping.
    """
    for path, value in assignments:
        for place in [p for p in document.places if p.startswith(f"{path}.")]:
            del document.places[place]  # what stood below is gone
        *sections, key = path.split(".")
        at: Any = document.values
        for section in sections:
            inner = at.get(section)
            if inner is None:
                inner = at[section] = {}
            if not isinstance(inner, dict):
                raise UserError(
                    Fault(f"--set {path}", section, f"expected a mapping, got {show(inner)}")
                )
            at = inner
        at[key] = value
        document.places[path] = f"--set {path}"
        if len(sections) == 1 and sections[0] in ("fixed", "space"):
            other = "space" if sections[0] == "fixed" else "fixed"
            if isinstance(document.values.get(other), dict):
                document.values[other].pop(key, None)
