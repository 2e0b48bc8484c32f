"""Notes, plots and artifacts in the Optuna Dashboard's own form: attributes of the study.

They are what `optuna_dashboard.save_note` and `save_plotly_graph_object` write (a test compares
them), but without an import that takes a second, and without writing what is there already.
"""

import json
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from sweeps.base import files
from sweeps.dashboard import confirmed
from sweeps.storage import atomic, optuna_private

if TYPE_CHECKING:
    from pathlib import Path

    import optuna

TRIES = 3  # how often a note is written, if its reader saves it at the same time
LONGEST = 2045  # characters of an attribute, as databases limit them
# What the reader of a note writes below this line is never changed.
YOURS = "*What you write below this line stays.*"

AT_STUDY, AT_TRIAL = "artifacts:", "dashboard:artifacts:"


class Board:
    """Writes what the Dashboard shows of one study besides its trials."""

    def __init__(self, study: "optuna.Study", folder: "Path") -> None:
        self._storage, self._id = optuna_private.storage(study), optuna_private.study_id(study)
        self._name, self._folder = study.study_name, folder

    def note(self, text: str, trial: int | None = None) -> None:
        """Write a note on the study, or on a trial (its id), above what the note's reader wrote.

        The Dashboard offers no atomic update: if we and a reader save within the same milliseconds,
        the later text stays.
        """
        prefix = "dashboard:" if trial is None else f"dashboard:{trial}:"
        for _ in range(TRIES):
            attributes = self._storage.get_study_system_attrs(self._id)
            there = _joined(attributes, f"{prefix}note_str:")
            _, marker, below = there.partition(YOURS)
            kept = below if marker else f"\n\n{there}" if there else ""
            body = f"{text.rstrip()}\n\n---\n{YOURS}{kept}"
            if body == there:
                return
            self._split(f"{prefix}note_str:", body, attributes)
            # The version comes last: from here on the Dashboard refuses to save a page that shows
            # the old text. What was saved just before is read by the next try.
            self._set(f"{prefix}note_ver", int(attributes.get(f"{prefix}note_ver", 0)) + 1)

    def plot(self, name: str, figure: dict[str, Any]) -> None:
        """Write a figure in plotly's JSON; the name must be a valid HTML id."""
        text = json.dumps(figure, separators=(",", ":"), allow_nan=False)
        attributes = self._storage.get_study_system_attrs(self._id)
        prefix = f"dashboard:plot_data:{name}:"
        if _joined(attributes, prefix) != text:
            self._split(prefix, text, attributes)

    def mark_confirmed(self, told: dict[str, Any]) -> None:
        """Write which trials are confirmed (`sweeps.dashboard.confirmed`)."""
        if self._storage.get_study_system_attrs(self._id).get(confirmed.KEY) != told:
            self._set(confirmed.KEY, told)

    def link(self, name: str, trial: int | None = None) -> str:
        """The address at which the Dashboard serves the artifact of this name."""
        of = f"{self._id}/" if trial is None else f"{self._id}/{trial}/"
        return f"/artifacts/{of}{self._artifact(name)}"

    def artifact(self, name: str, content: bytes, kind: str, trial: int | None = None) -> None:
        """Write a file and show it at the study or a trial; replace an artifact of the same name.

        `upload_artifact` would refuse a finished trial, and give each copy another identifier.
        """
        identifier = self._artifact(name)
        with atomic.AtomicFile(files.make_folder(self._folder) / identifier) as file:
            file.write(content)
        meta = {"artifact_id": identifier, "filename": name, "mimetype": kind, "encoding": None}
        self._show(identifier, trial, meta)

    def at_trials(self) -> dict[str, int]:
        """By name, the trial (its id) of each artifact that is shown at a trial."""
        found = {}
        for key, meta in self._storage.get_study_system_attrs(self._id).items():
            if key.startswith(AT_TRIAL) and json.loads(meta) is not None:
                found[str(json.loads(meta)["filename"])] = int(key.split(":")[2])
        return found

    def remove(self, name: str, trial: int | None = None) -> None:
        """Remove an artifact and its file."""
        identifier = self._artifact(name)
        self._show(identifier, trial, None)
        (self._folder / identifier).unlink(missing_ok=True)

    def _artifact(self, name: str) -> str:
        """The identifier for a name, always the same: a rewritten file keeps its address."""
        return str(uuid5(NAMESPACE_URL, f"{self._name}/{name}"))

    def _show(self, identifier: str, trial: int | None, meta: dict[str, Any] | None) -> None:
        key = f"{AT_STUDY}{identifier}"
        if trial is not None:
            key = f"{AT_TRIAL}{trial}:{identifier}"
        text = json.dumps(meta)
        if self._storage.get_study_system_attrs(self._id).get(key, "null") != text:
            self._set(key, text)

    def _split(self, prefix: str, text: str, attributes: dict[str, Any]) -> None:
        """Write a text as attributes of LONGEST characters; empty those left of a longer text."""
        pieces = [text[at : at + LONGEST] for at in range(0, len(text), LONGEST)]
        before = sum(key.startswith(prefix) for key in attributes)
        for number, piece in enumerate(pieces + [""] * (before - len(pieces))):
            if attributes.get(f"{prefix}{number}") != piece:
                self._set(f"{prefix}{number}", piece)

    def _set(self, key: str, value: Any) -> None:
        self._storage.set_study_system_attr(self._id, key, value)


def _joined(attributes: dict[str, Any], prefix: str) -> str:
    pieces = sum(key.startswith(prefix) for key in attributes)
    return "".join(attributes[f"{prefix}{number}"] for number in range(pieces))
