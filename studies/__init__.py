"""The studies that ship, one question a file; `path("quickstart")` is where one stands."""

import os
from pathlib import Path

# Data that are drawn before they are there: the file's beginning, and the command.
DRAWN = {
    "cats_": "python -m studies.images cats",
    "signs_": "python -m studies.images signs",
}


def path(name: str) -> Path:
    """The file of a study. Errors: FileNotFoundError that lists those there are."""
    file = Path(__file__).parent / f"{name}.yaml"
    if not os.path.isfile(file):
        raise FileNotFoundError(f"expected one of the studies ({', '.join(names())}), got {name}")
    return file


def names() -> list[str]:
    """All of them, by name."""
    return sorted(file.stem for file in Path(__file__).parent.glob("*.yaml"))


def how_drawn(data: Path) -> str | None:
    """The command that draws a data file of the studies; None for any other file."""
    if data.resolve().parent != Path(__file__).resolve().parent or data.suffix != ".h5":
        return None
    commands = [how for start, how in DRAWN.items() if data.name.startswith(start)]
    return commands[0] if commands else None
