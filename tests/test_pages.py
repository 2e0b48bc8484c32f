"""README and `docs/`: links lead somewhere, code can be read, every key and option has its row."""

import ast
import importlib.util
import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from sweeps.cli import app
from sweeps.commands import COMMANDS
from sweeps.study.file.json_schema import study as schema
from tests.needs import missing
from tests.pages import DOCS, PAGES, README, REFERENCE, ROOT

FETCHED = re.compile(
    r"(<(script|img|iframe)[^>]* src=|<link[^>]* href=|url\(|@import )[\"']?(https?:)?//"
)
LINKING = [*PAGES, ROOT / "CONTRIBUTING.md"]
# Sections of a study whose keys have a row, or stand in one: the schema's name, and the study's.
SECTIONS = {
    "DataSpec": "data",
    "Search": "search",
    "Confirm": "confirm",
    "Final": "final",
    "ReplicatesSpec": "replicates",
    "Trainer": "trainer",
}


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S)


def blocks(language: str) -> list[tuple[str, str]]:
    """Of each page its blocks in a language, "" for none that is said."""
    fence = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
    return [
        (name(page), code)
        for page in PAGES
        for said, code in fence.findall(page.read_text())
        if said == language
    ]


@cache
def anchors(page: Path) -> set[str]:
    """What a link may follow `#` with: the headings, as GitHub and MkDocs both write them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.M)
    return {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", h.lower()).strip()) for h in headings}


@pytest.mark.parametrize("page", LINKING, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link
        # MkDocs knows the pages of docs/ alone.
        assert page.parent == ROOT or target.is_relative_to(DOCS), link


def test_the_readme_is_short_and_leads_to_every_page() -> None:
    assert len(README.read_text().splitlines()) <= 250
    linked = set(re.findall(r"\]\((docs/[^)#]+\.md)", README.read_text()))
    assert linked | {"docs/index.md"} == {name(page) for page in PAGES} - {"README.md"}


@pytest.mark.parametrize(("page", "code"), blocks("python"))
def test_blocks_of_python_can_be_read(page: str, code: str) -> None:
    ast.parse(code, page)


def command_lines() -> list[str]:
    """The lines of the pages that call `sweeps`."""
    lines = [line for _, code in blocks("") for line in code.splitlines()]
    lines += [line for page in PAGES for line in re.findall(r"`(sweeps [^`]+)`", prose(page))]
    return [line for line in lines if re.match(r"(python -m )?sweeps\b[ .][^…]*$", line)]


@pytest.mark.parametrize("line", sorted(set(command_lines())))
def test_commands_and_their_options_are_there(line: str) -> None:
    words = shlex.split(line.replace("sweeps.run", "sweeps run"), comments=True)
    words = words[words.index("sweeps") + 1 :]
    options = {word.partition("=")[0] for word in words if word.startswith("-")}
    group: Any = typer.main.get_command(app)
    known = {o for p in group.params for o in p.opts} | {"--install-completion"}
    if not words[0].startswith("-"):
        assert words[0] in COMMANDS
        known = {o for p in group.commands[words[0]].params for o in p.opts}
    assert options <= known


def test_every_key_of_a_study_has_its_row() -> None:
    table = REFERENCE.read_text().split("## The study file")[1].split("#### Arrays")[0]
    spans = re.findall(r"`[^`]+`", table)
    named = {word for span in spans for word in re.findall(r"[\w.]+", span)}
    assert set(schema()["properties"]) <= named
    for definition, section in SECTIONS.items():
        for key in schema()["$defs"][definition]["properties"]:
            assert {key, f"{section}.{key}"} & named, f"{section}.{key}"


def test_every_option_of_run_has_its_row() -> None:
    table = REFERENCE.read_text().split("## Options of `run`")[1].split("\n## ")[0]
    group: Any = typer.main.get_command(app)
    options = {o for p in group.commands["run"].params for o in p.opts if o.startswith("--")}
    assert options - {"--help"} == set(re.findall(r"`(--[\w-]+)", table)) - {"--help"}


def test_the_site_is_built_and_fetches_nothing(tmp_path: Path) -> None:
    if importlib.util.find_spec("material") is None:
        missing("MkDocs", "make docs")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    built = [str(page.relative_to(tmp_path)) for page in tmp_path.rglob("*.html")]
    for page in PAGES[1:]:
        assert str(page.relative_to(DOCS).with_suffix(".html")) in built
    for file in (*tmp_path.rglob("*.html"), *tmp_path.rglob("*.css")):
        assert not FETCHED.search(file.read_text()), file
