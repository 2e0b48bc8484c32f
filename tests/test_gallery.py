"""README's table, the gallery and the pictures are what their commands make."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.gallery import answers, badges, pages
from tests.gallery.pictures import terminal
from tests.pages import DOCS, README

PICTURES = sorted([*(DOCS / "pictures").glob("*"), *(DOCS / "gallery").glob("*.svg")])


def test_the_readmes_table_is_that_of_the_kept_answers() -> None:
    table = README.read_text().split(pages.START)[1].split(pages.END)[0]
    assert table == pages.table(answers.read()), "python -m tests.gallery --from runs"


def test_the_gallerys_page_is_that_of_the_kept_answers() -> None:
    assert pages.INDEX.read_text() == pages.index(answers.read()), (
        "python -m tests.gallery --from runs"
    )


def test_answers_and_figures_are_of_studies_that_ship() -> None:
    names = set(pages.names())
    assert set(answers.read()) <= names
    assert {path.stem for path in pages.FOLDER.glob("*.svg")} <= set(answers.read())


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        (
            {
                "arms": {"answer": "Adam got there first."},
                "recommendation": {"limit": "overfitting"},
            },
            "Adam got there first. What limits the best: overfitting.",
        ),
        (
            {
                "arms": None,
                "recommendation": {
                    "kind": "network",
                    "headline": "Use the best network.",
                    "settings": "adam, learning rate 0.01",
                    "facts": [{"label": "Error", "value": "2 %", "beside": "1 to 3"}],
                },
            },
            "Adam, learning rate 0.01. Error: 2 % (1 to 3).",
        ),
        (
            {
                "arms": None,
                "recommendation": {
                    "kind": "linear",
                    "headline": "Use logistic regression.",
                    "settings": "",
                    "facts": [],
                },
            },
            "Use logistic regression.",
        ),
    ],
)
def test_the_answer_is_to_the_studys_question(summary: dict[str, object], expected: str) -> None:
    assert answers.answer(summary) == expected


def test_the_badges_say_what_the_project_says() -> None:
    for name, svg in badges.badges().items():
        assert (DOCS / "pictures" / name).read_text() == svg, "python -m tests.gallery --from runs"
    said = re.findall(r"!\[(\w+):? ([^\]]+)\]\(docs/pictures/badge-", README.read_text())
    titles = [re.search("<title>(.*): (.*)</title>", svg) for svg in badges.badges().values()]
    assert {(label.lower(), value) for label, value in said} == {t.groups() for t in titles if t}


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_pictures_are_small_and_fetch_nothing(path: Path) -> None:
    assert path.stat().st_size <= 120_000
    if path.suffix == ".svg":
        text = path.read_text()
        ElementTree.fromstring(text)
        assert not re.search(r"(href|src)=\"(?!#|data:)|url\((?!#)|@import", text)


def test_the_terminals_picture_needs_no_font_of_elsewhere() -> None:
    svg = terminal("\x1b[1mUse this.\x1b[0m", "sweeps run a", "dark")
    ElementTree.fromstring(svg)
    assert "Use&#160;this." in svg
    assert "font-face" not in svg
