"""What single tests need beyond Python's packages, and what is said where it is missing."""

import os
from pathlib import Path
from typing import NoReturn

import pytest


def missing(what: str, cure: str) -> NoReturn:
    """Skips with the cure; fails on a build machine, where nothing may be missing."""
    words = f"{what} is missing: {cure}"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


SHARED = Path(__file__).parents[2] / "shared"


def shared(name: str) -> Path:
    """A folder beside the project, which is no part of it. Skips where it is not there."""
    if not (SHARED / name).is_dir():
        pytest.skip(f"{name} is not here (in a folder beside the project)")
    return SHARED / name
