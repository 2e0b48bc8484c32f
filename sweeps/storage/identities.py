"""A study's identity (what must agree for two runs to be one study): read, written, compared.

It is kept in the run folder, and in the storage.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.base import files
from sweeps.base.errors import UserError, show
from sweeps.storage import compared, optuna_private
from sweeps.study.compatibility import VERSION
from sweeps.study.objectives import Goal

if TYPE_CHECKING:
    import optuna

# The study's attribute with the whole identity, for a run without the folder that began it; the
# Dashboard does not show it.
IDENTITY = "sweeps:identity"


def read(path: Path) -> dict[str, Any]:
    """The identity in a run folder's file. Errors: UserError where the file is damaged."""
    try:
        identity = files.parse_json(files.contents(path).decode())
        if not isinstance(identity, dict) or not identity:
            raise ValueError(show(identity))
    except ValueError as fault:
        raise UserError(
            f"{path}: expected what makes the study the same one, got {fault} (it is damaged: "
            "restore it, or remove the run folder)"
        ) from None
    return _understood(identity, str(path))


def path_in(folder: Path) -> Path:
    """Where a run folder has its identity."""
    return folder / "artifacts" / "identity.json"


def of_folder(folder: Path) -> dict[str, Any] | None:
    """The identity in a run folder; None in one that no run began. Errors: as `read`."""
    path = path_in(folder)
    return read(path) if path.exists() else None


def _understood(identity: dict[str, Any], where: str) -> dict[str, Any]:
    """The identity, if this or an earlier version of its rules made it. Errors: UserError."""
    version = identity.get("version", 1)
    if not isinstance(version, int) or version > VERSION:
        raise UserError(
            f"{where}: expected a run of this version or of an earlier one, got one whose "
            f"identity has version {show(version)}; update, or use another name"
        )
    return identity


def expect_ours(
    study: "optuna.Study", identity: dict[str, Any], directions: Sequence[Goal]
) -> None:
    """Expect that a storage's study has this identity, or is new. Errors: UserError."""
    where = f"the study '{study.study_name}' of the storage"
    known, found = of(study), [direction.name.lower() for direction in study.directions]
    if known is not None:
        expect_same(where, known, identity)
    elif study.get_trials(deepcopy=False) or found != list(directions):
        raise UserError(f"{where}: expected one made here, got somebody else's; use another name")
    if found != list(directions):
        wanted, got = ", ".join(directions), ", ".join(found)
        raise UserError(f"{where}: expected to {wanted}, got {got} ({compared.REMEDY})")


def ensure_identity(study: "optuna.Study", identity: dict[str, Any]) -> None:
    """Write our identity into the storage, unless it is already there."""
    if study.user_attrs.get("identity") != digest(identity):
        identify(study, identity)


def of(study: "optuna.Study") -> dict[str, Any] | None:
    """The identity of a storage's study; None if the study was not made by this toolkit."""
    attributes = optuna_private.system_attributes(study)
    # Older studies keep the whole where the Dashboard shows it.
    known = attributes.get(IDENTITY) or study.user_attrs.get("identity")
    if known is None:
        return None
    return _understood(
        dict(files.parse_json(known)), f"the study '{study.study_name}' of the storage"
    )


def identify(study: "optuna.Study", identity: dict[str, Any]) -> None:
    """Write a study's identity into its storage, and its digest, which the Dashboard shows."""
    optuna_private.set_system_attribute(study, IDENTITY, json.dumps(identity))
    study.set_user_attr("identity", digest(identity))


def digest(identity: dict[str, Any]) -> str:
    """A short name for a study's identity, the same for each version of the identity's rules."""
    text = json.dumps(_unversioned(identity), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def expect_same(where: str, known: dict[str, Any], identity: dict[str, Any]) -> None:
    """Errors: UserError naming each thing that differs."""
    there = _flat(_unversioned(known))
    here = _flat(_unversioned(json.loads(json.dumps(identity))))
    differ = [
        f"{path}: {_shown(there, path)} there, {_shown(here, path)} here"
        for path in sorted(there.keys() | here.keys())
        if there.get(path, ABSENT) != here.get(path, ABSENT)
    ]
    # The order of names says nothing more where the names themselves differ.
    differ = [d for d in differ if not d.startswith("order: ")] or differ
    if differ:
        raise UserError(
            f"{where}: expected this study, got another ("
            + "; ".join(differ[:5])
            + (f"; and {len(differ) - 5} more" if len(differ) > 5 else "")
            + "); use another name or another --out"
        )


def _unversioned(identity: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in identity.items() if key != "version"}


ABSENT = object()


def _shown(values: dict[str, Any], path: str) -> str:
    # An option at its default is left out of an identity: see `sweeps.study.compatibility`.
    return show(values[path]) if path in values else "not set"


def _flat(values: Any, path: str = "") -> dict[str, Any]:
    """Leaves by dotted path; an empty mapping is a leaf."""
    if not isinstance(values, dict) or not values:
        return {path: values}
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value, f"{path}.{key}" if path else str(key))
    return flat
