"""What a run folder has to hold so that its run can go on."""

from pathlib import Path

from sweeps.base.errors import UserError, printable
from sweeps.storage import folders
from sweeps.study.file import documents


def study_of(folder: Path, storage: str | None) -> documents.Document:
    """The study of a run folder. Errors: UserError where it, or its storage, is not there."""
    folders.expect(folder)
    document = folders.study(folder)
    begun = (folder / "artifacts" / "identity.json").exists()
    if begun and storage is None and not (folder / "journal.log").exists():
        known = _storage_noted(folder)  # a run that was killed has none
        if known == "journal.log":
            return document  # it is made again from the records
        which = f" ({printable(str(known))})" if known else ""
        raise UserError(
            f"--storage: expected the URL of the storage that the run was given{which}, got "
            f"nothing, and {folder} holds no journal.log (if that was it, sweeps run with the "
            "study's own file makes it again from the records)"
        )
    return document


def _storage_noted(folder: Path) -> object:
    """What the run says its storage was; None where it does not, or its note is damaged."""
    try:
        return (folders.provenance(folder) or {}).get("storage")
    except UserError:
        return None
