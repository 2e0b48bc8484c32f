"""How a study says that a file of rows is to be read, and the target as it names it."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sweeps.study.data_section import DataSpec


@dataclass(frozen=True)
class ReadOptions:
    """How a study says that its file is to be read: keys of `data:`, each with its default.

    separator: of fields, "auto" where the file shows it. missing: further texts of gaps. header:
    whether the first row names the columns. sheet: of a workbook, None for the first.
    """

    separator: str = "auto"
    encoding: str = "utf-8"
    decimal: str = "."
    missing: tuple[str, ...] = ()
    header: bool = True
    sheet: str | None = None
    inputs: str | None = None
    classes: str | None = None
    examples: str | None = None
    scale: float | None = None
    size: int | None = None
    color: str | None = None

    @classmethod
    def of(cls, spec: "DataSpec") -> "ReadOptions":
        """Those of a study."""
        given = {field.name: getattr(spec, field.name) for field in fields(cls)}
        return cls(**{**given, "missing": tuple(map(str, given["missing"]))})

    @property
    def changed(self) -> dict[str, Any]:
        """Those that are not the defaults."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {f.name: given[f.name] for f in fields(self) if given[f.name] != f.default}


DEFAULTS = ReadOptions()
Target = str | tuple[str, ...] | None  # as a study names it: a column or an array, or several


def each_target(target: Target) -> tuple[str, ...]:
    """Those that the study names."""
    return target if isinstance(target, tuple) else () if target is None else (target,)
