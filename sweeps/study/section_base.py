"""What all sections of the study file have in common, and those that have a name with options."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from sweeps.base import durations
from sweeps.base.errors import Expected, did_you_mean

# How many trials come before a sampler or a pruner does what its name says.
Startup = Annotated[int, Field(ge=0, le=100_000)]


class StudySection(BaseModel):
    """A mapping of the study file: no unknown keys, no coercion, no change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def refused(fault: Expected) -> PydanticCustomError:
    """A fault as a validator raises it, so that pydantic tells it with all others of the file."""
    message = f"{fault.at}: {fault.message}" if fault.at else fault.message
    return PydanticCustomError("own", "{message}", {"message": message})


def time_as_text(value: Any) -> str:
    """A time of the study file, 90 or 90s or 1.5h, as text."""
    try:
        durations.seconds(value)
    except Expected as fault:
        raise refused(fault) from None
    return str(value)


def by_name(value: Any, known: Mapping[str, Any], what: str) -> Any:
    """`tpe`, or `{tpe: {startup: 5}}`, as pydantic's tagged union takes it."""
    if isinstance(value, BaseModel):
        return value
    if isinstance(value, dict) and set(value) >= {"name"}:
        value = {value["name"]: {k: v for k, v in value.items() if k != "name"}}
    name = value
    options: dict[str, Any] | None = {}
    if isinstance(value, dict) and len(value) == 1:
        ((name, options),) = value.items()
    if name is None and "none" in known:
        name = "none"
    if not isinstance(name, str) or name not in known:
        hint = did_you_mean(name, known) if isinstance(name, str) else f"known: {', '.join(known)}"
        raise refused(Expected(f"a known {what}", name, hint))
    if options is not None and not isinstance(options, dict):
        raise refused(Expected("a mapping of options", options))
    return {**(options or {}), "name": name}


def named(section: StudySection) -> Any:
    """A section with a name as the study file says it: `tpe`, or `{tpe: {startup: 5}}`."""
    options: dict[str, Any] = section.model_dump(exclude_none=True)
    name = options.pop("name")
    for key in options:
        inner = getattr(section, key)
        if isinstance(inner, StudySection):
            options[key] = named(inner)
    return {name: options} if options else name


def description(section: StudySection) -> str:
    """A section with a name for people: "median (startup 5, warmup 10)"."""
    options = section.model_dump(exclude_none=True)
    name = str(options.pop("name"))
    said = [f"{key} {_option(value)}" for key, value in options.items()]
    return f"{name} ({', '.join(said)})" if said else name


def _option(value: object) -> str:
    return str(value["name"]) if isinstance(value, dict) else f"{value:g}"
