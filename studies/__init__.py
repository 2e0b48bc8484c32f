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
    folder = Path(__file__).parent
    file = folder / f"{name}.yaml"
    if not os.path.isfile(file):
        there = ", ".join(sorted(p.stem for p in folder.glob("*.yaml")))
        raise FileNotFoundError(f"expected one of the studies ({there}), got {name}")
    return file


def how_drawn(data: Path) -> str | None:
    """The command that draws a data file of the studies; None for any other file."""
    if data.resolve().parent != Path(__file__).resolve().parent or data.suffix != ".h5":
        return None
    commands = [how for start, how in DRAWN.items() if data.name.startswith(start)]
    return commands[0] if commands else None
