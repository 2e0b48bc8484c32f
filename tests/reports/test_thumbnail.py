"""The small picture of a run's answer."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reports import frames
from reports.thumbnail import thumbnail


def of(folder: Path) -> str | None:
    return thumbnail(frames.load(folder))


@pytest.mark.parametrize(
    ("kind", "figure"), [("arms", "arms-"), ("ordinary", "recommended-narrow")]
)
def test_it_is_the_figure_of_the_answer(
    folder_of: Callable[[str], Path], kind: str, figure: str
) -> None:
    svg = of(folder_of(kind))
    assert svg is not None
    root = ElementTree.fromstring(svg)
    assert str(root.get("aria-labelledby")).startswith(figure)


def test_it_stands_alone_in_light_and_dark(folder_of: Callable[[str], Path]) -> None:
    """Each colour that it uses is said for both."""
    svg = of(folder_of("ordinary"))
    assert svg is not None
    style, body = svg.split("</style>")
    light, dark = style.split("@media(prefers-color-scheme:dark)")
    used = set(re.findall(r"var\((--\w+)\)", body))
    assert "--c0" in used
    for block in (light, dark):
        assert used <= set(re.findall(r"(--\w+):#", block))


def test_there_is_none_where_nothing_was_confirmed(folder_of: Callable[[str], Path]) -> None:
    assert of(folder_of("unconfirmed")) is None
