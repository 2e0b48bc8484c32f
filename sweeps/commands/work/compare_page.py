"""`sweeps compare --html`: the comparison as a page, with what differs in the study files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.base.errors import UserError, printable, show
from sweeps.base.redaction import redact_value
from sweeps.commands.work.compare import Comparison, labels
from sweeps.commands.work.compare_words import results, setting
from sweeps.storage import folders

if TYPE_CHECKING:
    from reports.sections.blocks import Section

LONGEST = 80  # characters of a value


def write(found: Comparison, place: Path) -> Path:
    """Write the page to a file, whole or not at all; its path. Errors: UserError."""
    from reports import compared, page

    names = labels(found.runs)
    sections = list(_sections(found, names))
    notes = [_named(note, found, names) for note in found.notes]
    text = compared.render(found.runs, names, found.each, notes, sections, place)
    try:
        return page.save(place, text)
    except OSError as fault:
        raise UserError(
            f"--html: expected a file to write, got {place}: {fault.strerror}"
        ) from None


def _named(note: str, found: Comparison, names: list[str]) -> str:
    """A note as a sentence, with the run's name in the place of its path."""
    folders = (printable(str(run.folder)) for run in found.runs)
    words = {f"{folder}: ": f"{name}: " for folder, name in zip(folders, names, strict=True)}
    start = next((one for one in words if note.startswith(one)), "")
    return f"{words.get(start, '')}{note.removeprefix(start).rstrip('.')}."


def _scores(found: Comparison) -> list[list[str]]:
    """The winners by their settings, and their scores, a line each."""
    from reports.labels import named

    called = [
        named(run)(str(row["config"])) for run, row in zip(found.runs, found.winners, strict=True)
    ]
    lines = [[name, *(cell.plain for cell in cells)] for name, cells in results(found)]
    return [
        [name, *(called if name == "winner" else [cell.replace(",", ", ") for cell in cells])]
        for name, *cells in lines
    ]


def _sections(found: Comparison, names: list[str]) -> "Iterator[Section]":
    from reports.compared import table
    from reports.naming import plain_name
    from reports.sections.blocks import Paragraphs, section

    scores = table("scores", "Winners", names, _scores(found))
    yield section("side-by-side", "Side by side", [scores])
    differ = [
        [printable(plain_name(name)), *(_read(name, one) for one in values)]
        for name, values in found.settings.items()
        if any(value != values[0] for value in values)
    ]
    own = table("settings", "Settings of the winners that differ", names, differ)
    same = Paragraphs(("The winners have the same settings.",))
    yield section("settings-of-winners", "Settings", [own if differ else same])
    lines = differences([_values(run.folder) for run in found.runs])
    keys = table("files", "Keys of the study files that differ", names, lines)
    alike = Paragraphs(("The study files say the same.",))
    yield section("study-files", "Study files", [keys if lines else alike])


def _read(name: str, value: Any) -> str:
    """A setting beside its plain name."""
    from reports.naming import plain_value

    return printable(plain_value(name, value)) if name == "hidden" else setting(value)


def _values(folder: Path) -> dict[str, Any]:
    """The study as resolved; nothing of a run that has none."""
    return dict(folders.study(folder).values) if (folder / "study.yaml").is_file() else {}


def differences(studies: list[dict[str, Any]]) -> list[list[str]]:
    """A line each key that differs: its dotted path, and its value in each study."""
    flat = [dict(_leaves(study)) for study in studies]
    names = dict.fromkeys(name for one in flat for name in one if name != "name")
    return [
        [printable(name), *(_shown(one.get(name)) for one in flat)]
        for name in names
        if any(one.get(name) != flat[0].get(name) for one in flat)
    ]


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    else:
        yield path, value


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    value = redact_value(value)
    return show(value if isinstance(value, str) else json.dumps(value), LONGEST).strip("'")
