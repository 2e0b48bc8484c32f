"""What of a run folder `sweeps resume` makes again from the records, and how that is said."""

from pathlib import Path

FRAMES = ("trials", "curves", "confirm", "importance", "learning_curve", "nested")
FILES = (
    *(f"{name}.parquet" for name in FRAMES),
    *("provenance.json", "predictions.npz", "learned.npz", "nested.npz", "model.npz"),
)


def remedy(path: Path) -> str:
    """In brackets what to do about a file that is damaged or gone; "" of one that stays so."""
    if path.name not in FILES:
        return ""
    return f" (damaged or gone: sweeps resume {path.parent} makes it again)"
