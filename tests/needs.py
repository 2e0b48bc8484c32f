"""What single tests need beyond Python's packages, and what is said where it is missing."""

import os
from typing import NoReturn

import pytest


def missing(what: str, cure: str) -> NoReturn:
    """Skips with the cure; fails on a build machine, where nothing may be missing."""
    words = f"{what} is missing: {cure}"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)
