"""A run as Python asks for it, written out, so that the call can be made again."""

from collections.abc import Mapping
from typing import Any

from sweeps.base.redaction import redact, redact_value

LONGEST = 200  # characters of an argument; a longer one is named
# What `sweeps.run` does where nothing is said; what changes no result is not said.
DEFAULTS: Mapping[str, Any] = {
    "trials": None,
    "out": "runs",
    "storage": None,
    "engine": None,
    "artifacts": None,
    "set": [],
    "time": None,
    "confirm": True,
    "allow_code": False,
    "allow_remote": False,
}


def written(study: str, sections: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """`sweeps.run(table, target='y', trials=20)`, without secrets.

    study: as it is written. sections: what stands beside a table, None where it is not given.
    """
    said = {name: value for name, value in sections.items() if value is not None}
    said |= {name: value for name, value in options.items() if value != DEFAULTS[name]}
    return f"sweeps.run({', '.join([study, *(_argument(*one) for one in said.items())])})"


def _argument(name: str, value: Any) -> str:
    shown = redact(repr(redact_value(value)))
    return f"{name}={shown if len(shown) <= LONGEST else name}"
