"""What a shell completes in the place of a study or a run: names of files, read from no file."""

import os
from collections.abc import Callable, Iterator


def studies(incomplete: str) -> list[str]:
    """Study files, and the folders on the way to them."""
    return list(_paths(incomplete, lambda path: path.endswith((".yaml", ".yml"))))


def runs(incomplete: str) -> list[str]:
    """Run folders; where nothing is typed yet, those in runs/ as well."""
    found = list(_paths(incomplete, _is_run))
    return found if incomplete else [*_paths("runs/", _is_run), *found]


def _is_run(path: str) -> bool:
    return any(
        os.path.exists(os.path.join(path, name)) for name in ("provenance.json", "artifacts")
    )


def _paths(incomplete: str, wanted: Callable[[str], bool]) -> Iterator[str]:
    """What is wanted below the path typed so far, and folders to go on in."""
    folder, start = os.path.split(incomplete)
    try:
        names = sorted(os.listdir(folder or "."))
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name)
        if not name.startswith(start) or (name.startswith(".") and not start):
            continue
        if wanted(path):
            yield path
        elif os.path.isdir(path):
            yield f"{path}/"
