"""The studies that ship, one question a file; `path("quickstart")` is where one stands."""

from pathlib import Path


def path(name: str) -> Path:
    """The file of a study. Errors: FileNotFoundError that lists those there are."""
    folder = Path(__file__).parent
    file = folder / f"{name}.yaml"
    if not file.is_file():
        there = ", ".join(sorted(p.stem for p in folder.glob("*.yaml")))
        raise FileNotFoundError(f"expected one of the studies ({there}), got {name}")
    return file
