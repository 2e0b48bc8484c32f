"""`replicates:` of the study file: how many networks a trial trains."""

from typing import Any

from pydantic import Field

from sweeps.study.sections import Section


class ReplicatesSpec(Section):
    """`5`, or `{count: 5}`."""

    count: int = Field(5, ge=1, le=1000)


def is_mapping(value: Any) -> bool:
    """Whether the file says more than a count."""
    return isinstance(value, dict) and bool(value)


def as_section(value: Any) -> Any:
    """A count alone as the mapping."""
    return value if is_mapping(value) or isinstance(value, ReplicatesSpec) else {"count": value}
