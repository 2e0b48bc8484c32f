"""What the command line says over the study file, `--set` and `--engine`: into its document."""

from typing import Any

from sweeps.base import passwords
from sweeps.base.errors import Fault, UserError, show
from sweeps.study.file.documents import Document, Option


def choose_engine(document: Document, option: str) -> None:
    """Apply `--engine NAME` or `--engine NAME=ADDRESS`."""
    name, equals, address = option.partition("=")
    document.values["engine"] = {"name": name, **({"address": address} if equals else {})}
    for place in [p for p in document.places if p.partition(".")[0] == "engine"]:
        del document.places[place]
    document.places["engine"] = Option("--engine")


def override(document: Document, assignments: list[tuple[str, Any]]) -> None:
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
                got = passwords.without_contents(inner) if sections[0] in passwords.KEYS else inner
                raise UserError(
                    Fault(f"--set {path}", section, f"expected a mapping, got {show(got)}")
                )
            at = inner
        at[key] = value
        document.places[path] = Option(f"--set {path}")
        if len(sections) == 1 and sections[0] in ("fixed", "space"):
            other = "space" if sections[0] == "fixed" else "fixed"
            if isinstance(document.values.get(other), dict):
                document.values[other].pop(key, None)
